// Compiled tables: from an object to the text of each family.
import { expect } from 'chai';
import {
  type Family,
  gauge,
  gauges,
  info,
  mapped,
  metadataGauge,
  metadataMapped,
  noLabel,
} from '../../src/metrics/family.ts';
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject, Received } from '../../src/metrics/object.ts';
import { compile, type RenderChoices } from '../../src/metrics/render.ts';
import type { Resource } from '../../src/metrics/resource.ts';

interface Thing extends KubeObject {
  size?: number;
  parts?: string[];
  keys?: Record<string, string>;
}
type Families = Readonly<Record<`kube_${string}`, Family<Received<Thing>>>>;

const everything: RenderChoices = {
  enabled: () => true,
  labels: everyKey,
  annotations: undefined,
};
const thing: Thing = { metadata: { name: 'a', namespace: 'n' } };

/** The texts of the families for one object; errors are thrown unless a listener takes them. */
function rendered(
  families: Families,
  object: Thing,
  choices: Partial<RenderChoices> = {},
  onError = (family: string, _object: KubeObject, error: unknown): void => {
    throw new Error(family, { cause: error });
  },
): string[] {
  const table: Resource<Thing> = {
    group: '',
    version: 'v1',
    kind: 'Thing',
    scope: 'namespace',
    default: true,
    identity: { namespace: (o) => o.metadata.namespace, thing: (o) => o.metadata.name },
    families,
  };
  return compile(table, { ...everything, ...choices }, onError).render(object);
}

describe('a compiled table', () => {
  it('gives the identity first, then the labels of the row, then the value', () => {
    const parts: Families = {
      kube_thing_size: gauge('STABLE', 'Size.', (o) => o.size),
      kube_thing_part: gauges('STABLE', 'Parts.', ['part', 'no'], (o, emit) => {
        for (const part of o.parts ?? []) emit(2.5, part, part.length.toString());
      }),
      kube_thing_info: info('STABLE', 'Info.', { kind: () => 'x', host: (o) => o.metadata.uid }),
    };
    expect(rendered(parts, { ...thing, size: 1e6, parts: ['p', 'qq'] })).to.deep.equal([
      'kube_thing_size{namespace="n",thing="a"} 1e+06\n',
      'kube_thing_part{namespace="n",thing="a",part="p",no="1"} 2.5\n' +
        'kube_thing_part{namespace="n",thing="a",part="qq",no="2"} 2.5\n',
      'kube_thing_info{namespace="n",thing="a",kind="x",host=""} 1\n',
    ]);
  });

  it('gives an empty text where a family has no series', () => {
    const families: Families = { kube_thing_size: gauge('STABLE', 'Size.', (o) => o.size) };
    expect(rendered(families, thing)).to.deep.equal(['']);
    expect(rendered(families, { ...thing, size: 0 })).to.deep.equal([
      'kube_thing_size{namespace="n",thing="a"} 0\n',
    ]);
  });

  it('gives what is absent or null as an empty label', () => {
    const families: Families = {
      kube_thing_x: gauges('STABLE', 'X.', ['a', 'b', 'c'], (_, emit) =>
        emit(1, null, undefined, ''),
      ),
    };
    expect(rendered(families, { metadata: { name: 'a', namespace: null } })).to.deep.equal([
      'kube_thing_x{namespace="",thing="a",a="",b="",c=""} 1\n',
    ]);
  });

  it('leaves out the labels that a series goes without, wherever they stand', () => {
    const families: Families = {
      kube_thing_x: gauges('STABLE', 'X.', ['a', 'b'], (_, emit) => {
        emit(1, 'x', noLabel);
        emit(2, noLabel, 'x');
        emit(3, noLabel, noLabel);
        emit(4, '', noLabel);
      }),
    };
    expect(rendered(families, thing)).to.deep.equal([
      'kube_thing_x{namespace="n",thing="a",a="x"} 1\n' +
        'kube_thing_x{namespace="n",thing="a",b="x"} 2\n' +
        'kube_thing_x{namespace="n",thing="a"} 3\n' +
        'kube_thing_x{namespace="n",thing="a",a=""} 4\n',
    ]);
  });

  it('escapes values of the identity, of labels and of maps', () => {
    const families: Families = {
      kube_thing_part: gauges('STABLE', 'Parts.', ['part'], (_, emit) => emit(1, 'a"b')),
      kube_thing_keys: mapped('STABLE', 'Keys.', 'key', (o) => o.keys),
    };
    const object = { metadata: { name: 'x\ny' }, keys: { k: 'a\\b' } };
    expect(rendered(families, object)).to.deep.equal([
      'kube_thing_part{namespace="",thing="x\\ny",part="a\\"b"} 1\n',
      'kube_thing_keys{namespace="",thing="x\\ny",key_k="a\\\\b"} 1\n',
    ]);
  });

  it('gives a series that comes again once, with its first value', () => {
    const families: Families = {
      kube_thing_part: gauges('STABLE', 'Parts.', ['a', 'b'], (_, emit) => {
        emit(1, 'x', 'y');
        emit(2, 'x', 'y');
        emit(3, 'x', 'z');
        emit(4, 'x', 'y');
        // Not the same: what one label holds must not be taken for two.
        emit(5, 'x",b="y', '');
      }),
      kube_thing_none: gauges('STABLE', 'No labels.', [], (_, emit) => {
        emit(6);
        emit(7);
      }),
    };
    expect(rendered(families, thing)).to.deep.equal([
      'kube_thing_part{namespace="n",thing="a",a="x",b="y"} 1\n' +
        'kube_thing_part{namespace="n",thing="a",a="x",b="z"} 3\n' +
        'kube_thing_part{namespace="n",thing="a",a="x\\",b=\\"y",b=""} 5\n',
      'kube_thing_none{namespace="n",thing="a"} 6\n',
    ]);
  });

  it('loses only the family that throws, not even in part, and says of which object', () => {
    const families: Families = {
      kube_thing_bad: gauges('STABLE', 'Bad.', ['x'], (_, emit) => {
        emit(1, 'a');
        throw new Error('odd');
      }),
      kube_thing_good: gauge('STABLE', 'Good.', () => 1),
    };
    const errors: unknown[] = [];
    const texts = rendered(families, thing, {}, (family, object, error) => {
      errors.push([family, object, (error as Error).message]);
    });
    expect(texts).to.deep.equal(['', 'kube_thing_good{namespace="n",thing="a"} 1\n']);
    expect(errors).to.deep.equal([['kube_thing_bad', thing, 'odd']]);
  });

  it('loses a family that has far more series than is real, and says so', () => {
    const errors: unknown[] = [];
    const families: Families = {
      kube_thing_many: {
        ...gauge('ALPHA', 'Many.', () => 1),
        labels: ['n'],
        collect: (_, emit) => {
          for (let n = 0; n < 1_000_000; n++) (emit as (...all: unknown[]) => void)(1, String(n));
        },
      },
      kube_thing_good: gauge('ALPHA', 'Good.', () => 1),
    };
    const texts = rendered(families, thing, {}, (_, __, error) => errors.push(error));
    expect(texts).to.deep.equal(['', 'kube_thing_good{namespace="n",thing="a"} 1\n']);
    expect(errors).to.have.length(1);
    expect(errors[0])
      .to.be.instanceOf(RangeError)
      .with.property('message')
      .that.includes('16777216');
  });

  it('holds the enabled families only, with their headers', () => {
    const families: Families = {
      kube_thing_a: gauge('STABLE', 'A.', () => 1),
      kube_thing_b: gauge('ALPHA', 'B.', () => 1),
    };
    const enabled = (name: string): boolean => name === 'kube_thing_b';
    expect(rendered(families, thing, { enabled })).to.have.length(1);
  });

  it('shows the keys of the allow-list, if need be none, and no series without a list', () => {
    const families: Families = {
      kube_thing_labels: metadataMapped('STABLE', 'Labels.', 'label', 'labels'),
      kube_thing_annotations: metadataMapped('STABLE', 'Notes.', 'annotation', 'annotations'),
    };
    const object = { metadata: { name: 'a', labels: { app: 'x', tier: 'y' } } };
    const labels = { shows: (key: string) => key === 'app' };
    expect(rendered(families, object, { labels })).to.deep.equal([
      'kube_thing_labels{namespace="",thing="a",label_app="x"} 1\n',
      '',
    ]);
    expect(rendered(families, { metadata: { name: 'a', labels: null } }, { labels })).to.deep.equal(
      ['kube_thing_labels{namespace="",thing="a"} 1\n', ''],
    );
  });

  it('gives a row of metadata nothing but metadata', () => {
    const object = new Proxy(thing, {
      get(target, field) {
        if (field !== 'metadata') throw new Error(`read ${String(field)}`);
        return target.metadata;
      },
    });
    const families: Families = {
      kube_thing_generation: metadataGauge('STABLE', 'G.', (meta) => meta.generation ?? 0),
      kube_thing_labels: metadataMapped('STABLE', 'Labels.', 'label', 'labels'),
    };
    expect(rendered(families, object)).to.deep.equal([
      'kube_thing_generation{namespace="n",thing="a"} 0\n',
      'kube_thing_labels{namespace="n",thing="a"} 1\n',
    ]);
  });
});

// compile: renders an object to the text of each family.
import { expect } from 'chai';
import {
  type Family,
  gauge,
  gauges,
  info,
  mapped,
  metadata,
  noLabel,
  status,
} from '../../src/metrics/family.ts';
import { type History, history } from '../../src/metrics/history.ts';
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject, Received } from '../../src/metrics/object.ts';
import { compile, type RenderChoices } from '../../src/metrics/render.ts';
import { annotations, labels } from '../../src/metrics/stock.ts';
import { thingTable } from '../support/thingTable.ts';

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

/** The texts of the families for one object; throws errors unless there is a listener. */
function rendered(
  families: Families,
  object: Thing,
  choices: Partial<RenderChoices> = {},
  onError = (family: string, _object: KubeObject, error: unknown): void => {
    throw new Error(family, { cause: error });
  },
): string[] {
  return compile(thingTable(families), { ...everything, ...choices }, onError).render(object);
}

describe('a compiled table', () => {
  it('renders the identity labels, then the labels of the row, then the value', () => {
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

  it('renders the labels of a row that writes them itself, and no identity', () => {
    const row: Family<Received<Thing>> = {
      type: 'gauge',
      help: 'Parts.',
      labels: ['part'],
      reads: 'object',
      collectLabelled(o, emit) {
        for (const part of o.parts ?? []) emit(1, `part="${part}"`);
      },
    };
    const table = { ...thingTable<Thing>({}), identity: {}, families: { custom_part: row } };
    const choices = { ...everything, enabled: () => true };
    const renderer = compile(table, choices, () => {});
    expect(renderer.render({ ...thing, parts: ['a', 'b', 'a'] } as Thing)).to.deep.equal([
      'custom_part{part="a"} 1\ncustom_part{part="b"} 1\n',
    ]);
    expect(renderer.families[0]?.header.text).to.equal(
      '# HELP custom_part Parts.\n# TYPE custom_part gauge\n',
    );
  });

  it('tells of each family its type, stability and help', () => {
    const deprecatedSince = '2.0.0';
    const families: Families = {
      kube_thing_size: gauge('STABLE', 'Size.', (o) => o.size, { deprecatedSince }),
      kube_thing_info: { ...info('BETA', 'In\\fo.', {}), type: 'info' },
    };
    const row = { type: 'stateset', help: 'Parts.', labels: [], reads: 'object' } as const;
    const custom = { custom_part: { ...row, collectLabelled: () => undefined } };
    const table = { ...thingTable<Thing>(families), families: { ...families, ...custom } };
    const renderer = compile(table, { ...everything, enabled: () => true }, () => {});
    expect(renderer.families.map(({ header, ...told }) => told)).to.deep.equal([
      {
        name: 'kube_thing_size',
        type: 'gauge',
        stability: 'STABLE',
        help: '(Deprecated since 2.0.0) Size.',
      },
      { name: 'kube_thing_info', type: 'info', stability: 'BETA', help: 'In\\fo.' },
      { name: 'custom_part', type: 'stateset', stability: 'ALPHA', help: 'Parts.' },
    ]);
  });

  describe('of a state set', () => {
    const parts: Families = {
      kube_thing_part_state: status.stateSet<Received<Thing>, ['part', 'state']>(
        'STABLE',
        'State.',
        ['part', 'state'],
        ['on', 'off'],
        (s, emit) => {
          for (const [part, state] of (s ?? []) as [string, string][]) emit(state, part);
        },
      ),
    };
    const lines = (states: [string, string][], sparse: boolean) =>
      rendered(parts, { ...thing, status: states } as Thing, { sparse: () => sparse })[0]
        ?.replaceAll('kube_thing_part_state{namespace="n",thing="a",', '{')
        .split('\n');

    it('renders each state of each thing, with those of 0 unless it is sparse', () => {
      const states: [string, string][] = [
        ['p', 'off'],
        ['q', 'lost'],
      ];
      expect(lines(states, false)).to.deep.equal([
        '{part="p",state="on"} 0',
        '{part="p",state="off"} 1',
        '{part="q",state="on"} 0',
        '{part="q",state="off"} 0',
        '',
      ]);
      expect(lines(states, true)).to.deep.equal(['{part="p",state="off"} 1', '']);
    });

    it('takes the first of two states of one thing, also where it is unknown', () => {
      const twice: [string, string][] = [
        ['p', 'lost'],
        ['p', 'on'],
      ];
      expect(lines(twice, false)).to.deep.equal([
        '{part="p",state="on"} 0',
        '{part="p",state="off"} 0',
        '',
      ]);
      expect(lines(twice, true)).to.deep.equal(['']);
    });
  });

  it('renders what was counted of an object, and nothing where nobody counts', () => {
    const ends: Families = { kube_thing_ends_total: history('ALPHA', 'Ends.', ['reason']) };
    const counted: History = {
      collect: ({ name }, emit) => {
        emit(2, `of ${name}`);
        emit(0, 'none');
      },
    };
    expect(rendered(ends, thing, { history: counted })).to.deep.equal([
      'kube_thing_ends_total{namespace="n",thing="a",reason="of a"} 2\n' +
        'kube_thing_ends_total{namespace="n",thing="a",reason="none"} 0\n',
    ]);
    expect(rendered(ends, thing)).to.deep.equal(['']);
  });

  it('renders an empty text for a family without series', () => {
    const families: Families = { kube_thing_size: gauge('STABLE', 'Size.', (o) => o.size) };
    expect(rendered(families, thing)).to.deep.equal(['']);
    expect(rendered(families, { ...thing, size: 0 })).to.deep.equal([
      'kube_thing_size{namespace="n",thing="a"} 0\n',
    ]);
  });

  it('renders absent and null as an empty label', () => {
    const families: Families = {
      kube_thing_x: gauges('STABLE', 'X.', ['a', 'b', 'c'], (_, emit) =>
        emit(1, null, undefined, ''),
      ),
    };
    expect(rendered(families, { metadata: { name: 'a', namespace: null } })).to.deep.equal([
      'kube_thing_x{namespace="",thing="a",a="",b="",c=""} 1\n',
    ]);
  });

  it('omits noLabel at any position', () => {
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

  it('escapes values of identity labels, labels and maps', () => {
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

  it('renders a duplicate series once, with its first value', () => {
    const families: Families = {
      kube_thing_part: gauges('STABLE', 'Parts.', ['a', 'b'], (_, emit) => {
        emit(1, 'x', 'y');
        emit(2, 'x', 'y');
        emit(3, 'x', 'z');
        emit(4, 'x', 'y');
        // Different series: the text of one label looks like two labels.
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

  it('drops only the family that throws, as a whole, and reports the object', () => {
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

  it('drops only the series without a number where the row goes on', () => {
    const families: Families = {
      kube_thing_part: {
        type: 'gauge',
        help: 'Part.',
        reads: 'object',
        labels: ['n'],
        collectLabelled: (_, emit) => {
          for (const [n, value] of [1, 'two', 3].entries()) {
            try {
              emit(value as number, `n="${n}"`);
            } catch (error) {
              expect(error).to.be.instanceOf(TypeError);
            }
          }
        },
      },
    };
    const text = 'kube_thing_part{n="0"} 1\nkube_thing_part{n="2"} 3\n';
    expect(rendered(families, thing)).to.deep.equal([text]);
  });

  it('drops a family above familyBytesMax, and reports it', () => {
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
      .that.matches(
        /^expected at most 16777216 bytes .* got more after \d{6} series; leave .*denylist/,
      );
  });

  it('has the enabled families only, with their headers', () => {
    const families: Families = {
      kube_thing_a: gauge('STABLE', 'A.', () => 1),
      kube_thing_b: gauge('ALPHA', 'B.', () => 1),
    };
    const enabled = (name: string): boolean => name === 'kube_thing_b';
    expect(rendered(families, thing, { enabled })).to.have.length(1);
  });

  it('shows the keys of the allow-list, possibly none, and no series without a list', () => {
    const families: Families = {
      kube_thing_labels: labels('STABLE'),
      kube_thing_annotations: annotations('STABLE'),
    };
    const object = { metadata: { name: 'a', labels: { app: 'x', tier: 'y' } } };
    const app = { shows: (key: string) => key === 'app' };
    expect(rendered(families, object, { labels: app })).to.deep.equal([
      'kube_thing_labels{namespace="",thing="a",label_app="x"} 1\n',
      '',
    ]);
    expect(
      rendered(families, { metadata: { name: 'a', labels: null } }, { labels: app }),
    ).to.deep.equal(['kube_thing_labels{namespace="",thing="a"} 1\n', '']);
  });

  it('passes only metadata to a metadata row', () => {
    const object = new Proxy(thing, {
      get(target, field) {
        if (field !== 'metadata') throw new Error(`read ${String(field)}`);
        return target.metadata;
      },
    });
    const families: Families = {
      kube_thing_generation: metadata.gauge('STABLE', 'G.', (meta) => meta.generation ?? 0),
      kube_thing_labels: labels('STABLE'),
    };
    expect(rendered(families, object)).to.deep.equal([
      'kube_thing_generation{namespace="n",thing="a"} 0\n',
      'kube_thing_labels{namespace="n",thing="a"} 1\n',
    ]);
  });
});

// renderRest: what is rendered of an object whose spec has not changed.
import { expect } from 'chai';
import { joined, metadata, spec, status } from '../../src/metrics/family.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { leftOut, type Rendered, renderedOf } from '../../src/metrics/rendered.ts';
import type { Resource } from '../../src/metrics/resource.ts';
import { compileAll, thingTable } from '../support/thingTable.ts';

interface Thing extends KubeObject {
  spec?: { size?: number };
  status?: { used?: number };
}

/** The texts, without those that are left out. */
const textsIn = ({ bytes, starts, lengths }: Rendered): (string | undefined)[] =>
  Array.from(starts, (start, i) => {
    const length = lengths[i] as number;
    return length === leftOut ? undefined : bytes.text(start, start + length);
  });

describe('Texts that are left out', () => {
  it('renders what is not made of the spec alone, with what was taken of an earlier one', () => {
    const families: Resource<Thing>['families'] = {
      kube_thing_size: spec.gauge('STABLE', 'Size.', (s) => s?.size),
      kube_thing_used: status.gauge('STABLE', 'Used.', (s) => s?.used),
      kube_thing_free: joined(
        'STABLE',
        'Free.',
        ['of'],
        (s) => s?.size,
        (size, object, emit) => emit((size ?? 0) - (object.status?.used ?? 0), String(size)),
      ),
      kube_thing_generation: metadata.gauge('STABLE', 'G.', (meta) => meta.generation),
    };
    const renderer = compileAll(thingTable<Thing>(families));
    const object = {
      metadata: { name: 'a', generation: 1 },
      spec: { size: 5 },
      status: { used: 2 },
    };
    expect(renderer.bySection?.ofSpec).to.deep.equal([0]);
    const all = renderer.renderAll(object);
    expect(all.taken).to.deep.equal([5]);
    expect(textsIn(all)).to.deep.equal([
      'kube_thing_size{namespace="",thing="a"} 5\n',
      'kube_thing_used{namespace="",thing="a"} 2\n',
      'kube_thing_free{namespace="",thing="a",of="5"} 3\n',
      'kube_thing_generation{namespace="",thing="a"} 1\n',
    ]);
    const later = {
      metadata: { name: 'a', generation: 2 },
      get spec(): never {
        return expect.fail('read');
      },
      status: { used: 4 },
    };
    const rest = renderer.bySection?.renderRest(later, all.taken ?? []);
    expect(rest && textsIn(rest)).to.deep.equal([
      undefined,
      'kube_thing_used{namespace="",thing="a"} 4\n',
      'kube_thing_free{namespace="",thing="a",of="5"} 1\n',
      'kube_thing_generation{namespace="",thing="a"} 2\n',
    ]);
  });

  it('are left out of texts that were rendered before, whose series are counted', () => {
    const all = renderedOf(['a 1\nb{c="größer"} 2\n', undefined, '', 'd 1\n']);
    expect(textsIn(all)).to.deep.equal(['a 1\nb{c="größer"} 2\n', undefined, '', 'd 1\n']);
    expect([...all.series]).to.deep.equal([2, 0, 0, 1]);
  });
});

// Stores beside the plain one while sections of objects change: the same is served, and less read.
import { expect } from 'chai';
import fc from 'fast-check';
import { parseUnmanaged } from '../../src/kube/managedFields.ts';
import { DeferredSpec, withDeferredSpec } from '../../src/lib/deferredSpec.ts';
import { type Json, joined, status as ofStatus, spec } from '../../src/metrics/family.ts';
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { compile, type Renderer } from '../../src/metrics/render.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';
import { blockBytesMax } from '../../src/store/block.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import type { OpenStores, Stores } from '../../src/store/types.ts';
import { objectsOf } from '../resources/arbitrary.ts';
import { rendererOf } from '../resources/madeUp.ts';
import { thingTable } from '../support/thingTable.ts';
import { openThings, served, textOf, thingsIn } from './opened.ts';
import { openPlainStores } from './plain.ts';

const runs = 8;
const runsOfPods = 60;
const names = 3;
const hotBytesMax = 1024 * 1024;

interface Sections {
  readonly metadata: Record<string, unknown>;
  readonly spec?: unknown;
  readonly status?: unknown;
}

const open = (how: OpenStores, renderer: Renderer): Stores =>
  openThings(renderer, { hotBytesMax }, how);

/** What is served, its lines in any order. */
async function linesOf(stores: Stores): Promise<string[]> {
  await stores.flushed();
  return (await textOf(stores.snapshot(() => true))).split('\n').sort();
}

const step = fc.record({
  act: fc.constantFrom(
    ...(['status', 'status', 'status', 'spec', 'metadata', 'all', 'none', 'unnamed'] as const),
    ...(['recreate', 'delete', 'relist', 'relist'] as const),
  ),
  name: fc.nat({ max: names - 1 }),
  from: fc.nat(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A store that gets objects with deferred specs, and the plain one that gets them whole. */
class Pair {
  readonly fast: Stores;
  readonly #plain: Stores;
  readonly #pool: readonly Sections[];
  readonly #objects = new Map<string, Sections>();
  #version = 0;

  constructor(renderer: Renderer, pool: readonly Sections[]) {
    this.fast = open(openSegmentStores, renderer);
    this.#plain = open(openPlainStores, renderer);
    this.#pool = pool;
  }

  async take({ act, name, from }: Step): Promise<void> {
    const key = `n${name}`;
    const old = this.#objects.get(key);
    const other = this.#pool[from % this.#pool.length] as Sections;
    if (act === 'delete') {
      if (old === undefined) return;
      this.#objects.delete(key);
      this.#each(old, (store, object) => store.delete(object));
      return;
    }
    if (act === 'relist') {
      await this.#relist(other);
      return;
    }
    const uid = old === undefined || act === 'recreate' ? `u${this.#version}` : old.metadata.uid;
    this.#put(key, changed(old ?? other, act, other), act === 'unnamed' ? undefined : uid);
    this.#each(this.#objects.get(key) as Sections, (store, object) => store.put(object));
  }

  async compare(): Promise<void> {
    expect(await linesOf(this.fast)).to.deep.equal(await linesOf(this.#plain));
    expect(thingsIn(this.fast).size).to.deep.equal(thingsIn(this.#plain).size);
  }

  #put(name: string, sections: Sections, uid: unknown): void {
    const resourceVersion = String(++this.#version);
    const metadata = { ...sections.metadata, name, uid, resourceVersion };
    this.#objects.set(name, { ...sections, metadata });
  }

  /** The list has a change of one object that no event told, and one object twice. */
  async #relist(other: Sections): Promise<void> {
    const [first] = this.#objects.keys();
    if (first === undefined) return;
    const stores = [this.fast, this.#plain].map(thingsIn);
    const relists = stores.map((store) => store.relist());
    const list = (sections: Sections): void =>
      relists.forEach((relist, i) => {
        relist.put(objectOf(sections, i === 0));
      });
    for (const [name, sections] of [...this.#objects]) {
      list(sections);
      if (name !== first) continue;
      this.#put(name, { ...sections, status: other.status }, sections.metadata.uid);
      list(this.#objects.get(name) as Sections);
    }
    for (const relist of relists) await relist.commit();
  }

  #each(
    sections: Sections,
    act: (store: ReturnType<typeof thingsIn>, object: KubeObject) => void,
  ): void {
    act(thingsIn(this.fast), objectOf(sections, true));
    act(thingsIn(this.#plain), objectOf(sections, false));
  }
}

/** The object as it is decoded from the text that an API server writes. */
const objectOf = ({ metadata, spec, status }: Sections, deferSpec: boolean): KubeObject =>
  parseUnmanaged(JSON.stringify({ metadata, spec, status }), { deferSpec }) as KubeObject;

function changed(object: Sections, act: Step['act'], other: Sections): Sections {
  switch (act) {
    case 'status':
      return { ...object, status: other.status };
    case 'spec':
      return { ...object, spec: other.spec };
    case 'metadata':
      return { ...object, metadata: other.metadata };
    case 'none':
      return object;
    default:
      return other;
  }
}

describe('A store whose objects come with deferred specs', () => {
  const tables = Object.entries<AnyResource>(resources)
    .map(([plural, resource]) => [plural, rendererOf(resource, compile)] as const)
    .filter(([, { bySection }]) => bySection !== undefined);

  it('exists for the resources that change most', () => {
    const plurals = tables.map(([plural]) => plural);
    expect(plurals).to.include.members(['pods', 'nodes', 'replicasets', 'deployments', 'jobs']);
    expect(plurals).to.not.include.members(['leases', 'secrets', 'certificatesigningrequests']);
  });

  for (const [plural, renderer] of tables) {
    it(`serves what the plain one does, whatever changes: ${plural}`, async () => {
      const sections = objectsOf(plural).map(
        ({ metadata, spec, status }): Sections => ({ metadata: Object(metadata), spec, status }),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(sections, { minLength: 2, maxLength: 4 }),
          fc.array(step, { minLength: 5, maxLength: 20 }),
          async (pool, steps) => {
            const pair = new Pair(renderer, pool);
            for (const [i, one] of steps.entries()) {
              await pair.take(one);
              if (i % 5 === 4) await pair.compare();
            }
            await pair.compare();
            await pair.fast.close();
          },
        ),
        { numRuns: plural === 'pods' ? runsOfPods : runs },
      );
    });
  }
});

interface Thing extends KubeObject {
  spec?: { size?: number };
  status?: { phase?: string };
}

const table = thingTable<Thing>(
  {
    kube_thing_size: spec.gauge('STABLE', 'Size.', (s) => {
      if (s?.size === 13) throw new Error('an odd size');
      return s?.size;
    }),
    kube_thing_phase: ofStatus.info('STABLE', 'Phase.', { phase: (s) => s?.phase }),
  },
  { thing: (o) => o.metadata.name },
);

/** The renderer, which tells of each time that it is used. */
function telling(renderer: Renderer, onRender: () => void): Renderer {
  const { renderAll, bySection = expect.fail('not by section') } = renderer;
  return {
    ...renderer,
    renderAll(...of) {
      onRender();
      return renderAll(...of);
    },
    bySection: {
      ...bySection,
      renderRest(...of) {
        onRender();
        return bySection.renderRest(...of);
      },
    },
  };
}

describe('A spec that has not changed', () => {
  let parsed = 0;
  let rendered = 0;
  let errors = 0;
  let version = 0;
  let stores: Stores;

  beforeEach(() => {
    parsed = 0;
    rendered = 0;
    errors = 0;
    const choices = { enabled: () => true, labels: everyKey, annotations: everyKey };
    const renderer = compile(table, choices, () => errors++);
    stores = open(
      openSegmentStores,
      telling(renderer, () => rendered++),
    );
  });
  afterEach(() => stores.close());

  const thing = (text: string, phase: string, uid: string | null = 'u'): KubeObject => {
    const metadata = { name: 'a', ...(uid && { uid }), resourceVersion: String(++version) };
    const deferred = new DeferredSpec(text, () => {
      parsed++;
      return JSON.parse(text);
    });
    return withDeferredSpec({ metadata, status: { phase } }, '', deferred) as KubeObject;
  };
  const put = (...parts: Parameters<typeof thing>): void => thingsIn(stores).put(thing(...parts));
  const text = async (): Promise<string> => (await served(stores)).join('\n');
  const one = (size: number, phase: string): string =>
    `kube_thing_phase{thing="a",phase="${phase}"} 1\nkube_thing_size{thing="a"} ${size}`;

  it('is not parsed again', async () => {
    put('{"size":1}', 'Pending');
    put('{"size":1}', 'Running');
    expect(await text()).to.equal(one(1, 'Running'));
    put('{"size":1}', 'Failed');
    expect(await text()).to.equal(one(1, 'Failed'));
    expect(parsed).to.equal(1);
    put('{"size":2}', 'Failed');
    expect(await text()).to.equal(one(2, 'Failed'));
    expect(parsed).to.equal(2);
  });

  it('is not parsed again in a relist', async () => {
    put('{"size":1}', 'Pending');
    const relist = thingsIn(stores).relist();
    relist.put(thing('{"size":1}', 'Listed'));
    await relist.commit();
    expect(parsed).to.equal(1);
    expect(await text()).to.equal(one(1, 'Listed'));
  });

  it('is parsed once more where the object moves to another block', async () => {
    const huge = 'x'.repeat(2 * blockBytesMax);
    thingsIn(stores).put({ metadata: { name: 'b' } });
    put('{"size":1}', 'Pending');
    put('{"size":1}', huge);
    const lines = (await text()).split('\n').filter((line) => !line.includes('thing="b"'));
    expect(lines.join('\n') === one(1, huge)).to.equal(true);
    expect(parsed).to.equal(2);
  });

  it('is parsed once more where one part of the store is relisted', async () => {
    thingsIn(stores).put(thing('{"size":1}', 'Pending'), 'part');
    const relist = thingsIn(stores).relist('part');
    relist.put(thing('{"size":1}', 'Listed'));
    await relist.commit();
    expect(await text()).to.equal(one(1, 'Listed'));
    expect([parsed, rendered]).to.deep.equal([2, 2]);
  });

  it('is that of another object where the uid differs, or is missing', async () => {
    put('{"size":1}', 'Pending');
    put('{"size":1}', 'Pending', 'v');
    put('{"size":1}', 'Pending', null);
    put('{"size":1}', 'Failed', null);
    put('{"size":1}', 'Running');
    expect(parsed).to.equal(5);
    expect(await text()).to.equal(one(1, 'Running'));
  });

  it('is read again, and the error reported again, where a row has thrown', async () => {
    put('{"size":13}', 'Pending');
    put('{"size":13}', 'Running');
    expect([parsed, errors]).to.deep.equal([2, 2]);
    expect(await text()).to.equal('kube_thing_phase{thing="a",phase="Running"} 1');
  });

  it('leaves the object out, as it was before, where it is no JSON', async () => {
    put('{"size":1}', 'Pending');
    expect(() => put('{"size":}', 'Running')).to.throw(SyntaxError);
    expect(await text()).to.equal(one(1, 'Pending'));
  });
});

describe('What is taken of a spec', () => {
  const taking = thingTable<Thing & { spec?: { taken?: Json } }>(
    {
      // Without a row of the status alone, specs would not be deferred.
      kube_thing_mark: ofStatus.gauge('STABLE', 'None.', () => undefined),
      kube_thing_taken: joined(
        'STABLE',
        'What was taken.',
        ['taken', 'phase'],
        (s) => s?.taken,
        (taken, { status }, emit) => emit(1, JSON.stringify(taken), status?.phase),
      ),
    },
    { thing: (o) => o.metadata.name },
  );
  const texts: readonly Json[] = ['', 'a', '"a', '"a"', '["a"]', '1', 'null', 'true', '{}'];
  const plain: readonly Json[] = [1, null, true, [], {}, ['a'], [['a']], [1], [null]];
  const maps: readonly Json[] = [{ 0: 'a' }, { a: 'a' }, { a: 'a', b: 'a' }, { a: {} }, { a: [] }];
  const alike = [...texts, ...plain, ...maps];

  it('is its own, whatever looks like it', async () => {
    const choices = { enabled: () => true, labels: everyKey, annotations: everyKey };
    const stores = open(openSegmentStores, compile(taking, choices, expect.fail));
    // Twice each, and once beside its like.
    const all = [...alike.flatMap((one) => [one, one]), ...alike];
    const put = (version: number, phase: string, parse: (text: string) => unknown): void => {
      for (const [i, taken] of all.entries()) {
        const text = JSON.stringify({ taken });
        const metadata = { name: `${i}`, uid: `${i}`, resourceVersion: `${version}` };
        const deferred = new DeferredSpec(text, () => parse(text));
        const object = withDeferredSpec({ metadata, status: { phase } }, '', deferred);
        thingsIn(stores).put(object as KubeObject);
      }
    };
    put(1, 'Pending', JSON.parse);
    put(2, 'Running', (text) => expect.fail(`expected ${text} to stand, it was parsed`));
    const escaped = all.map((one) => JSON.stringify(one).replace(/[\\"]/g, '\\$&'));
    const lines = escaped.map(
      (one, i) => `kube_thing_taken{thing="${i}",taken="${one}",phase="Running"} 1`,
    );
    expect(await served(stores)).to.have.members(lines);
    await stores.close();
  });
});

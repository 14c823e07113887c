// The filter of one collection by namespaces that join and leave, against a sink in memory.
import { expect } from 'chai';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Relist } from '../../src/store/types.ts';
import { NamespaceFilter } from '../../src/sync/namespaceFilter.ts';
import type { NamespaceListener } from '../../src/sync/selectedNamespaces.ts';
import { MemorySink, settled } from '../kube/harness.ts';
import { TestClock } from '../support/clock.ts';

const settleMs = 1_000;
const restMs = 4_000;

const object = (key: string, resourceVersion = '1'): KubeObject => {
  const [namespace = '', name = ''] = key.split('/');
  return { metadata: { namespace, name, uid: key, resourceVersion } };
};

class Scene {
  readonly clock = new TestClock();
  readonly stored = new MemorySink();
  readonly names = new Set(['a']);
  relists = 0;
  readonly #listeners = new Set<NamespaceListener>();
  readonly #ending = new AbortController();
  readonly filter: NamespaceFilter;
  readonly #running: Promise<void>;

  constructor() {
    this.filter = new NamespaceFilter(this.stored, {
      namespaces: {
        has: (name) => this.names.has(name),
        listen: (listener) => {
          this.#listeners.add(listener);
          return () => void this.#listeners.delete(listener);
        },
      },
      clock: this.clock,
      stored: () => [...this.stored.objects].map(([key, version]) => ({ key, uid: key, version })),
      relist: () => this.relists++,
    });
    this.#running = this.filter.run(this.#ending.signal);
  }

  joins(name: string): void {
    this.names.add(name);
    for (const listener of this.#listeners) listener.joined(name);
  }

  leaves(name: string): void {
    this.names.delete(name);
    for (const listener of this.#listeners) listener.left(name);
  }

  put(...keys: string[]): void {
    for (const key of keys) this.filter.sink.put(object(key));
  }

  get keys(): string[] {
    return [...this.stored.objects.keys()].sort();
  }

  /** Time in which what is due is done. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= settleMs) {
      this.clock.advance(Math.min(left, settleMs));
      await settled(() => [this.keys, this.relists, this.clock.pending]);
    }
  }

  async list(...keys: string[]): Promise<void> {
    const relist = this.filter.sink.relist();
    for (const key of keys) relist.put(object(key));
    await relist.commit();
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

describe('The filter of namespaces', () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
  });
  afterEach(() => scene.stop());

  it('keeps what is in a namespace that matches, of events and of lists', async () => {
    scene.put('a/1', 'b/1');
    expect(scene.keys).to.deep.equal(['a/1']);
    scene.filter.sink.delete(object('b/1'));
    await scene.list('a/2', 'b/2');
    expect(scene.keys).to.deep.equal(['a/2']);
    expect(scene.filter.sink.accepts?.(object('a/3').metadata)).to.equal(true);
    expect(scene.filter.sink.accepts?.(object('b/3').metadata)).to.equal(false);
  });

  it('lists again for a namespace of which something was left out, and not at once', async () => {
    scene.put('a/1', 'b/1');
    scene.joins('b');
    expect([scene.relists, scene.filter.settled]).to.deep.equal([0, false]);
    await scene.pass(settleMs);
    expect(scene.relists).to.equal(1);
    await scene.list('a/1', 'b/1');
    expect([scene.keys, scene.filter.settled]).to.deep.equal([['a/1', 'b/1'], true]);
    await scene.pass(10 * restMs);
    expect(scene.relists).to.equal(1);
  });

  it('knows what was left out before it was parsed, too', async () => {
    scene.filter.sink.accepts?.(object('b/1').metadata);
    scene.joins('b');
    await scene.pass(settleMs);
    expect(scene.relists).to.equal(1);
  });

  it('does not list again for a namespace of which nothing was left out', async () => {
    scene.put('a/1', 'c/1');
    scene.joins('b');
    scene.put('b/1');
    await scene.pass(10 * restMs);
    expect([scene.relists, scene.keys]).to.deep.equal([0, ['a/1', 'b/1']]);
    expect(scene.filter.settled).to.equal(true);
  });

  it('deletes what is stored of a namespace that leaves', async () => {
    scene.put('a/1');
    scene.joins('b');
    scene.put('b/1', 'b/2');
    scene.leaves('b');
    expect(scene.filter.settled).to.equal(false);
    await scene.pass(settleMs);
    expect([scene.keys, scene.relists, scene.filter.settled]).to.deep.equal([['a/1'], 0, true]);
    // What was deleted counts as left out.
    scene.joins('b');
    await scene.pass(settleMs);
    expect(scene.relists).to.equal(1);
  });

  it('does not list again for a namespace that has left before', async () => {
    scene.put('b/1');
    scene.joins('b');
    scene.leaves('b');
    await scene.pass(10 * restMs);
    expect([scene.relists, scene.filter.settled]).to.deep.equal([0, true]);
  });

  it('keeps what is stored of a namespace that leaves and is soon back', async () => {
    scene.joins('b');
    scene.put('b/1');
    scene.leaves('b');
    scene.joins('b');
    await scene.pass(settleMs);
    expect([scene.keys, scene.relists]).to.deep.equal([['b/1'], 0]);
  });

  it('lists again where a namespace that was soon back has missed a change', async () => {
    scene.joins('b');
    scene.put('b/1');
    scene.leaves('b');
    scene.filter.sink.delete(object('b/1'));
    scene.joins('b');
    await scene.pass(settleMs);
    expect(scene.relists).to.equal(1);
  });

  it('follows many changes by one list, and rests before the next', async () => {
    const many = Array.from({ length: 500 }, (_, i) => `n${i}`);
    scene.put(...many.map((name) => `${name}/1`), 'late/1');
    for (const name of many) scene.joins(name);
    await scene.pass(settleMs);
    await scene.list();
    scene.joins('late');
    scene.put('left-out/1');
    expect(scene.relists).to.equal(1);
    // The list has shown that nothing of it was left out since.
    await scene.pass(2 * restMs);
    expect(scene.relists).to.equal(1);
    scene.joins('left-out');
    await scene.pass(settleMs);
    expect(scene.relists).to.equal(2);
    await scene.list('other/1');
    scene.joins('other');
    await scene.pass(restMs - settleMs);
    expect(scene.relists).to.equal(2);
    await scene.pass(2 * settleMs);
    expect(scene.relists).to.equal(3);
  });

  it('rests for as long as a list takes', async () => {
    const relist = scene.filter.sink.relist();
    scene.clock.advance(30_000);
    relist.put(object('b/1'));
    await relist.commit();
    scene.joins('b');
    await scene.pass(28_000);
    expect(scene.relists).to.equal(0);
    await scene.pass(4_000);
    expect(scene.relists).to.equal(1);
  });

  describe('while a list is under way', () => {
    let relist: Relist;
    beforeEach(() => {
      scene.put('a/1');
      relist = scene.filter.sink.relist();
    });

    it('does not interrupt it for what it has left out, and lists again after it', async () => {
      relist.put(object('a/1'));
      relist.put(object('b/1'));
      scene.joins('b');
      relist.put(object('b/2'));
      await scene.pass(10 * restMs);
      expect(scene.relists).to.equal(0);
      await relist.commit();
      expect([scene.keys, scene.filter.settled]).to.deep.equal([['a/1', 'b/2'], false]);
      // It rests for as long as that list took.
      await scene.pass(10 * restMs + settleMs);
      expect(scene.relists).to.equal(1);
    });

    it('does not list again for what it had not come to yet', async () => {
      scene.joins('b');
      relist.put(object('b/1'));
      await relist.commit();
      await scene.pass(10 * restMs);
      expect([scene.relists, scene.keys]).to.deep.equal([0, ['b/1']]);
    });

    it('leaves what is served as it was, and deletes after it what it brought', async () => {
      relist.put(object('a/1'));
      relist.put(object('a/2'));
      scene.leaves('a');
      await scene.pass(10 * restMs);
      expect(scene.keys).to.deep.equal(['a/1']);
      await relist.commit();
      await scene.pass(settleMs);
      expect([scene.keys, scene.relists]).to.deep.equal([[], 0]);
    });

    it('deletes after it has failed as well', async () => {
      scene.leaves('a');
      await relist.abort();
      await scene.pass(settleMs);
      expect(scene.keys).to.deep.equal([]);
    });
  });

  it('asks once for a list that does not begin', async () => {
    scene.put('b/1', 'c/1');
    scene.joins('b');
    await scene.pass(20 * restMs);
    scene.joins('c');
    await scene.pass(20 * restMs);
    expect(scene.relists).to.equal(1);
  });

  it('lists again for any namespace where it has left out objects of very many', async () => {
    for (let i = 0; i < 4_096; i++) scene.put(`n${i}/1`);
    scene.joins('free');
    await scene.pass(settleMs);
    expect(scene.relists).to.equal(0);
    scene.put('beyond/1');
    scene.joins('beyond');
    await scene.pass(settleMs);
    expect(scene.relists).to.equal(1);
  });

  it('ends with its signal, and is told of no change then', async () => {
    scene.put('b/1');
    scene.joins('b');
    await scene.stop();
    expect(scene.listeners).to.equal(0);
    scene.clock.advance(10 * restMs);
    await settled(() => scene.relists);
    expect(scene.relists).to.equal(0);
  });
});

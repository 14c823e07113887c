// The store of segments beside the plain one: whatever happens, a scraper gets the same of both.
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { systemClock } from '../../src/lib/clock.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import { RelistAbortedError } from '../../src/store/relistPhases.ts';
import type { Relist, Snapshot, Store, Stores } from '../../src/store/types.ts';
import { TestClock } from '../support/clock.ts';
import { textRenderer } from '../support/textRenderer.ts';
import { whileZlibFails } from './brokenCodec.ts';
import { bytesOf, slowed } from './opened.ts';
import { openPlainStores } from './plain.ts';
import { checkAllSizes, measure } from './sizes.ts';
import { SlowReader } from './slowReader.ts';

/** Enough for several blocks, so that some become half empty and are merged. */
const namesMax = 300;
const parts = ['node a', 'node b'];
const namespaces = 5;

/** What of an object's texts changes with which of its versions; one is sometimes very long. */
const renderer = textRenderer(
  ['info', 'phase', 'note', 'none'],
  ({ metadata: { namespace, name, uid, resourceVersion, annotations } }) => {
    const id = `namespace="${namespace}",name="${name}",uid="${uid}"`;
    const series = Number(annotations?.series ?? 0);
    return [
      `info{${id}} 1\n`,
      Array.from({ length: series }, (_, i) => `phase{${id},i="${i}"} 1\n`).join(''),
      annotations?.long === 'yes' ? `note{${id},n="${'größer '.repeat(12_000)}"} 1\n` : '',
      series % 3 === 0 ? `none{${id},version="${resourceVersion}"} 1\n` : '',
    ];
  },
);

/** One thing that happens; the numbers say to which objects, and how. */
const event = fc.record({
  act: fc.constantFrom(
    ...(['put', 'put', 'putAgain', 'fill', 'thin', 'recreate', 'delete', 'deleteOld'] as const),
    ...(['late', 'relist', 'relist', 'relistAborted', 'silently', 'scrape', 'race'] as const),
    ...(['relistInterrupted', 'relistInterrupted', 'relistRaced', 'relistRaced'] as const),
    ...(['pass', 'pass', 'readSlowly', 'fail', 'measure', 'measure'] as const),
  ),
  name: fc.nat({ max: namesMax - 1 }),
  count: fc.integer({ min: 1, max: 120 }),
  part: fc.nat({ max: 1 }),
});
type Event = { name: number; count: number; part: number };

/** The server's side of an object. */
interface Real {
  readonly object: KubeObject;
  readonly part: string | undefined;
}

interface Taken {
  readonly fast: Snapshot;
  readonly plain: Snapshot;
}

/** A reader of ours, and what it has to read in the end. */
interface Reading {
  readonly reader: SlowReader;
  readonly plain: Snapshot;
}

/** None, some blocks, or all. */
const hotBytesMaxima = [0, 40_000, 1e8];

class Run {
  readonly #clock = new TestClock();
  readonly #fast: Stores;
  readonly #plain = openPlainStores(new Map([['pods', renderer]]));
  readonly #stores: readonly Store[];
  readonly #named: boolean;
  readonly #real = new Map<string, Real>();
  /** What an object was before. */
  readonly #old = new Map<string, Real>();
  readonly #taken: Taken[] = [];
  readonly #readings: Reading[] = [];
  readonly #measured: ReturnType<typeof measure>[] = [];
  #version = 0;
  /** Whether a part is being committed: it is told nothing until that is done. */
  #racing = false;

  /** With named parts, or with the store in one. */
  constructor(named: boolean, hotBytesMax: number) {
    this.#named = named;
    this.#fast = openSegmentStores(new Map([['pods', renderer]]), {
      clock: slowed(this.#clock),
      hotBytesMax,
      compressOnThread: false,
      onError(error) {
        throw error;
      },
    });
    this.#stores = [this.#fast, this.#plain].map((stores) => storeOf(stores));
  }

  put(event: Event): void {
    this.#tell(this.#write(event));
  }

  /** A watch that was opened again may tell what is known. */
  putAgain({ name }: Event): void {
    const real = this.#real.get(`n${name}`);
    if (real !== undefined) this.#tell(real);
  }

  fill({ name, count, part }: Event): void {
    for (let i = 0; i < count; i++) {
      this.put({ name: (name + i) % namesMax, count: i % 4, part });
    }
  }

  thin({ count, part }: Event): void {
    for (let i = 0; i < namesMax; i++) {
      if (i % 5 < 1 + (count % 4)) this.delete({ name: i, count, part });
    }
  }

  recreate(event: Event): void {
    this.#tell(this.#write(event, `u${++this.#version}`));
  }

  delete({ name }: Event): void {
    const real = this.#real.get(`n${name}`);
    if (real === undefined) return;
    this.#real.delete(`n${name}`);
    for (const store of this.#stores) store.delete(real.object, real.part);
  }

  deleteOld({ name }: Event): void {
    const [old, real] = [this.#old.get(`n${name}`), this.#real.get(`n${name}`)];
    if (old === undefined) return;
    if (real !== undefined && uidOf(real) === uidOf(old)) return;
    for (const store of this.#stores) store.delete(old.object, old.part);
  }

  /** What another part tells too late. */
  late({ name }: Event): void {
    const [old, real] = [this.#old.get(`n${name}`), this.#real.get(`n${name}`)];
    if (real === undefined || old === undefined || real.part === old.part) return;
    storeOf(this.#fast).put(old.object, old.part);
  }

  /** The server changes and nobody is told: only a list can find it. */
  silently(event: Event): void {
    const kept = this.#real.get(`n${event.name}`);
    // A part would go on holding what another has: only that other one's event takes it over.
    if (kept !== undefined && kept.part !== this.#partOf(event)) return;
    if (event.count % 3 === 0) this.#real.delete(`n${event.name}`);
    else this.#write(event, event.count % 3 === 1 ? `u${++this.#version}` : undefined);
  }

  async relist(event: Event): Promise<void> {
    const relists = this.#list(event);
    await Promise.all(relists.map((relist) => relist.commit()));
  }

  async relistAborted(event: Event): Promise<void> {
    const real = [...this.#real];
    const relists = this.#list(event);
    await Promise.all(relists.map((relist) => relist.abort()));
    this.#real.clear();
    for (const [name, one] of real) this.#real.set(name, one);
  }

  /**
   * A relist is asked for from outside while the one before it commits: that one is aborted, with
   * its commit waiting for its turn, under way or done, and the next list sees the same objects.
   */
  async relistInterrupted(event: Event): Promise<void> {
    const relists = this.#list(event);
    const commits = relists.map((relist) => relist.commit().catch(refuseOther));
    for (let turn = 0; turn < event.count % 4; turn++) await systemClock.turn();
    if (event.count % 3 === 0) await wholesome(this.#fast.snapshot(() => true));
    await Promise.all(relists.map((relist) => relist.abort()));
    await this.relist({ ...event, count: event.count + 1 });
    await Promise.all(commits);
  }

  /**
   * While a list is committed, its part takes neither another list nor a change. The other part
   * goes on: with events, with a list that is given up or committed, with scrapes.
   */
  async relistRaced(event: Event): Promise<void> {
    const part = this.#partOf(event);
    const commits = this.#list(event).map((relist) => relist.commit());
    const fast = storeOf(this.#fast);
    for (const what of [part, undefined]) expect(() => fast.relist(what)).to.throw('under way');
    this.#racing = true;
    const [real] = [...this.#real.values()].filter((one) => one.part === part);
    if (real !== undefined) expect(() => fast.put(real.object, part)).to.throw('wait for');
    for (let turn = 0; this.#named && turn < event.count % 5; turn++) {
      const other = { ...event, part: 1 - event.part, name: (event.name + turn) % namesMax };
      if (turn % 2 === 0) this.recreate(other);
      else if (this.#real.get(`n${other.name}`)?.part !== part) this.delete(other);
      if (turn === 2) await this.relistAborted(other);
      if (turn === 3) await this.relist(other);
      this.measure();
      await wholesome(this.#fast.snapshot(() => true));
      await systemClock.turn();
    }
    await Promise.all(commits);
    this.#racing = false;
  }

  async scrape(): Promise<void> {
    await this.#fast.flushed();
    const [fast, plain] = [this.#fast, this.#plain].map((s) => s.snapshot(() => true));
    this.#taken.push({ fast: fast as Snapshot, plain: plain as Snapshot });
    const [a, b] = this.#stores.map(({ size }) => size);
    expect(a).to.deep.equal(b);
  }

  /** Time passes: changes are flushed, and what has become quiet is compressed. */
  async pass({ count }: Event): Promise<void> {
    for (let i = 0; i < count % 20; i++) {
      this.#clock.advance(i === 0 ? 60_000 : 1_000);
      await this.#clock.turn();
    }
  }

  /** Whatever is pending and whoever is at work: sizes are those of a snapshot of the same time. */
  measure(): void {
    this.#measured.push(measure(this.#fast));
  }

  /** A flush that fails serves nothing new, and loses nothing. */
  async fail(event: Event): Promise<void> {
    this.fill(event);
    await whileZlibFails(event.count % 2 === 0 ? 'deflate' : 'inflateInto', async () => {
      await this.#fast.flushed().catch(() => undefined);
      this.measure();
      this.thin(event);
    });
    this.measure();
  }

  /** Begins to read; the rest is read at the end. */
  async readSlowly({ count, part }: Event): Promise<void> {
    await this.#fast.flushed();
    const [fast, plain] = [this.#fast, this.#plain].map((s) => s.snapshot(() => true));
    const reader = new SlowReader(fast as Snapshot, part === 0 ? 'gzip' : 'identity');
    reader.read(count % 4);
    this.#readings.push({ reader, plain: plain as Snapshot });
  }

  /** Changes come while a batch is under way, and a scrape with them. */
  async race(event: Event): Promise<void> {
    this.fill(event);
    const batch = this.#fast.flushed();
    this.measure();
    await systemClock.turn();
    this.fill({ ...event, name: event.name + 7 });
    this.measure();
    this.thin(event);
    await systemClock.turn();
    this.measure();
    await wholesome(this.#fast.snapshot(() => true));
    await batch;
  }

  /** Reads every snapshot only now, when all later changes have been made. */
  async end(): Promise<void> {
    await this.scrape();
    for (const { fast, plain } of this.#taken) await expectSame(fast, plain);
    this.measure();
    await checkAllSizes(this.#measured, 'objects');
    for (const { reader, plain } of this.#readings) {
      const model = (await bytesOf(plain.body('openmetrics', 'identity'))).toString();
      expect(linesOf(reader.text())).to.deep.equal(linesOf(model));
    }
    expect(this.#fast.work().hotBytes).to.be.at.most(this.#fast.work().hotBytesMax);
    expect(this.#fast.work().pendingBytes).to.equal(0);
    await this.#fast.close();
  }

  #partOf({ part }: Event): string | undefined {
    return this.#named ? parts[part] : undefined;
  }

  #write(event: Event, uid?: string): Real {
    const name = `n${event.name}`;
    const known = this.#real.get(name);
    if (known !== undefined) this.#old.set(name, known);
    const annotations = {
      series: String(event.count % 7),
      long: event.count % 50 === 0 ? 'yes' : 'no',
    };
    const object: KubeObject = {
      metadata: {
        name,
        namespace: `ns${event.name % namespaces}`,
        uid: uid ?? known?.object.metadata.uid ?? `u${++this.#version}`,
        resourceVersion: String(++this.#version),
        annotations,
      },
    };
    const real = { object, part: this.#partOf(event) };
    this.#real.set(name, real);
    return real;
  }

  #tell({ object, part }: Real): void {
    for (const store of this.#stores) store.put(object, part);
  }

  /** A list of one part as the server has it; some of it is told twice, and some is gone again. */
  #list(event: Event): Relist[] {
    const part = this.#partOf(event);
    const relists = this.#stores.map((store) => store.relist(part));
    const each = (act: (relist: Relist) => void): void => relists.forEach(act);
    const listed = [...this.#real.values()].filter((real) => real.part === part);
    for (const [i, { object }] of listed.entries()) {
      each((relist) => relist.put(object));
      if (i % 11 === event.count % 11) {
        const number = Number(object.metadata.name.slice(1));
        const uid = event.count % 2 === 0 ? `u${++this.#version}` : undefined;
        const again = this.#write({ ...event, name: number, count: i }, uid);
        each((relist) => relist.put(again.object));
      } else if (i % 17 === event.count % 17) {
        this.#real.delete(object.metadata.name);
        each((relist) => relist.delete(object));
      }
    }
    if (this.#named && !this.#racing) {
      // Meanwhile the other part goes on.
      const other = { ...event, part: 1 - event.part };
      const { object, part: otherPart } = this.#write({ ...other, name: namesMax + other.part });
      for (const store of this.#stores) store.put(object, otherPart);
    }
    return relists;
  }
}

/** A commit that was withdrawn says so; it may reject with nothing else. */
function refuseOther(error: unknown): void {
  if (!(error instanceof RelistAbortedError)) throw error;
}

const storeOf = (stores: Stores): Store => stores.byResource.get('pods') as Store;
const uidOf = ({ object }: Real): unknown => object.metadata.uid;

/** Whatever is in it, all forms of a snapshot have the same text. */
async function wholesome(snapshot: Snapshot): Promise<string> {
  const plain = await bytesOf(snapshot.body('openmetrics', 'identity'));
  const gzip = await bytesOf(snapshot.body('openmetrics', 'gzip'));
  expect(gunzipSync(gzip).equals(plain), 'gzip and plain are the same').to.equal(true);
  const text = gunzipSync(await bytesOf(snapshot.body('text', 'gzip'))).toString();
  expect(linesOf(text).series).to.deep.equal(linesOf(plain.toString()).series);
  return plain.toString();
}

async function expectSame(fast: Snapshot, plain: Snapshot): Promise<void> {
  const model = (await bytesOf(plain.body('openmetrics', 'identity'))).toString();
  expect(linesOf(await wholesome(fast))).to.deep.equal(linesOf(model));
}

/** Headers and ends in their order, and each family's series sorted, for their order is free. */
function linesOf(text: string): { headers: string[]; series: string[] } {
  const headers = text.match(/^#.*$/gm) ?? [];
  const families = text.split(/^#.*$/m).map((family) => family.split('\n').sort());
  return { headers, series: families.flat().filter((line) => line !== '') };
}

for (const named of [false, true]) {
  describe(`the store of segments, ${named ? 'in parts' : 'whole'}`, () => {
    it('serves what the plain one does, gzip and plain, in every snapshot', async () => {
      const events = fc.array(event, { minLength: 1, maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(events, fc.constantFrom(...hotBytesMaxima), async (all, hotBytesMax) => {
          const run = new Run(named, hotBytesMax);
          for (const { act, ...rest } of all) await run[act](rest);
          await run.end();
        }),
        { numRuns: 60 },
      );
    });
  });
}

// V8's own profiles of this process: they are what they say, and name what has run.
import { getHeapStatistics } from 'node:v8';
import { expect } from 'chai';
import { openProfiler } from '../../src/app/profiler.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { TestClock } from '../support/clock.ts';
import { outcomeOf } from '../support/outcome.ts';

const mib = 2 ** 20;
const unlimited = { read: () => undefined };
const open = (clock: Pick<typeof systemClock, 'sleep'> = systemClock) =>
  openProfiler({ clock, container: unlimited, freeBytes: () => 512 * mib });

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Work that a profile has to show. */
function busyForTheProfile(untilMs: number): number {
  let sum = 0;
  while (performance.now() < untilMs) for (let i = 0; i < 1_000; i++) sum += Math.sqrt(i);
  return sum;
}

describe('the profiler', () => {
  it('samples the CPU, and names the functions that ran', async () => {
    const profiling = open().cpuProfile(300, new AbortController().signal);
    await systemClock.sleep(50);
    busyForTheProfile(performance.now() + 200);
    const profile = JSON.parse(String(await profiling)) as CpuProfile;
    const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame.functionName]));
    const busy = profile.samples.filter((id) => names.get(id) === 'busyForTheProfile');
    expect(busy.length).to.be.above(10);
    expect(profile.timeDeltas).to.have.length(profile.samples.length);
    expect(
      profile.nodes.some(({ callFrame }) => callFrame.url.endsWith('profiler.test.ts')),
    ).to.equal(true);
  });

  it('ends without a profile as soon as it is told to, and can begin again', async () => {
    const clock = new TestClock();
    const profiler = open(clock);
    const leaving = new AbortController();
    const profiling = profiler.cpuProfile(60_000, leaving.signal);
    leaving.abort();
    expect(await profiling).to.equal(undefined);
    const again = profiler.cpuProfile(60_000, new AbortController().signal);
    await clock.pass(60_000);
    expect(JSON.parse(String(await again))).to.have.property('nodes');
  });

  it('says how much a snapshot needs, and the least of what is free', () => {
    const { neededBytes, freeBytes } = open().snapshotRoom();
    expect(freeBytes).to.equal(512 * mib);
    expect(neededBytes).to.be.above(5 * getHeapStatistics().used_heap_size);
    const container = { read: () => ({ usedBytes: 200 * mib, limitBytes: 256 * mib }) };
    const limited = openProfiler({ clock: systemClock, container, freeBytes: () => 512 * mib });
    expect(limited.snapshotRoom().freeBytes).to.equal(56 * mib);
  });

  it('makes a heap snapshot of all objects', () => {
    // In a process of its own: the heap of all tests would take a minute.
    const program = `
      import { openProfiler } from '${new URL('../../src/app/profiler.ts', import.meta.url)}';
      class FoundInTheSnapshot {}
      globalThis.kept = new FoundInTheSnapshot();
      const options = { clock: {}, container: {}, freeBytes: () => 0 };
      openProfiler(options).heapSnapshot().pipe(process.stdout);
    `;
    const args = ['--input-type=module', '--eval', program];
    const { stdout, stderr } = outcomeOf(process.execPath, args);
    const snapshot = JSON.parse(stdout || stderr) as {
      snapshot: { node_count: number; meta: { node_fields: string[] } };
      nodes: number[];
      strings: string[];
    };
    expect(snapshot.strings).to.include('FoundInTheSnapshot');
    const { node_count: count, meta } = snapshot.snapshot;
    expect(snapshot.nodes).to.have.length(count * meta.node_fields.length);
  });
});

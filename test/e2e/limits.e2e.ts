// The built program in a small container's limits, and told to end in the middle of its work.
import { once } from 'node:events';
import { Agent, type IncomingMessage, get as request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Cluster, startSimulated } from '../../bench/lib/cluster.ts';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { buildCluster } from '../../src/demo/cluster/cluster.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { until } from '../../tools/until.ts';
import { silent, type Verb, watchList } from '../support/faults.ts';
import { Cgroup } from './cgroup.ts';
import { get, reachable } from './get.ts';
import {
  isLiveness,
  type LimitedStart,
  readyWithin,
  type Started,
  startProgram,
} from './limited.ts';
import { holdToShare } from './pace.ts';

const PODS = 5_000;
const CPU_SHARE = 0.1;
/** A process is looked at every few milliseconds, so its share is met by about that much. */
const CPU_SHARE_MAX = 0.13;
const PROBE_MAX_MS = 5_000;
const READY_MS = 240_000;
/** The smallest container that the chart's users run. */
const SMALL_MEMORY_MAX = 128 * 2 ** 20;
const SMALL_READY_MS = 120_000;
/** Clusters, and containers that they fit into. */
const CONTAINERS = [
  { pods: 96, memoryBytes: SMALL_MEMORY_MAX, readyMs: SMALL_READY_MS },
  { pods: 1_000, memoryBytes: SMALL_MEMORY_MAX, readyMs: SMALL_READY_MS },
  { pods: PODS, memoryBytes: 250 * 2 ** 20, readyMs: READY_MS },
];
/** Far too many for the smallest. */
const MANY_PODS = 20_000;
const END_MAX_MS = 300_000;
const STOP_MAX_MS = 8_000;
const CLIENTS = 24;

const untilReady = ({ program, telemetry }: Started): Promise<true> =>
  program.answers(`${telemetry}/readyz`, READY_MS);

/** Sends SIGTERM; the exit code, and how long the end took. */
async function ending({ program }: Started): Promise<{ code: number | null; ms: number }> {
  const began = performance.now();
  return { code: await program.stop('SIGTERM'), ms: performance.now() - began };
}

/** A program in a container's limits, which is about to be ready. */
interface Contained {
  readonly started: Started;
  readonly cgroup: Cgroup | undefined;
  /** How it is held to its limits. */
  readonly by: string;
  readonly start: Promise<LimitedStart>;
}

/** Where this machine has no cgroups, it is held to the share of a CPU alone. */
async function contain(url: string, memoryBytes: number, readyMs: number): Promise<Contained> {
  const made = makeCgroup(memoryBytes);
  const cgroup = typeof made === 'string' ? undefined : made;
  const by = cgroup ? `cgroups (v${cgroup.version})` : `SIGSTOP and SIGCONT: ${made}`;
  const started = await startProgram(url, [], cgroup);
  const start = heldUntilReady(started, cgroup, readyMs);
  // The test that waits for it may come later.
  start.catch(() => undefined);
  return { started, cgroup, by, start };
}

async function heldUntilReady(
  started: Started,
  cgroup: Cgroup | undefined,
  readyMs: number,
): Promise<LimitedStart> {
  const held = new AbortController();
  const holding = cgroup ? undefined : holdToShare(started.pid, CPU_SHARE, held.signal);
  try {
    return await readyWithin(readyMs, started, cgroup);
  } finally {
    held.abort();
    await holding;
  }
}

/** Groups with limits, or why this machine gives none. */
function makeCgroup(memoryBytes: number): Cgroup | string {
  try {
    return Cgroup.make({ cpuShare: CPU_SHARE, memoryBytes });
  } catch (error) {
    return `${error}`;
  }
}

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** A tenth of a CPU is all that each may use, so they start at the same time. */
describe('containers of 100m CPU, each with a cluster of its own', function () {
  this.timeout(READY_MS + 60_000);

  let clusters: Cluster[] = [];
  let containers: Contained[] = [];

  before(async () => {
    clusters = await Promise.all(
      CONTAINERS.map(({ pods }) => startSimulated({ pods, managedFields: true })),
    );
    containers = await Promise.all(
      CONTAINERS.map(({ memoryBytes, readyMs }, i) =>
        contain((clusters[i] as Cluster).url, memoryBytes, readyMs),
      ),
    );
  });

  after(async () => {
    await Promise.all(containers.map(({ started }) => started.program.stop('SIGKILL')));
    for (const { cgroup } of containers) cgroup?.remove();
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  });

  for (const [i, { pods, memoryBytes }] of CONTAINERS.entries()) {
    it(`list ${pods} pods in ${mib(memoryBytes)} while every probe is answered`, async () => {
      const { started, cgroup, by, start } = containers[i] as Contained;
      const { tookMs, share, peak, probes, slowestMs } = await start;
      process.stdout.write(
        `    held by ${by}\n` +
          `    ready after ${(tookMs / 1_000).toFixed(1)} s with ${share.toFixed(3)} of a CPU, ` +
          `${mib(peak)} at the most; the slowest of ${probes.length} probes ` +
          `took ${slowestMs.toFixed(0)} ms\n`,
      );
      expect(share, 'the share of a CPU that it really had').to.be.below(CPU_SHARE_MAX);
      expect(peak).to.be.below(memoryBytes);
      if (cgroup !== undefined) {
        expect(cgroup.throttledPeriods, 'periods that were cut short').to.be.above(0);
        expect(cgroup.killed, 'processes killed for memory').to.equal(0);
      }
      expect(probes.filter(({ ms }) => ms > PROBE_MAX_MS)).to.deep.equal([]);
      expect(probes.filter(({ url, status }) => isLiveness(url) && status !== 200)).to.be.empty;
      const before = probes.filter(({ url, status }) => !isLiveness(url) && status === 503);
      // A small cluster may be listed between two probes.
      if (pods === PODS) expect(before, 'answers of /readyz while it listed').to.not.be.empty;
      const served = (await get(`${started.metrics}/metrics`)).body.toString();
      expect(served).to.include('\nkube_pod_info{');
    });
  }
});

describe(`a cluster of ${PODS} pods`, function () {
  this.timeout(READY_MS + 60_000);

  let cluster: Cluster;
  let started: Started | undefined;

  before(async () => {
    cluster = await startSimulated({ pods: PODS, managedFields: true });
  });

  after(() => cluster.stop());

  afterEach(async () => {
    await started?.program.stop('SIGKILL');
    started = undefined;
  });

  it('is scraped to the end by a slow reader, where SIGTERM comes in between', async () => {
    started = await startProgram(cluster.url);
    await untilReady(started);
    const url = `${started.metrics}/metrics`;
    const whole = (await get(url)).body;
    const [response] = (await once(request(url), 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    let slow = true;
    const reading = (async () => {
      for await (const chunk of response) {
        chunks.push(chunk as Buffer);
        if (slow) await sleep(50);
      }
    })();
    await until('the scrape began', async () => chunks.length > 2 || undefined, PROBE_MAX_MS);
    const end = ending(started);
    await sleep(1_000);
    const readByThen = chunks.reduce((sum, { length }) => sum + length, 0);
    slow = false;
    await reading;
    expect(response.complete).to.equal(true);
    // What no socket's buffers hold was written after the signal.
    expect(readByThen).to.be.below(whole.length / 2);
    const lines = (text: Buffer): number => text.toString().split('\n').length;
    expect(lines(Buffer.concat(chunks))).to.equal(lines(whole));
    const { code, ms } = await end;
    expect(code, started.program.stderr).to.equal(0);
    expect(ms).to.be.below(STOP_MAX_MS);
  });
});

/** Asks again and again over one connection, until no answer comes; `end` says why. */
class Hammer {
  answers = 0;
  readonly end: Promise<string>;

  constructor(url: string) {
    this.end = this.#run(url);
  }

  async #run(url: string): Promise<string> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      try {
        await get(url, {}, agent);
        this.answers += 1;
      } catch (error) {
        agent.destroy();
        return String((error as NodeJS.ErrnoException).code);
      }
    }
  }
}

describe('a container of 128 MiB that is too small', function () {
  this.timeout(END_MAX_MS + 60_000);

  it(`says so at 90 % before it ends, with ${MANY_PODS} pods`, async () => {
    const cluster = await startSimulated({
      pods: MANY_PODS,
      managedFields: true,
      streamed: true,
    });
    const cgroup = Cgroup.make({ cpuShare: 1, memoryBytes: SMALL_MEMORY_MAX });
    const { program } = await startProgram(cluster.url, [], cgroup);
    const killing = setTimeout(() => void program.stop('SIGKILL'), END_MAX_MS);
    try {
      await program.exitCode;
      expect(program.stderr).to.match(
        /(the container is at 9\d % of its memory limit|the heap is at 9\d % of its limit), and/,
      );
      const ended = cgroup.killed > 0 || program.stderr.includes('out of memory');
      expect(ended, program.stderr.slice(-2_000)).to.equal(true);
    } finally {
      clearTimeout(killing);
      cgroup.remove();
      await cluster.stop();
    }
  });
});

describe('SIGTERM among clients that keep their connections', () => {
  it('resets none of them: each has an answer to all that it asked', async () => {
    const server = new ApiServer({ clock: systemClock, random: Math.random });
    buildCluster(server, { clock: systemClock, seed: 1, pods: 20, managedFields: false });
    const { url } = await server.listen(0, '127.0.0.1');
    try {
      const started = await startProgram(url);
      await untilReady(started);
      const { metrics, telemetry } = started;
      const urls = [`${metrics}/metrics`, `${metrics}/livez`, `${telemetry}/metrics`];
      const clients = Array.from({ length: CLIENTS }, (_, i) => new Hammer(urls[i % 3] as string));
      const allServed = async () => clients.every(({ answers }) => answers > 1) || undefined;
      await until('each has had two answers', allServed, READY_MS);
      const { code, ms } = await ending(started);
      const ends = await Promise.all(clients.map(({ end }) => end));
      expect(ends).to.deep.equal(Array(CLIENTS).fill('ECONNREFUSED'));
      expect(code, started.program.stderr).to.equal(0);
      expect(ms).to.be.below(STOP_MAX_MS);
    } finally {
      await server.close();
    }
  });
});

describe('SIGTERM in the middle of a list', () => {
  let server: ApiServer;
  let url: string;

  beforeEach(async () => {
    server = new ApiServer({ clock: systemClock, random: Math.random });
    buildCluster(server, { clock: systemClock, seed: 1, pods: 500, managedFields: false });
    ({ url } = await server.listen(0, '127.0.0.1'));
  });

  afterEach(() => server.close());

  for (const [how, verb] of [
    ['streamed by a watch', 'watch'],
    ['given in pages', 'list'],
  ] as const satisfies readonly (readonly [string, Verb])[]) {
    it(`that is ${how} ends the program with 0`, async () => {
      if (verb === 'list') server.faults.add({ verb: 'watch', act: watchList('off') });
      server.faults.add({ resource: 'pods', verb, act: silent(20) });
      const started = await startProgram(url, ['--resources=pods']);
      const asked = async () =>
        server.requests.some(({ path }) => path.endsWith('/pods')) || undefined;
      await started.program.until('it asked for pods', asked, PROBE_MAX_MS);
      // Long enough for the first objects; what comes after them never comes.
      await sleep(500);
      expect((await reachable(`${started.telemetry}/readyz`))?.status).to.equal(503);
      const { code, ms } = await ending(started);
      expect(code, started.program.stderr).to.equal(0);
      expect(ms).to.be.below(STOP_MAX_MS);
    });
  }
});

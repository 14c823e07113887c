// The built program in a small container's limits, and told to end in the middle of its work.
import { once } from 'node:events';
import { Agent, type IncomingMessage, get as request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type Cluster, startSimulated } from '../../bench/lib/cluster.ts';
import { cpuMsOf, memoryOf } from '../../bench/lib/proc.ts';
import { systemClock } from '../../src/clock.ts';
import { ApiServer } from '../../src/demo/apiserver.ts';
import { buildCluster } from '../../src/demo/cluster.ts';
import { silent, type Verb, watchList } from '../../src/demo/faults.ts';
import { freePorts } from '../../tools/serverProcess.ts';
import { until } from '../../tools/until.ts';
import { Cgroup } from './cgroup.ts';
import { get, reachable } from './get.ts';
import { holdToShare } from './pace.ts';
import { kubestate, Program } from './program.ts';

const PODS = 5_000;
const CPU_SHARE = 0.1;
/** A process is looked at every few milliseconds, so its share is met by about that much. */
const CPU_SHARE_MAX = 0.13;
const MEMORY_MAX = 250 * 2 ** 20;
const PROBE_EVERY_MS = 500;
const PROBE_MAX_MS = 5_000;
const READY_MS = 240_000;
const STOP_MAX_MS = 8_000;
const CLIENTS = 24;

/** A started program, and where it listens. */
interface Started {
  readonly program: Program;
  readonly pid: number;
  readonly metrics: string;
  readonly telemetry: string;
}

async function start(
  apiServer: string,
  flags: readonly string[] = [],
  cgroup?: Cgroup,
): Promise<Started> {
  const [metricsPort = 0, telemetryPort = 0] = await freePorts(2);
  const args = [
    `--apiserver=${apiServer}`,
    ...['--host=127.0.0.1', `--port=${metricsPort}`],
    ...['--telemetry-host=127.0.0.1', `--telemetry-port=${telemetryPort}`],
    ...flags,
  ];
  const program = new Program(...(cgroup?.command(kubestate, args) ?? [kubestate, args]));
  const { pid } = program;
  if (pid === undefined)
    throw new Error(`expected ${kubestate} to start: ${await program.exitCode}`);
  const [metrics, telemetry] = [metricsPort, telemetryPort].map(
    (port) => `http://127.0.0.1:${port}`,
  );
  return { program, pid, metrics: metrics as string, telemetry: telemetry as string };
}

/** Groups with the limits of the small container, or why this machine gives none. */
function makeCgroup(): Cgroup | string {
  try {
    return Cgroup.make({ cpuShare: CPU_SHARE, memoryBytes: MEMORY_MAX });
  } catch (error) {
    return `${error}`;
  }
}

const untilReady = ({ program, telemetry }: Started): Promise<true> =>
  program.answers(`${telemetry}/readyz`, READY_MS);

/** Sends SIGTERM; the exit code, and how long the end took. */
async function ending({ program }: Started): Promise<{ code: number | null; ms: number }> {
  const began = performance.now();
  return { code: await program.stop('SIGTERM'), ms: performance.now() - began };
}

describe(`a cluster of ${PODS} pods`, function () {
  this.timeout(READY_MS + 60_000);

  let cluster: Cluster;
  let started: Started | undefined;
  let cgroup: Cgroup | undefined;

  before(async () => {
    cluster = await startSimulated({ pods: PODS, managedFields: true });
  });

  after(() => cluster.stop());

  afterEach(async () => {
    await started?.program.stop('SIGKILL');
    started = undefined;
    cgroup?.remove();
    cgroup = undefined;
  });

  it('is listed with 100m CPU and 250 MiB while every probe is answered', async () => {
    const made = makeCgroup();
    cgroup = typeof made === 'string' ? undefined : made;
    started = await start(cluster.url, [], cgroup);
    const { program, pid, metrics, telemetry } = started;
    const ended = new AbortController();
    const began = performance.now();
    const held = cgroup ? Promise.resolve() : holdToShare(pid, CPU_SHARE, ended.signal);
    const probes: { readonly url: string; readonly status: number; readonly ms: number }[] = [];
    const probing = async (url: string): Promise<void> => {
      while (!ended.signal.aborted) {
        const asked = performance.now();
        const status = (await reachable(url))?.status;
        if (status !== undefined) probes.push({ url, status, ms: performance.now() - asked });
        await sleep(PROBE_EVERY_MS);
      }
    };
    const live = [`${metrics}/livez`, `${metrics}/healthz`];
    const ready = `${telemetry}/readyz`;
    const asking = [...live, ready].map(probing);
    const isReady = async () => probes.some(({ url, status }) => url === ready && status === 200);
    try {
      await program.until('it was ready', async () => (await isReady()) || undefined, READY_MS);
    } finally {
      ended.abort();
      await held;
    }
    const tookMs = performance.now() - began;
    const share = cpuMsOf(pid) / tookMs;
    await Promise.all(asking);
    const { peak } = memoryOf(pid);
    const slowestMs = Math.max(...probes.map(({ ms }) => ms));
    const by = cgroup ? `cgroups (v${cgroup.version})` : `SIGSTOP and SIGCONT: ${made}`;
    process.stdout.write(
      `    held by ${by}\n` +
        `    ready after ${(tookMs / 1_000).toFixed(1)} s with ${share.toFixed(3)} of a CPU, ` +
        `${(peak / 2 ** 20).toFixed(0)} MiB at the most; the slowest of ${probes.length} probes ` +
        `took ${slowestMs.toFixed(0)} ms\n`,
    );
    expect(share, 'the share of a CPU that it really had').to.be.below(CPU_SHARE_MAX);
    expect(peak).to.be.below(MEMORY_MAX);
    if (cgroup !== undefined) {
      expect(cgroup.throttledPeriods, 'periods that were cut short').to.be.above(0);
      expect(cgroup.killed, 'processes killed for memory').to.equal(0);
    }
    expect(probes.filter(({ ms }) => ms > PROBE_MAX_MS)).to.deep.equal([]);
    for (const url of live) {
      const statuses = probes.filter((probe) => probe.url === url).map(({ status }) => status);
      expect(new Set(statuses), url).to.deep.equal(new Set([200]));
    }
    const before = probes.filter(({ url, status }) => url === ready && status === 503);
    expect(before, 'answers of /readyz while it listed').to.not.be.empty;
    expect((await get(`${metrics}/metrics`)).body.toString()).to.include('\nkube_pod_info{');
  });

  it('is scraped to the end by a slow reader, where SIGTERM comes in between', async () => {
    started = await start(cluster.url);
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

describe('SIGTERM among clients that keep their connections', () => {
  it('resets none of them: each has an answer to all that it asked', async () => {
    const server = new ApiServer({ clock: systemClock, random: Math.random });
    buildCluster(server, { clock: systemClock, seed: 1, pods: 20, managedFields: false });
    const { url } = await server.listen(0, '127.0.0.1');
    try {
      const started = await start(url);
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
      const started = await start(url, ['--resources=pods']);
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

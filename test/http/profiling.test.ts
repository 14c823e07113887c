// /debug/profile/: who gets a profile, how many at once, and what a client that leaves ends.
import { once } from 'node:events';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { Router } from '@koa/router';
import { expect } from 'chai';
import type Koa from 'koa';
import { appOf } from '../../src/http/app.ts';
import { addProfiling, type Profiler } from '../../src/http/profiling.ts';
import type { Listening } from '../../src/http/server.ts';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/until.ts';
import { ask, keptLog, serve } from './harness.ts';

const mib = 2 ** 20;
const cpu = '/debug/profile/cpu';
const heap = '/debug/profile/heap';

/** A profiler whose CPU profiles take until they are told to end. */
class TestProfiler implements Profiler {
  readonly asked: number[] = [];
  room = { neededBytes: 300 * mib, freeBytes: 300 * mib };
  running = 0;
  cancelled = 0;
  snapshots = 0;
  end: () => void = () => undefined;

  cpuProfile(ms: number, signal: AbortSignal): Promise<string | undefined> {
    this.asked.push(ms);
    this.running++;
    return new Promise((resolve) => {
      const settle = (profile: string | undefined): void => {
        this.running--;
        resolve(profile);
      };
      const cancel = (): void => {
        this.cancelled++;
        settle(undefined);
      };
      signal.addEventListener('abort', cancel);
      this.end = () => {
        signal.removeEventListener('abort', cancel);
        settle('{"nodes":[]}');
      };
    });
  }

  snapshotRoom() {
    return this.room;
  }

  heapSnapshot(): Readable {
    this.snapshots++;
    return Readable.from(['{"snapshot"', ':{}}']);
  }
}

describe('profiles of the process', () => {
  let profiler: TestProfiler;
  let isProtected: boolean;
  let kept: ReturnType<typeof keptLog>;
  let listening: Listening;

  beforeEach(async () => {
    profiler = new TestProfiler();
    isProtected = true;
    kept = keptLog();
    const router = new Router();
    addProfiling(router, {
      profiler,
      isProtected: () => isProtected,
      clock: new TestClock({ wallMs: Date.UTC(2026, 10, 30, 6, 5, 4) }),
      log: kept.log,
    });
    listening = await serve(appOf(router));
  });
  afterEach(() => listening.close(0));

  const get = async (path: string, method = 'GET') => {
    const { status, headers, body } = await ask(listening.port, path, { method });
    return { status, headers, text: body.toString() };
  };
  const started = (count: number): Promise<void> => until(() => profiler.asked.length === count);

  it('of the CPU take ten seconds, or as long as is asked for', async () => {
    for (const [query, ms] of [
      ['', 10_000],
      ['?seconds=1', 1_000],
      ['?seconds=60', 60_000],
    ] as const) {
      const answer = get(`${cpu}${query}`);
      await until(() => profiler.running === 1);
      profiler.end();
      const { status, headers, text } = await answer;
      expect(status).to.equal(200);
      expect(text).to.equal('{"nodes":[]}');
      expect(headers['content-type']).to.equal('application/json; charset=utf-8');
      expect(headers['content-disposition']).to.equal(
        'attachment; filename="kubestate-20261130T060504Z.cpuprofile"',
      );
      expect(profiler.asked.at(-1)).to.equal(ms);
    }
    expect(kept.lines.map(({ level, msg }) => `${level} ${msg}`)).to.deep.equal(
      new Array(3).fill('warn taking a CPU profile'),
    );
  });

  for (const seconds of ['0', '61', '-1', '1.5', '1e1', 'ten', '']) {
    it(`of the CPU are refused for seconds=${seconds}`, async () => {
      const { status, text } = await get(`${cpu}?seconds=${seconds}`);
      expect(status).to.equal(400);
      expect(text).to.equal(
        `seconds: expected a whole number from 1 to 60, got ${JSON.stringify(seconds)}.\n`,
      );
      expect(profiler.asked).to.deep.equal([]);
    });
  }

  it('of the heap are a stream, with a warning of what they need', async () => {
    const { status, headers, text } = await get(heap);
    expect([status, text]).to.deep.equal([200, '{"snapshot":{}}']);
    expect(headers['content-disposition']).to.include('.heapsnapshot"');
    expect(headers['transfer-encoding']).to.equal('chunked');
    expect(kept.lines).to.have.length(1);
    expect(kept.lines[0]).to.deep.include({ level: 'warn', neededBytes: 300 * mib });
    expect(kept.lines[0]?.msg).to.match(/^taking a heap snapshot/);
  });

  it('of the heap are refused where they would not fit', async () => {
    profiler.room = { neededBytes: 300 * mib, freeBytes: 120.7 * mib };
    const { status, text } = await get(heap);
    expect(status).to.equal(503);
    expect(text).to.equal(
      'A heap snapshot may take 300 MiB, and 120 MiB are free: raise the memory limit of the ' +
        'container by 180 MiB, and take it then.\n',
    );
    expect(profiler.snapshots).to.equal(0);
  });

  it('are taken one at a time', async () => {
    const first = get(cpu);
    await started(1);
    for (const path of [cpu, heap]) {
      const { status, headers, text } = await get(path);
      expect(status).to.equal(503);
      expect(text).to.equal('A CPU profile is under way; try again.\n');
      expect(headers['retry-after']).to.equal('5');
    }
    profiler.end();
    expect((await first).status).to.equal(200);
    expect((await get(heap)).status).to.equal(200);
  });

  it('end with the client that asked for them, and the next one may ask', async () => {
    const leaving = request({ host: '127.0.0.1', port: listening.port, path: cpu, agent: false });
    leaving.on('error', () => undefined);
    leaving.end();
    await started(1);
    leaving.destroy();
    await until(() => profiler.cancelled === 1);
    expect((await get(heap)).status).to.equal(200);
    const errors = kept.lines.filter(({ level }) => level === 'error');
    expect(errors).to.deep.equal([]);
  });

  it('are not begun for a client that has left while its token was reviewed', async () => {
    const router = new Router();
    addProfiling(router, {
      profiler,
      isProtected: () => true,
      clock: new TestClock(),
      log: kept.log,
    });
    let left = 0;
    const untilLeft: Koa.Middleware = async (ctx, next) => {
      if (ctx.get('X-Leaves') !== '') {
        await once(ctx.res, 'close');
        left++;
      }
      await next();
    };
    const reviewing = await serve(appOf(router, [untilLeft]));
    const options = { host: '127.0.0.1', port: reviewing.port, headers: { 'X-Leaves': 'yes' } };
    for (const [count, path] of [heap, cpu].entries()) {
      const leaving = request({ ...options, path, agent: false });
      leaving.on('error', () => undefined);
      leaving.end();
      await once(leaving, 'socket');
      setTimeout(() => leaving.destroy(), 100);
      await until(() => left === count + 1);
      expect((await ask(reviewing.port, heap)).status, path).to.equal(200);
    }
    expect([profiler.asked, profiler.snapshots]).to.deep.equal([[], 2]);
    await reviewing.close(0);
  });

  it('leave room for the next one after a refusal and after a failure', async () => {
    await get(`${cpu}?seconds=0`);
    profiler.room = { neededBytes: 2, freeBytes: 1 };
    await get(heap);
    profiler.room = { neededBytes: 1, freeBytes: 1 };
    profiler.heapSnapshot = () => {
      throw new Error('V8 says no');
    };
    expect((await get(heap)).status).to.equal(500);
    profiler.heapSnapshot = () => Readable.from(['{}']);
    expect((await get(heap)).status).to.equal(200);
  });

  it('are refused while nobody has to log in', async () => {
    isProtected = false;
    for (const path of [cpu, heap]) {
      const { status, text } = await get(path);
      expect(status).to.equal(403);
      expect(text).to.match(/^Profiles are refused while nobody has to log in: /);
    }
    expect([profiler.asked, profiler.snapshots]).to.deep.equal([[], 0]);
  });

  it('are refused to the page of another site, whose reader has logged in here', async () => {
    for (const [site, expected] of [
      ['cross-site', 403],
      ['same-site', 403],
      ['same-origin', 200],
      ['none', 200],
    ] as const) {
      const headers = { 'Sec-Fetch-Site': site };
      const { status } = await ask(listening.port, heap, { headers });
      expect(status, site).to.equal(expected);
    }
    expect(profiler.snapshots).to.equal(2);
  });

  it('are no answer to HEAD, which would do all the work for nothing', async () => {
    const answers = [await get(cpu, 'HEAD'), await get(heap, 'HEAD'), await get(cpu, 'POST')];
    expect(answers.map(({ status }) => status)).to.deep.equal([405, 405, 405]);
    expect([profiler.asked, profiler.snapshots]).to.deep.equal([[], 0]);
  });
});

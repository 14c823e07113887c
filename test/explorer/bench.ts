// What tests of the explorer share: the program on a simulated cluster, and its answers.
import { expect } from 'chai';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { buildCluster } from '../../src/demo/cluster/cluster.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type Answer, ask } from '../http/harness.ts';
import { TestProgram } from '../support/program.ts';
import { until } from '../support/until.ts';

/** A cluster that nothing changes, and the program beside it. */
export class ExplorerBench {
  readonly server = new ApiServer({ clock: systemClock, random: seededRandom(1) });
  readonly program = new TestProgram();
  /** The URL of the simulated API server, once it is started. */
  serverUrl = '';

  /** Starts both; resolves once all is synced. */
  async start(pods: number, ...args: string[]): Promise<void> {
    buildCluster(this.server, { clock: systemClock, seed: 1, pods });
    await this.startEmpty(...args);
    await this.synced();
  }

  /** The same without objects, and without waiting. */
  async startEmpty(...args: string[]): Promise<void> {
    this.serverUrl = (await this.server.listen(0, '127.0.0.1')).url;
    await this.program.start(`--apiserver=${this.serverUrl}`, ...args);
  }

  synced(): Promise<void> {
    return until(() => this.program.running.readiness().every(({ synced }) => synced));
  }

  get port(): number {
    return this.program.running.metrics.port;
  }

  ask(path: string, options: Parameters<typeof ask>[2] = {}): Promise<Answer> {
    return ask(this.port, `/api/v1/${path}`, options);
  }

  /** The JSON of an answer, which must be a success. */
  async get<T>(path: string): Promise<T> {
    const { status, body } = await this.ask(path);
    expect(status, `${path}: ${body}`).to.equal(200);
    return JSON.parse(body.toString()) as T;
  }

  /** The result of a slow answer, and its progress. */
  async slow<T>(path: string): Promise<{ result: T; progress: number[] }> {
    const { status, body } = await this.ask(path);
    expect(status, `${path}: ${body}`).to.equal(200);
    return slowResult<T>(body.toString());
  }

  async metrics(): Promise<string> {
    return (await ask(this.port, '/metrics')).body.toString();
  }

  async stop(): Promise<void> {
    await this.program.stop();
    await this.server.close();
  }
}

/** Reads NDJSON: lines of progress, which never goes back, then one of the result. */
export function slowResult<T>(text: string): { result: T; progress: number[] } {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const last = lines.pop() ?? {};
  expect(last, text).to.have.property('result');
  const progress = lines.map((line) => line.progress as number);
  expect(progress).to.deep.equal([...progress].sort((a, b) => a - b));
  return { result: last.result as T, progress };
}

/** Series and bytes of each family of an exposition, headers excepted. */
export function familiesOf(text: string): Map<string, { series: number; bytes: number }> {
  const families = new Map<string, { series: number; bytes: number }>();
  for (const line of text.split('\n')) {
    const [, typed] = /^# TYPE (\S+)/.exec(line) ?? [];
    if (typed !== undefined) families.set(typed, { series: 0, bytes: 0 });
    if (line === '' || line.startsWith('#')) continue;
    const family = families.get(line.replace(/[{ ].*$/s, ''));
    if (family === undefined) throw new Error(`expected a TYPE before ${line}`);
    family.series++;
    family.bytes += Buffer.byteLength(line) + 1;
  }
  return families;
}

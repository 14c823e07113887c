// A simulated cluster, the whole program on it, and a scraper that never looks away.
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Running } from '../../src/app/run.ts';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { recordingLog } from '../kube/harness.ts';
import * as faults from '../support/faults.ts';
import { kubeconfigOf } from '../support/kubeconfig.ts';
import { start } from '../support/start.ts';
import { SteppedClock } from './clock.ts';

/** How much later what is served must be what the server has, once the fault is over. */
const recoveryMsMax = 10_000;
const stepMs = 250;
const stepsMax = 60;
/** As what is served is awaited, time passes slowly: a list is long work for a busy machine. */
const waitStepMs = 100;
/** Of a wait for what should have been long before. */
const patienceMsMax = 120_000;

/** Families enough to tell objects, their uids and their changes apart. */
const families = [
  'kube_pod_(info|labels)',
  'kube_service_(info|labels)',
  'kube_secret_(info|labels|type)',
].map((name) => `^${name}$`);

export const pod = (name: string, tier = 'one', more: Partial<ApiObject['metadata']> = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'x', labels: { tier }, ...more },
    spec: { containers: [{ name: 'c', image: 'i' }] },
    status: { phase: 'Running' },
  }) satisfies ApiObject;

const service = (name: string): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'x' },
  spec: { type: 'ClusterIP' },
});

/** The series of objects that no test touches: each scrape must hold them all. */
const untouched = /steady-/;

interface Answer {
  readonly status: number;
  readonly text: string;
}

export class Scene {
  readonly clock = new SteppedClock();
  readonly random = seededRandom(7);
  readonly server = new ApiServer({ clock: this.clock, random: this.random });
  readonly log = recordingLog();
  /** All that was ever wrong with a scrape. */
  readonly wrong: string[] = [];
  scrapes = 0;
  #port = 0;
  #steadyPods = 0;
  #steady: readonly string[] | undefined;
  #folder: string | undefined;
  readonly #programs: Running[] = [];

  constructor() {
    this.fill(5);
    for (const name of ['goes', 'changes', 'is-replaced']) this.server.create(pod(name));
    this.server.create(service('steady-service'));
  }

  async listen(): Promise<void> {
    this.#port = (await this.server.listen(this.#port, '127.0.0.1')).port;
  }

  /** So many more pods that no test touches. */
  fill(pods: number): void {
    for (let i = 0; i < pods; i++) this.server.create(pod(`steady-${this.#steadyPods + i}`));
    this.#steadyPods += pods;
  }

  /** A kubeconfig whose token stands in a file; `writeToken` exchanges it. */
  async kubeconfig(token: string): Promise<string> {
    this.#folder = await mkdtemp(join(tmpdir(), 'kubestate-faults-'));
    this.writeToken(token);
    const path = join(this.#folder, 'config');
    const cluster = { server: `http://127.0.0.1:${this.#port}` };
    const user = { tokenFile: join(this.#folder, 'token') };
    writeFileSync(path, kubeconfigOf(cluster, user));
    return path;
  }

  writeToken(token: string): void {
    writeFileSync(join(this.#folder as string, 'token'), token);
  }

  /** Starts the program under test, which may not be able to sync. */
  async start(...args: string[]): Promise<Running> {
    const all = [
      '--resources=pods,services',
      `--metric-allowlist=${families}`,
      '--metric-labels-allowlist=pods=[*]',
      ...(args.some((arg) => arg.startsWith('--kubeconfig'))
        ? []
        : [`--apiserver=http://127.0.0.1:${this.#port}`]),
      ...args,
    ];
    const starting = start(all, { clock: this.clock, log: this.log });
    let running: Running | undefined;
    void starting.then((done) => (running = done));
    for (let ms = 0; running === undefined && ms < patienceMsMax; ms += stepMs) {
      await this.clock.step(stepMs);
    }
    const program = await starting;
    this.#programs.push(program);
    return program;
  }

  /** Starts it and waits until it watches everything. */
  async startSynced(...args: string[]): Promise<Running> {
    const program = await this.start(...args);
    await this.until(() => watches(program));
    this.#steady = linesOf((await scrape(program)).text).filter((line) => untouched.test(line));
    expect(this.#steady, 'series of objects that no test touches').to.have.length.above(4);
    return program;
  }

  async stop(): Promise<void> {
    const stopping = Promise.all(this.#programs.map((program) => program.stop()));
    let stopped = false;
    void stopping.finally(() => (stopped = true));
    while (!stopped) await this.clock.step(stepMs);
    await stopping;
    await this.server.close();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true });
  }

  onLists(act: faults.Fault, more: Partial<faults.FaultRule> = {}): void {
    this.server.faults.add({ verb: 'list', act, ...more });
  }

  /** Of watches those that go on at a version, not those that begin with a list. */
  onWatches(act: faults.Fault, more: Partial<faults.FaultRule> = {}): void {
    const when: faults.FaultRule['when'] = ({ query }) => query.sendInitialEvents === undefined;
    this.server.faults.add({ verb: 'watch', when, act, ...more });
  }

  /** Has the pods listed again: the server forgets what a watch needs to go on. */
  relistNext(): void {
    this.onWatches(faults.gone, { times: 1, resource: 'pods' });
    this.server.cut();
  }

  /** What happens while the program cannot see it, or must be told. */
  change(): void {
    const { server } = this;
    server.delete('pods', 'x', 'goes');
    server.update({ ...(server.get<ApiObject>('pods', 'x', 'changes') as ApiObject), ...changed });
    server.create(pod('comes'));
  }

  replace(): void {
    this.server.delete('pods', 'x', 'is-replaced');
    this.server.create(pod('is-replaced', 'other'));
  }

  /** Lets time pass by steps, long ones where it is long, and looks at a scrape at each. */
  async pass(ms: number): Promise<void> {
    const step = Math.max(stepMs, ms / stepsMax);
    for (let left = ms; left > 0; left -= step) {
      await this.clock.step(Math.min(left, step));
      await this.look();
    }
  }

  /** Scrapes once; what is missing, or half, is kept for the end. */
  async look(): Promise<void> {
    const [program] = this.#programs;
    if (program === undefined) return;
    const refusing = program.readiness().some(({ refused }) => refused);
    const { status, text } = await scrape(program);
    this.scrapes++;
    // Before the first list is complete there is nothing to serve, and that is said.
    if (status !== 200 && this.#steady !== undefined) this.wrong.push(`status ${status}`);
    if (status !== 200) return;
    const lines = new Set(linesOf(text));
    const missing = (this.#steady ?? []).filter((line) => !lines.has(line));
    if (missing.length > 0) this.wrong.push(`no ${missing.join(', ')}`);
    const pods = stateOf(text).filter((pod) => untouched.test(pod)).length;
    // What the server refuses for good is left out, and that is said.
    if (pods === 0 && refusing) return;
    if (pods < this.#steadyPods) this.wrong.push(`${pods} pods of ${this.#steadyPods}`);
  }

  async until(
    holds: () => boolean | Promise<boolean>,
    withinMs = patienceMsMax,
    step = 2 * stepMs,
  ): Promise<void> {
    const endMs = this.clock.now() + withinMs;
    while (!(await holds())) {
      if (this.clock.now() >= endMs) throw new Error(`waited ${withinMs} ms in vain: ${holds}`);
      await this.clock.step(step);
      await this.look();
    }
  }

  /** The fault is over: in time, what is served must be what a new program would serve. */
  async recovers(program: Running): Promise<void> {
    await this.serves(program);
    const now = linesOf((await scrape(program)).text);
    const reference = await this.start();
    await this.until(() => watches(reference));
    expectSame(now, linesOf((await scrape(reference)).text));
    expect(this.wrong, `of ${this.scrapes} scrapes`).to.deep.equal([]);
  }

  /** In time, what is served must be the pods that the server has. */
  async serves(program: Running): Promise<void> {
    const expected = this.#expected();
    let served: string[] = [];
    const right = async (): Promise<boolean> => {
      served = stateOf((await scrape(program)).text);
      return served.join() === expected.join() && watches(program);
    };
    await this.until(right, recoveryMsMax, waitStepMs).catch(() => expectSame(served, expected));
    expect(this.wrong, `of ${this.scrapes} scrapes`).to.deep.equal([]);
  }

  /** Each pod of the server with its uid and its label. */
  #expected(): string[] {
    return [...this.server.objects('pods')]
      .map(({ metadata: { name, uid, labels } }) => `${name} ${uid ?? ''} ${labels?.tier}`)
      .sort();
  }

  /** One series about the program; undefined where it has none of that name. */
  async self({ telemetry }: Running, series: string): Promise<number | undefined> {
    const { text } = await get(telemetry.port, '/metrics');
    const line = text.split('\n').find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  readyz({ telemetry }: Running): Promise<Answer> {
    return get(telemetry.port, '/readyz');
  }
}

const changed = { metadata: { ...pod('changes', 'two').metadata } };

/** The same as `Scene.#expected` tells, as a scrape shows it. */
function stateOf(text: string): string[] {
  const uids = new Map<string, string>();
  const tiers = new Map<string, string>();
  for (const line of linesOf(text)) {
    const name = /pod="(.*?)"/.exec(line)?.[1] ?? '';
    if (line.startsWith('kube_pod_info{')) uids.set(name, /uid="(.*?)"/.exec(line)?.[1] ?? '');
    const tier = /label_tier="(.*?)"/.exec(line)?.[1];
    if (tier !== undefined) tiers.set(name, tier);
  }
  return [...uids].map(([name, uid]) => `${name} ${uid} ${tiers.get(name)}`).sort();
}

/** What is too much, and what is missing: all of it would be too long to read. */
function expectSame(got: readonly string[], expected: readonly string[]): void {
  const [has, should] = [new Set(got), new Set(expected)];
  expect({
    tooMuch: got.filter((line) => !should.has(line)),
    missing: expected.filter((line) => !has.has(line)),
  }).to.deep.equal({ tooMuch: [], missing: [] });
}

/** The series, sorted, for their order is free. */
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .sort();

export const watches = (program: Running): boolean =>
  program.readiness().every(({ detail }) => detail === 'watching');

export const scrape = ({ metrics }: Running): Promise<Answer> => get(metrics.port, '/metrics');

async function get(port: number, path: string): Promise<Answer> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: answer.status, text: await answer.text() };
}

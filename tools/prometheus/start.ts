// Prometheus runs a real Prometheus server on loopback: start, query, stop.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, ServerProcess } from '../serverProcess.ts';
import { until } from '../until.ts';

const QUERY_TIMEOUT_MS = 15_000;

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A scrape target, and the result of its last scrape. */
export interface Target {
  readonly scrapeUrl: string;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
  /** The labels before relabelling, including `__meta_…`. */
  readonly discoveredLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

export class Prometheus {
  readonly #process: ServerProcess;
  readonly #folder: string;
  readonly #url: string;

  private constructor(process: ServerProcess, folder: string, url: string) {
    this.#process = process;
    this.#folder = folder;
    this.#url = url;
  }

  /**
   * Starts it with a configuration on a free port, and waits until it is ready. The default program
   * is Debian's; `more` are arguments that others take. If it does not start, the error names its
   * log, which is kept.
   */
  static async start(
    config: object,
    program = 'prometheus',
    more: readonly string[] = [],
  ): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-prometheus-'));
    const path = join(folder, 'prometheus.yml');
    // JSON is valid YAML.
    writeFileSync(path, JSON.stringify(config));
    const [port = 0] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    const args = [
      program,
      `--config.file=${path}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-lifecycle',
      ...more,
    ];
    const log = join(folder, 'prometheus.log');
    const process = new ServerProcess(
      'prometheus',
      log,
      () => args,
      () => isReady(url),
    );
    try {
      await process.start();
    } catch (error) {
      await process.stop('SIGKILL');
      throw error;
    }
    return new Prometheus(process, folder, url);
  }

  /** Its process. */
  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error('expected a Prometheus that runs');
    return pid;
  }

  /** The data of an API response, by the path below `/api/v1/`. */
  async ask<Data>(path: string): Promise<Data> {
    const answer = await fetch(`${this.#url}/api/v1/${path}`);
    const text = await answer.text();
    if (answer.ok) return (JSON.parse(text) as { data: Data }).data;
    throw new Error(`Prometheus answered ${answer.status} to ${decodeURIComponent(path)}: ${text}`);
  }

  /** The result of an instant query. */
  async query(expression: string): Promise<Sample[]> {
    const { result } = await this.ask<{ result: Result[] }>(
      `query?query=${encodeURIComponent(expression)}`,
    );
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** Waits until a query has at least `count` results, and returns them. */
  queried(expression: string, count = 1): Promise<Sample[]> {
    const probe = async (): Promise<Sample[] | undefined> => {
      const samples = await this.query(expression);
      return samples.length >= count ? samples : undefined;
    };
    return until(`${count} values of ${expression}`, probe, QUERY_TIMEOUT_MS);
  }

  /** The current targets. */
  async targets(): Promise<readonly Target[]> {
    return (await this.ask<{ activeTargets: Target[] }>('targets?state=active')).activeTargets;
  }

  /** Reads the configuration and its rule files again; rejects if Prometheus refuses them. */
  async reload(): Promise<void> {
    const answer = await fetch(`${this.#url}/-/reload`, { method: 'POST' });
    if (!answer.ok) throw new Error(`Prometheus did not reload: ${await answer.text()}`);
  }

  /** Stops it and removes its data. */
  async stop(): Promise<void> {
    await this.#process.stop();
    rmSync(this.#folder, { recursive: true });
  }
}

interface Result {
  readonly metric: Record<string, string>;
  readonly value: readonly [number, string];
}

/** Whether it answers; false while it does not listen yet. The caller limits the time. */
const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );

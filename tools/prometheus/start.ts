// A real Prometheus on loopback: started with a configuration, asked by queries, stopped.
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

/** What Prometheus found to scrape, and how the last scrape of it went. */
export interface Target {
  readonly scrapeUrl: string;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
  /** As they were before relabelling, `__meta_…` and all. */
  readonly discoveredLabels: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

export class Prometheus {
  readonly #process: ServerProcess;
  readonly #folder: string;
  readonly #api: string;

  private constructor(process: ServerProcess, folder: string, url: string) {
    this.#process = process;
    this.#folder = folder;
    this.#api = `${url}/api/v1`;
  }

  /**
   * Starts it with a configuration on a free port, and waits until it is ready. Takes Debian's, or
   * another program by its path. Its log, which an error names, stays where it does not start.
   */
  static async start(config: object, program = 'prometheus'): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-prometheus-'));
    const path = join(folder, 'prometheus.yml');
    // JSON is YAML too.
    writeFileSync(path, JSON.stringify(config));
    const [port = 0] = await freePorts(1);
    const url = `http://127.0.0.1:${port}`;
    const args = [
      ...[program, `--config.file=${path}`, `--storage.tsdb.path=${join(folder, 'data')}`],
      `--web.listen-address=127.0.0.1:${port}`,
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

  /** The data of an answer of its API, by the path below `/api/v1/`. */
  async ask<Data>(path: string): Promise<Data> {
    const answer = await fetch(`${this.#api}/${path}`);
    const text = await answer.text();
    if (answer.ok) return (JSON.parse(text) as { data: Data }).data;
    throw new Error(`Prometheus answered ${answer.status} to ${decodeURIComponent(path)}: ${text}`);
  }

  /** The values that a PromQL query gives now. */
  async query(expression: string): Promise<Sample[]> {
    const { result } = await this.ask<{ result: Result[] }>(
      `query?query=${encodeURIComponent(expression)}`,
    );
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** Waits for a query to give at least `count` values, and gives them all. */
  queried(expression: string, count = 1): Promise<Sample[]> {
    const probe = async (): Promise<Sample[] | undefined> => {
      const samples = await this.query(expression);
      return samples.length >= count ? samples : undefined;
    };
    return until(`${count} values of ${expression}`, probe, QUERY_TIMEOUT_MS);
  }

  /** What it scrapes now. */
  async targets(): Promise<readonly Target[]> {
    return (await this.ask<{ activeTargets: Target[] }>('targets?state=active')).activeTargets;
  }

  /** Ends it and removes what it wrote. */
  async stop(): Promise<void> {
    await this.#process.stop();
    rmSync(this.#folder, { recursive: true });
  }
}

interface Result {
  readonly metric: Record<string, string>;
  readonly value: readonly [number, string];
}

/** Nobody listens at first; the caller knows how long to go on. */
const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );

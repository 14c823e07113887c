// A real Prometheus on loopback: started with a configuration, asked by queries, stopped.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prometheus } from '../../tools/prometheus/program.ts';
import { get } from './get.ts';
import { Program, until } from './program.ts';

const URL = 'http://127.0.0.1:9090';
const READY_TIMEOUT_MS = 30_000;
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
  readonly program: Program;
  readonly #folder: string;

  private constructor(program: Program, folder: string) {
    this.program = program;
    this.#folder = folder;
  }

  /**
   * Starts it with a configuration, as YAML or JSON, and waits until it is ready. Takes the one
   * with discovery in Kubernetes, or another by its name or path.
   */
  static async start(config: string, program = prometheus): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-prometheus-'));
    const path = join(folder, 'prometheus.yml');
    writeFileSync(path, config);
    const process = new Program(program, [
      `--config.file=${path}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:9090',
    ]);
    const running = new Prometheus(process, folder);
    try {
      await process.until('Prometheus was ready', isReady, READY_TIMEOUT_MS);
    } catch (error) {
      await running.stop();
      throw error;
    }
    return running;
  }

  /** The values that a PromQL query gives now. */
  async query(expression: string): Promise<Sample[]> {
    const path = `query?query=${encodeURIComponent(expression)}`;
    const { result } = await dataOf<{ result: Result[] }>(path);
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
    return (await dataOf<{ activeTargets: Target[] }>('targets?state=active')).activeTargets;
  }

  /** Ends it and removes what it wrote; its exit code. */
  async stop(): Promise<number | null> {
    const code = await this.program.stop();
    rmSync(this.#folder, { recursive: true });
    return code;
  }
}

interface Result {
  readonly metric: Record<string, string>;
  readonly value: readonly [number, string];
}

async function isReady(): Promise<true | undefined> {
  try {
    return (await get(`${URL}/-/ready`)).status === 200 || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return undefined;
    throw error;
  }
}

async function dataOf<Data>(path: string): Promise<Data> {
  const { status, body } = await get(`${URL}/api/v1/${path}`);
  if (status !== 200) throw new Error(`Prometheus answered ${status} to ${path}: ${body}`);
  return (JSON.parse(body.toString()) as { data: Data }).data;
}

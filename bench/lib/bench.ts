// Bench gives a question its plan, clusters and exporters.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import type { Contents } from './contents.ts';
import { Exporter, type ExporterOptions } from './exporter.ts';

/** Exporters read their watches twice a second. */
const trialPauseMs = 600;

/** The size of the measurements. */
export interface Plan {
  /** Numbers of pods, for questions by the number of objects. */
  readonly sizes: readonly number[];
  /** Pods of the cluster, for questions with changes. */
  readonly pods: number;
  /** Scrapes of one kind; the median is the result. */
  readonly rounds: number;
  /** Duration of each phase under load. */
  readonly seconds: number;
  /** Duration of the question `memory`. */
  readonly churnSeconds: number;
  readonly stepsPerSecond: number;
  /** Wait before the memory or idle CPU of the exporter is measured. */
  readonly settleSeconds: number;
  /** The scrape interval of a real Prometheus. */
  readonly scrapeSeconds: number;
}

/** Another exporter on the same cluster. */
export interface Beside {
  readonly url: string;
  /** Its process on this machine, if CPU and memory are to be measured. */
  readonly pid: number | undefined;
}

/** What is measured beside kubestate in the question `compare`, and what of it. */
export interface Compared {
  /** The program of the reference. */
  readonly reference?: string;
  /** Questions about sizes measure it up to so many pods. */
  readonly referencePods?: number;
  /** Another build of kubestate, as that of the commit before. */
  readonly parent?: string;
  /** Without it all of them. */
  readonly parts?: readonly string[];
}

export interface Tools {
  readonly plan: Plan;
  readonly program: readonly string[];
  readonly compared?: Compared;
  readonly beside?: Beside;
  /** Starts a cluster with these contents. */
  openCluster(contents: WantedContents): Promise<Cluster>;
  /** Called with progress messages. */
  readonly say: (doing: string) => void;
  readonly trial?: boolean;
}

/** The contents of a cluster; who has managedFields depends on the server. */
export type WantedContents = Omit<Contents, 'managedFields'>;

/** Starts clusters and exporters, and stops all of them at the end. */
export class Bench {
  readonly plan: Plan;
  readonly beside: Beside | undefined;
  readonly compared: Compared;
  readonly say: (doing: string) => void;
  /** Whether something is measured matters, and not how much it is: nobody keeps the result. */
  readonly isTrial: boolean;
  /** The command that starts kubestate. */
  readonly program: readonly string[];
  readonly #tools: Tools;
  readonly #clusters = new Map<string, Promise<Cluster>>();
  readonly #exporters = new Set<Exporter>();

  constructor(tools: Tools) {
    this.#tools = tools;
    this.plan = tools.plan;
    this.beside = tools.beside;
    this.compared = tools.compared ?? {};
    this.say = tools.say;
    this.program = tools.program;
    this.isTrial = tools.trial ?? false;
  }

  /** A cluster with this many pods; equal arguments return the same cluster as it is now. */
  cluster(pods: number, others: Omit<WantedContents, 'pods'> = {}): Promise<Cluster> {
    const contents = { pods, ...others };
    const key = JSON.stringify(contents);
    const present = this.#clusters.get(key);
    if (present !== undefined) return present;
    this.say(`making a cluster of ${pods} pods`);
    const opened = this.#tools.openCluster(contents);
    this.#clusters.set(key, opened);
    return opened;
  }

  /** Runs `use` with an exporter on the cluster, and stops it afterwards. */
  async withExporter<T>(
    cluster: Cluster,
    options: Partial<Omit<ExporterOptions, 'cluster'>>,
    use: (exporter: Exporter) => Promise<T>,
  ): Promise<T> {
    this.say(`starting ${options.kind ?? 'kubestate'}`);
    const { program } = this;
    const exporter = await Exporter.start({ program, cluster, ...options });
    this.#exporters.add(exporter);
    try {
      return await use(exporter);
    } finally {
      this.#exporters.delete(exporter);
      await exporter.stop();
    }
  }

  /** Waits for settleSeconds of the plan. */
  async settle(): Promise<void> {
    this.say('letting it settle');
    await this.pause(this.plan.settleSeconds * 1_000);
  }

  /** Waits for so long, or in a trial until the exporter has read what was written. */
  async pause(ms: number): Promise<void> {
    await sleep(this.isTrial ? Math.min(ms, trialPauseMs) : ms);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#exporters].map((exporter) => exporter.stop()));
    for (const opened of this.#clusters.values()) await (await opened).stop();
    this.#clusters.clear();
  }
}

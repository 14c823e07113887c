// What every question is given: how much to measure, and the clusters and exporters to do it on.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import { Exporter, type ExporterOptions } from './exporter.ts';

/** How much is measured. */
export interface Plan {
  /** Numbers of pods for what is asked by the number of objects. */
  readonly sizes: readonly number[];
  /** Pods of the cluster that changes while it is measured. */
  readonly pods: number;
  /** Scrapes of one kind, of which the median is told. */
  readonly rounds: number;
  /** How long each phase under load lasts. */
  readonly seconds: number;
  /** How long the memory is watched. */
  readonly churnSeconds: number;
  readonly stepsPerSecond: number;
  /** How long the exporter is left alone before its memory or idle time is looked at. */
  readonly settleSeconds: number;
  /** The pause between two scrapes of a real Prometheus. */
  readonly scrapeSeconds: number;
}

/** Another exporter that watches the same cluster. */
export interface Beside {
  readonly url: string;
  /** Its process on this machine, where its time and memory are to be counted. */
  readonly pid: number | undefined;
}

export interface Tools {
  readonly plan: Plan;
  readonly program: readonly string[];
  readonly beside?: Beside;
  /** Starts a cluster of so many pods, in so many namespaces for each team. */
  openCluster(pods: number, namespacesPerTeam: number): Promise<Cluster>;
  /** Told what is being done now. */
  readonly say: (doing: string) => void;
}

/** Starts what is asked for, and ends it all at the end. */
export class Bench {
  readonly plan: Plan;
  readonly beside: Beside | undefined;
  readonly say: (doing: string) => void;
  readonly #tools: Tools;
  readonly #clusters = new Map<string, Promise<Cluster>>();
  readonly #exporters = new Set<Exporter>();

  constructor(tools: Tools) {
    this.#tools = tools;
    this.plan = tools.plan;
    this.beside = tools.beside;
    this.say = tools.say;
  }

  /** A cluster of so many pods; who asks for the same again gets the same, as it is by then. */
  cluster(pods: number, namespacesPerTeam = 1): Promise<Cluster> {
    const key = `${pods} in ${namespacesPerTeam}`;
    const present = this.#clusters.get(key);
    if (present !== undefined) return present;
    this.say(`making a cluster of ${pods} pods`);
    const opened = this.#tools.openCluster(pods, namespacesPerTeam);
    this.#clusters.set(key, opened);
    return opened;
  }

  /** Runs `use` with an exporter on the cluster, that is ended after it. */
  async withExporter<T>(
    cluster: Cluster,
    options: Omit<ExporterOptions, 'program' | 'cluster'>,
    use: (exporter: Exporter) => Promise<T>,
  ): Promise<T> {
    this.say('starting kubestate');
    const { program } = this.#tools;
    const exporter = await Exporter.start({ program, cluster, ...options });
    this.#exporters.add(exporter);
    try {
      return await use(exporter);
    } finally {
      this.#exporters.delete(exporter);
      await exporter.stop();
    }
  }

  /** Leaves the exporter alone for as long as the plan says. */
  async settle(): Promise<void> {
    this.say('letting it settle');
    await sleep(this.plan.settleSeconds * 1_000);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#exporters].map((exporter) => exporter.stop()));
    for (const opened of this.#clusters.values()) await (await opened).stop();
    this.#clusters.clear();
  }
}

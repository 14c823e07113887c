// LeaderLabel keeps the label that the Service selects on the leader's pod, and on no other.
import { isNotFound } from '../lib/errors.ts';
import { ElectionError, type Requests } from './api.ts';

/** The key; its value is the name of the lease, so that releases in one namespace stay apart. */
export const leaderLabel = 'kubestate.io/leader';

/**
 * Written to the former leader's pod: it changes the pod's resourceVersion, so that a patch of that
 * leader still on its way fails with a conflict.
 */
export const fenceAnnotation = 'kubestate.io/leader-fenced-by';

/** The pod of this replica. */
export interface ReplicaPod {
  readonly name: string;
  readonly namespace: string;
}

/** This replica's pod as it was read. */
export interface PodState {
  readonly resourceVersion: string;
  readonly labelled: boolean;
}

interface Pods {
  readonly items?: readonly { readonly metadata?: PodMetadata }[] | null;
}

interface PodMetadata {
  readonly name?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>> | null;
}

const noLabel = { [leaderLabel]: null };

/** The label on the pods of one namespace. */
export class LeaderLabel {
  readonly #pod: ReplicaPod;
  readonly #value: string;
  readonly #requests: Requests;
  readonly #random: () => number;

  constructor(pod: ReplicaPod, value: string, requests: Requests, random: () => number) {
    this.#pod = pod;
    this.#value = value;
    this.#requests = requests;
    this.#random = random;
  }

  /** Reads this replica's pod, before the renewal that allows `set`; 404 once it is deleted. */
  async read(signal: AbortSignal): Promise<PodState> {
    const { name } = this.#pod;
    const items = await this.#list({ fieldSelector: `metadata.name=${name}` }, signal);
    const metadata = items.find((pod) => pod.name === name);
    if (metadata === undefined) {
      const gone = Object.assign(new Error('it was deleted'), { status: 404 });
      throw new ElectionError(`expected the pod ${name} ${this.#where}, got none`, gone);
    }
    const { resourceVersion = '', labels } = metadata;
    return { resourceVersion, labelled: labels?.[leaderLabel] === this.#value };
  }

  /**
   * Labels this replica's pod as it was read; 409 where the pod has changed since, as where another
   * leader fenced it; 404 where it is deleted.
   */
  async set({ resourceVersion, labelled }: PodState, signal: AbortSignal): Promise<void> {
    if (labelled) return;
    const labels = { [leaderLabel]: this.#value };
    await this.#patch(this.#pod.name, { resourceVersion, labels }, signal);
  }

  /** Unlabels the former leader's pod, so that its patches still on their way conflict. */
  async fence(name: string, signal: AbortSignal): Promise<void> {
    const annotations = { [fenceAnnotation]: `${this.#pod.name}_${this.#random()}` };
    await this.#unlessMissing(name, { labels: noLabel, annotations }, signal);
  }

  /** Unlabels this replica's pod; 404 where it is deleted. */
  async remove(signal: AbortSignal): Promise<void> {
    await this.#patch(this.#pod.name, { labels: noLabel }, signal);
  }

  /** Unlabels all other pods with this value; deleted ones are skipped. */
  async removeFromOthers(signal: AbortSignal): Promise<void> {
    const items = await this.#list({ labelSelector: `${leaderLabel}=${this.#value}` }, signal);
    const others = items
      .map(({ name = '' }) => name)
      .filter((name) => name !== '' && name !== this.#pod.name);
    const remove = (name: string) => this.#unlessMissing(name, { labels: noLabel }, signal);
    await Promise.all(others.map(remove));
  }

  async #list(
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<readonly PodMetadata[]> {
    const answer = await this.#requests.send(`list pods ${this.#where}`, signal, (api, inTime) =>
      api.get(this.#collection, inTime, query),
    );
    return ((answer as Pods).items ?? []).flatMap(({ metadata }) => metadata ?? []);
  }

  async #unlessMissing(name: string, metadata: object, signal: AbortSignal): Promise<void> {
    try {
      await this.#patch(name, metadata, signal);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  #patch(name: string, metadata: object, signal: AbortSignal): Promise<unknown> {
    const path = `${this.#collection}/${encodeURIComponent(name)}`;
    const patch = { metadata };
    return this.#requests.send(`patch the pod ${name} ${this.#where}`, signal, (api, inTime) =>
      api.patch(path, patch, inTime),
    );
  }

  get #where(): string {
    return `in namespace ${this.#pod.namespace}`;
  }

  get #collection(): string {
    return `/api/v1/namespaces/${encodeURIComponent(this.#pod.namespace)}/pods`;
  }
}

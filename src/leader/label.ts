// The label that the Service follows: the leader's pod bears it, and no other pod does.
import { isMissing, type Requests } from './requests.ts';

/** The key; its value is the name of the lease, so that releases in one namespace do not mix. */
export const leaderLabel = 'kubestate.io/leader';

/** The pod we run in. */
export interface OurPod {
  readonly name: string;
  readonly namespace: string;
}

interface LabelledPods {
  readonly items?: readonly { readonly metadata?: { readonly name?: string } }[] | null;
}

/** The label on the pods of our namespace. */
export class LeaderLabel {
  readonly #pod: OurPod;
  readonly #value: string;
  readonly #requests: Requests;

  constructor(pod: OurPod, value: string, requests: Requests) {
    this.#pod = pod;
    this.#value = value;
    this.#requests = requests;
  }

  /** Puts it on our pod; rejects with a 404 where that is gone. */
  async set(signal: AbortSignal): Promise<void> {
    await this.#patch(this.#pod.name, this.#value, signal);
  }

  /** Takes it off our pod; rejects with a 404 where that is gone. */
  async remove(signal: AbortSignal): Promise<void> {
    await this.#patch(this.#pod.name, null, signal);
  }

  /** Takes it off all other pods that bear it with our value; one that is gone needs none. */
  async removeFromOthers(signal: AbortSignal): Promise<void> {
    const query = { labelSelector: `${leaderLabel}=${this.#value}` };
    const answer = await this.#requests.send(`list pods ${this.#where}`, signal, (api, inTime) =>
      api.get(this.#collection, inTime, query),
    );
    const { items } = answer as LabelledPods;
    const others = (items ?? [])
      .map(({ metadata }) => metadata?.name ?? '')
      .filter((name) => name !== '' && name !== this.#pod.name);
    await Promise.all(others.map((name) => this.#removeFrom(name, signal)));
  }

  async #removeFrom(name: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#patch(name, null, signal);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  #patch(name: string, value: string | null, signal: AbortSignal): Promise<unknown> {
    const path = `${this.#collection}/${encodeURIComponent(name)}`;
    const patch = { metadata: { labels: { [leaderLabel]: value } } };
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

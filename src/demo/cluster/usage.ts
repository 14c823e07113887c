// Usage sums up what quotas count, by namespace.
import type { ApiObject, Claim, Pod } from '../objects.ts';
import { quantity, requestOf } from '../quantity.ts';

/** CPU is in millicores, so that sums stay exact; memory and storage are in bytes. */
export interface Amounts {
  readonly pods: number;
  readonly 'requests.cpu': number;
  readonly 'requests.memory': number;
  readonly 'limits.memory': number;
  readonly persistentvolumeclaims: number;
  readonly 'requests.storage': number;
}

const nothing: Amounts = {
  pods: 0,
  'requests.cpu': 0,
  'requests.memory': 0,
  'limits.memory': 0,
  persistentvolumeclaims: 0,
  'requests.storage': 0,
};

/** Updated with each change of a pod or claim. */
export class Usage {
  /** The usage of each object, by uid. */
  readonly #taken = new Map<string, Amounts>();
  readonly #sums = new Map<string, Amounts>();

  note(object: ApiObject, gone: boolean): void {
    const { uid = '', namespace = '' } = object.metadata;
    const before = this.#taken.get(uid) ?? nothing;
    const after = gone ? nothing : takenBy(object);
    if (after === nothing) this.#taken.delete(uid);
    else this.#taken.set(uid, after);
    if (after === nothing && before === nothing) return;
    const sum = this.#sums.get(namespace) ?? nothing;
    this.#sums.set(
      namespace,
      eachAmount((name) => sum[name] - before[name] + after[name]),
    );
  }

  in(namespace: string): Amounts {
    return this.#sums.get(namespace) ?? nothing;
  }
}

const names = Object.keys(nothing) as (keyof Amounts)[];

const eachAmount = (value: (name: keyof Amounts) => number): Amounts =>
  Object.fromEntries(names.map((name) => [name, value(name)])) as unknown as Amounts;

/** The usage of an object; that of a terminated pod is 0. */
function takenBy(object: ApiObject): Amounts {
  if (object.kind === 'PersistentVolumeClaim') {
    const storage = quantity((object as Claim).spec.resources?.requests?.storage);
    return { ...nothing, persistentvolumeclaims: 1, 'requests.storage': storage };
  }
  if (object.kind !== 'Pod') return nothing;
  const { spec, status } = object as Pod;
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return nothing;
  const { cpu, memory } = requestOf(spec);
  const limits = (spec.containers ?? []).map(({ resources }) =>
    quantity(resources?.limits?.memory),
  );
  return {
    ...nothing,
    pods: 1,
    'requests.cpu': Math.round(cpu * 1_000),
    'requests.memory': memory,
    'limits.memory': limits.reduce((sum, limit) => sum + limit, 0),
  };
}

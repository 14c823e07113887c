// What a pod requests and limits in all, as kube-scheduler counts it: the pod's effective resources.
import type { V1ResourceRequirements } from '@kubernetes/client-node';
import { memoize } from '../lib/lru.ts';
import type { Emit } from '../metrics/family.ts';
import type { Wire } from '../metrics/object.ts';
import { exactNanos, fromNanos } from '../metrics/quantity.ts';
import { isSet } from './conditions.ts';
import type { PodSpec, PodStatus, Quantities } from './containers.ts';

type List = 'requests' | 'limits';
/** Amounts in billionths, by resource. */
type Amounts = Map<string, bigint>;

/** What of a container's spec counts; a sidecar is an init container that runs on. */
type Counted = {
  readonly name: string;
  readonly amounts: Quantities;
  readonly sidecar: boolean;
};

/** What of a pod's spec counts. */
type CountedSpec = {
  readonly containers: readonly Counted[];
  readonly initContainers: readonly Counted[];
  readonly pod?: Quantities;
  readonly overhead?: Quantities;
};

type Taken = {
  readonly node: string | null | undefined;
  readonly scheduler: string | null | undefined;
  readonly priority: string | undefined;
  readonly counted: CountedSpec;
};

/** Pods of one workload share what counts of them, on whatever nodes they are: some 2 MB. */
const sharedMax = 4_096;
const shared = memoize<CountedSpec>(sharedMax, (text) => JSON.parse(text));

/** The labels are those that kube-scheduler serves on /metrics/resources, with its values. */
export const podResourceLabels = ['node', 'scheduler', 'priority', 'resource', 'unit'] as const;

/** Takes of the spec what `emitPodResources` needs for requests, or for limits. */
export function takeResources(list: List): (spec: PodSpec) => Taken {
  const countedOf = (containers: NonNullable<PodSpec>['initContainers']): Counted[] =>
    (containers ?? []).map(({ name, resources, restartPolicy }) => ({
      name,
      amounts: resources?.[list],
      sidecar: restartPolicy === 'Always',
    }));
  return (spec) => {
    const counted: CountedSpec = {
      containers: countedOf(spec?.containers),
      initContainers: countedOf(spec?.initContainers),
      pod: spec?.resources?.[list],
      overhead: spec?.overhead,
    };
    return {
      node: spec?.nodeName,
      scheduler: spec?.schedulerName,
      priority: spec?.priority?.toString(),
      counted: shared(JSON.stringify(counted)),
    };
  };
}

/**
 * One sample for each resource that is not 0. A pod that ran on a node and ended gives none, because
 * it holds nothing any more.
 */
export function emitPodResources(
  list: List,
): (
  taken: Taken,
  object: { readonly status?: PodStatus },
  emit: Emit<typeof podResourceLabels>,
) => void {
  return (taken, { status }, emit) => {
    const { node, scheduler, priority, counted } = taken;
    if (node && (status?.phase === 'Succeeded' || status?.phase === 'Failed')) return;
    for (const [resource, nanos] of totalOf(list, counted, status)) {
      if (nanos !== 0n) {
        emit(fromNanos(nanos), node, scheduler, priority, resource, unitOf(resource));
      }
    }
  };
}

function totalOf(list: List, counted: CountedSpec, status: PodStatus): Amounts {
  const isInfeasible = resizeIsInfeasible(status);
  const total = containersTotal(list, counted, status, isInfeasible);
  const actual = status?.resources;
  // The limit of a pod stands where the node reports none, even if its resize is infeasible.
  const isReported =
    isSet(actual) && (list === 'requests' || !isInfeasible || isSet(actual.limits));
  const effective = isReported
    ? effectiveOf(list, counted.pod, actual, status?.allocatedResources, isInfeasible)
    : amountsOf(counted.pod);
  for (const resource in counted.pod) {
    // Where it is set for the pod, it replaces the sum of the containers.
    if (isPodLevel(resource)) total.set(resource, effective.get(resource) ?? 0n);
  }
  for (const [resource, nanos] of amountsOf(counted.overhead)) {
    const sum = total.get(resource);
    // Overhead makes a limit larger, and does not set one.
    if (list === 'requests' || (sum !== undefined && sum !== 0n)) {
      total.set(resource, (sum ?? 0n) + nanos);
    }
  }
  return total;
}

/**
 * The larger of what runs in the end (containers and sidecars) and of what each init container
 * needs while it runs: itself and the sidecars that were started before it.
 */
function containersTotal(
  list: List,
  { containers, initContainers }: CountedSpec,
  status: PodStatus,
  isInfeasible: boolean,
): Amounts {
  // The last of a name counts, as in Go.
  const statuses = new Map(
    [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].map(
      (one) => [one.name, one] as const,
    ),
  );
  const amountsIn = ({ name, amounts }: Counted): Amounts => {
    const found = statuses.get(name);
    return isSet(found?.resources)
      ? effectiveOf(list, amounts, found.resources, found.allocatedResources, isInfeasible)
      : amountsOf(amounts);
  };
  const total: Amounts = new Map();
  for (const container of containers) add(total, amountsIn(container));
  const sidecars: Amounts = new Map();
  const whileStarting: Amounts = new Map();
  for (const container of initContainers) {
    const own = container.sidecar ? amountsIn(container) : amountsOf(container.amounts);
    if (container.sidecar) {
      add(total, own);
      add(sidecars, own);
      raise(whileStarting, sidecars);
    } else {
      add(own, sidecars);
      raise(whileStarting, own);
    }
  }
  raise(total, whileStarting);
  return total;
}

/**
 * What counts while a resize goes on: the largest of what is asked for, what the node has allocated
 * and what is in effect. A resize that the node can never make does not count.
 */
function effectiveOf(
  list: List,
  asked: Quantities,
  actual: Wire<V1ResourceRequirements>,
  allocated: Quantities,
  isInfeasible: boolean,
): Amounts {
  const amounts = amountsOf(isInfeasible ? undefined : asked);
  raise(amounts, amountsOf(actual[list]));
  if (list === 'requests') raise(amounts, amountsOf(allocated));
  return amounts;
}

/** The first condition of the type decides, whatever its status, as in Go. */
const resizeIsInfeasible = (status: PodStatus): boolean =>
  status?.conditions?.find(({ type }) => type === 'PodResizePending')?.reason === 'Infeasible';

function amountsOf(quantities: Quantities): Amounts {
  const amounts: Amounts = new Map();
  for (const resource in quantities) amounts.set(resource, exactNanos(quantities[resource] ?? '0'));
  return amounts;
}

function add(sums: Amounts, amounts: Amounts): void {
  for (const [resource, nanos] of amounts) sums.set(resource, (sums.get(resource) ?? 0n) + nanos);
}

/** Makes each of `amounts` at least as large as in `others`. */
function raise(amounts: Amounts, others: Amounts): void {
  for (const [resource, nanos] of others) {
    const own = amounts.get(resource);
    if (own === undefined || nanos > own) amounts.set(resource, nanos);
  }
}

const isPodLevel = (resource: string): boolean =>
  resource === 'cpu' || resource === 'memory' || resource.startsWith('hugepages-');

/** The units of kube-scheduler, which differ from those of the other families. */
const units: ReadonlyMap<string, string> = new Map([
  ['cpu', 'cores'],
  ['memory', 'bytes'],
  ['storage', 'bytes'],
  ['ephemeral-storage', 'bytes'],
]);

function unitOf(resource: string): string {
  if (resource.startsWith('hugepages-')) return 'bytes';
  if (resource.startsWith('attachable-volumes-')) return 'integer';
  return units.get(resource) ?? '';
}

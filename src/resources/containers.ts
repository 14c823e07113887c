// Readers for the containers and init containers of a pod.
import type { V1Container, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { Emit, SectionOf } from '../metrics/family.ts';
import type { Wire } from '../metrics/object.ts';
import { quantity, resourceLabels, wholeQuantity } from '../metrics/quantity.ts';
import { unixSeconds } from '../metrics/time.ts';

type Container = Wire<V1Container>;
type Status = Wire<V1ContainerStatus>;

/** The sections of a pod. */
export type PodSpec = SectionOf<Wire<V1Pod>, 'spec'>;
export type PodStatus = SectionOf<Wire<V1Pod>, 'status'>;

/** The containers or the init containers of a pod: their specs and their statuses. */
export interface Containers {
  specs(spec: PodSpec): readonly Container[];
  statuses(status: PodStatus): readonly Status[];
}

export const appContainers: Containers = {
  specs: (spec) => spec?.containers ?? [],
  statuses: (status) => status?.containerStatuses ?? [],
};

export const initContainers: Containers = {
  specs: (spec) => spec?.initContainers ?? [],
  statuses: (status) => status?.initContainerStatuses ?? [],
};

/** One sample for each container for which `value` is set. */
export function eachStatus(
  containers: Containers,
  value: (status: Status) => number | null | undefined,
): (status: PodStatus, emit: Emit<['container']>) => void {
  return (pod, emit) => {
    for (const status of containers.statuses(pod)) {
      const sample = value(status);
      if (sample !== undefined && sample !== null) emit(sample, status.name);
    }
  };
}

/** One sample of 1 for each container in the state, with its reason, which may be empty. */
export function eachReason(
  containers: Containers,
  state: (status: Status) => { reason?: string | null } | null | undefined,
): (status: PodStatus, emit: Emit<['container', 'reason']>) => void {
  return (pod, emit) => {
    for (const status of containers.statuses(pod)) {
      const found = state(status);
      if (found !== undefined && found !== null) emit(1, status.name, found.reason);
    }
  };
}

/** What a container's info takes of its spec. */
type Image = readonly [
  name: string,
  image: string | null | undefined,
  restartPolicy: string | null | undefined,
];

/** For each container what its info takes of the spec. */
export function imagesOf(containers: Containers): (spec: PodSpec) => readonly Image[] {
  return (spec) =>
    containers.specs(spec).map(({ name, image, restartPolicy }) => [name, image, restartPolicy]);
}

/** Each container that has a status, as a pair of what is taken of its spec and that status. */
export function pairsOf(
  containers: Containers,
  images: readonly Image[],
  pod: PodStatus,
): [image: Image, status: Status][] {
  const pairs: [Image, Status][] = [];
  const statuses = containers.statuses(pod);
  for (const image of images) {
    for (const status of statuses) if (status.name === image[0]) pairs.push([image, status]);
  }
  return pairs;
}

type ResourceLabelNames = ['container', 'node', 'resource', 'unit'];

/** One sample for each resource in a container's `limits` or `requests`. */
export function eachResource(
  containers: Containers,
  list: 'limits' | 'requests',
): (spec: PodSpec, emit: Emit<ResourceLabelNames>) => void {
  return (pod, emit) => {
    for (const { name, resources } of containers.specs(pod)) {
      emitQuantities(resources?.[list], name, pod?.nodeName, emit);
    }
  };
}

/** What a joined row takes of the spec to say on which node the pod is. */
export const nodeOf = (spec: PodSpec): string | null | undefined => spec?.nodeName;

/** One sample for each resource in what `quantities` reads of a container's status. */
export function eachStatusResource(
  containers: Containers,
  quantities: (status: Status) => Quantities,
): (
  node: string | null | undefined,
  object: { readonly status?: PodStatus },
  emit: Emit<ResourceLabelNames>,
) => void {
  return (node, { status }, emit) => {
    for (const one of containers.statuses(status)) {
      emitQuantities(quantities(one), one.name, node, emit);
    }
  };
}

/** Quantities by resource, as the API has them. */
export type Quantities = Readonly<Record<string, string>> | null | undefined;

function emitQuantities(
  quantities: Quantities,
  container: string,
  node: string | null | undefined,
  emit: Emit<ResourceLabelNames>,
): void {
  for (const key in quantities) {
    // `pods` is a resource of nodes only.
    if (key === 'pods') continue;
    const { resource, units } = resourceLabels(key);
    for (const unit of units) {
      const given = quantities[key];
      const value = unit === 'core' ? quantity(given) : wholeQuantity(given);
      emit(value, container, node, resource, unit);
    }
  }
}

/** The start of a running or terminated container; Go's zero time if the kubelet lost it. */
export function startedAt({ state }: Status): number | undefined {
  const run = state?.running ?? state?.terminated;
  return run ? unixSeconds(run.startedAt) : undefined;
}

/** The exit code in `lastState`, that is, of the run before the last restart. */
export function lastExitCode({ lastState }: Status): number | undefined {
  return lastState?.terminated ? (lastState.terminated.exitCode ?? 0) : undefined;
}

/** The end of the run before the last restart; Go's zero time if the kubelet lost it. */
export function lastFinishedAt({ lastState }: Status): number | undefined {
  return lastState?.terminated ? unixSeconds(lastState.terminated.finishedAt) : undefined;
}

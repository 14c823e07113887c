// What pods tell of their containers and of their init containers alike.
import type { V1Container, V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { Emit } from '../metrics/family.ts';
import type { Received, Wire } from '../metrics/object.ts';
import { quantity, resourceLabels, wholeQuantity } from '../metrics/quantity.ts';
import { unixSeconds } from '../metrics/time.ts';

type Pod = Received<V1Pod>;
type Container = Wire<V1Container>;
type Status = Wire<V1ContainerStatus>;

/** Which containers of a pod a row is about: what was asked for, and what became of it. */
export interface Containers {
  specs(pod: Pod): readonly Container[];
  statuses(pod: Pod): readonly Status[];
}

export const appContainers: Containers = {
  specs: (pod) => pod.spec?.containers ?? [],
  statuses: (pod) => pod.status?.containerStatuses ?? [],
};

export const initContainers: Containers = {
  specs: (pod) => pod.spec?.initContainers ?? [],
  statuses: (pod) => pod.status?.initContainerStatuses ?? [],
};

/** One sample for each container of which `value` is known. */
export function eachStatus(
  containers: Containers,
  value: (status: Status) => number | null | undefined,
): (pod: Pod, emit: Emit<['container']>) => void {
  return (pod, emit) => {
    for (const status of containers.statuses(pod)) {
      const sample = value(status);
      if (sample !== undefined && sample !== null) emit(sample, status.name);
    }
  };
}

/** One sample of 1 for each container that is in the state, with its reason, which may be empty. */
export function eachReason(
  containers: Containers,
  state: (status: Status) => { reason?: string | null } | null | undefined,
): (pod: Pod, emit: Emit<['container', 'reason']>) => void {
  return (pod, emit) => {
    for (const status of containers.statuses(pod)) {
      const found = state(status);
      if (found !== undefined && found !== null) emit(1, status.name, found.reason);
    }
  };
}

/** Each container that has a status, with that status. */
export function pairsOf(containers: Containers, pod: Pod): [spec: Container, status: Status][] {
  const pairs: [Container, Status][] = [];
  const statuses = containers.statuses(pod);
  for (const spec of containers.specs(pod)) {
    for (const status of statuses) if (status.name === spec.name) pairs.push([spec, status]);
  }
  return pairs;
}

/** One sample for each resource that a container's `limits` or `requests` name. */
export function eachResource(
  containers: Containers,
  list: 'limits' | 'requests',
): (pod: Pod, emit: Emit<['container', 'node', 'resource', 'unit']>) => void {
  return (pod, emit) => {
    for (const { name, resources } of containers.specs(pod)) {
      const amounts = resources?.[list] ?? {};
      for (const key in amounts) {
        const { resource, unit } = resourceLabels(key);
        // A node holds pods; a container cannot ask for any.
        if (unit === undefined || key === 'pods') continue;
        const value = unit === 'core' ? quantity(amounts[key]) : wholeQuantity(amounts[key]);
        emit(value, name, pod.spec?.nodeName, resource, unit);
      }
    }
  };
}

/** When the container's present or last run began; a time the kubelet lost is Go's zero time. */
export function startedAt({ state }: Status): number | undefined {
  const run = state?.running ?? state?.terminated;
  return run ? unixSeconds(run.startedAt) : undefined;
}

/** With which code the run before the present one ended. */
export function lastExitCode({ lastState }: Status): number | undefined {
  return lastState?.terminated ? (lastState.terminated.exitCode ?? 0) : undefined;
}

/** When the run before the present one ended; a time the kubelet lost is Go's zero time. */
export function lastFinishedAt({ lastState }: Status): number | undefined {
  return lastState?.terminated ? unixSeconds(lastState.terminated.finishedAt) : undefined;
}

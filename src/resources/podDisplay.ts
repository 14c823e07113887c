// The status of a pod in a word, as the API server prints it for the STATUS column of kubectl.
import type { V1ContainerState } from '@kubernetes/client-node';
import type { Emit } from '../metrics/family.ts';
import type { ObjectMeta, Wire } from '../metrics/object.ts';
import { isSet } from './conditions.ts';
import type { PodSpec, PodStatus } from './containers.ts';

type State = Wire<V1ContainerState> | null | undefined;

/** What of a pod's spec shows in its status. */
type Taken = {
  readonly initContainers: number;
  readonly sidecars: readonly string[];
};

export function takeInitContainers(spec: PodSpec): Taken {
  const containers = spec?.initContainers ?? [];
  const sidecars = containers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return { initContainers: containers.length, sidecars: sidecars.map(({ name }) => name) };
}

export function emitPodDisplay(
  taken: Taken,
  { metadata, status }: { readonly metadata: ObjectMeta; readonly status?: PodStatus },
  emit: Emit<['status']>,
): void {
  emit(1, podDisplay(taken, metadata, status));
}

function podDisplay(taken: Taken, metadata: ObjectMeta, status: PodStatus): string {
  const { phase, reason } = status ?? {};
  if (isSet(metadata.deletionTimestamp)) {
    // The node controller says so where the kubelet does not answer.
    if (reason === 'NodeLost') return 'Unknown';
    if (phase !== 'Succeeded' && phase !== 'Failed') return 'Terminating';
  }
  const conditions = status?.conditions ?? [];
  const isGated = conditions.some(
    (one) => one.type === 'PodScheduled' && one.reason === 'SchedulingGated',
  );
  const ofPod = isGated ? 'SchedulingGated' : reason || phase || '';
  const initializing = initializingDisplay(taken, status);
  const isInitialized = conditions.find(({ type }) => type === 'Initialized')?.status === 'True';
  if (initializing !== undefined && !isInitialized) return initializing;
  return containersDisplay(initializing ?? ofPod, status);
}

/** The first init container that is not done says how far the pod is; undefined where all are. */
function initializingDisplay(
  { initContainers, sidecars }: Taken,
  status: PodStatus,
): string | undefined {
  for (const [i, { name, state, started }] of (status?.initContainerStatuses ?? []).entries()) {
    const terminated = state?.terminated;
    if (isSet(terminated) && (terminated.exitCode ?? 0) === 0) continue;
    if (started === true && sidecars.includes(name)) continue;
    if (isSet(terminated)) return `Init:${endOf(terminated)}`;
    const waitsFor = state?.waiting?.reason;
    if (waitsFor && waitsFor !== 'PodInitializing') return `Init:${waitsFor}`;
    return `Init:${i}/${initContainers}`;
  }
  return undefined;
}

/** The first container that waits or has ended says how the pod is, unless another one runs. */
function containersDisplay(ofPod: string, status: PodStatus): string {
  let display = ofPod;
  let failure = '';
  let hasRunning = false;
  for (const { state, ready } of (status?.containerStatuses ?? []).toReversed()) {
    const terminated = state?.terminated;
    if (state?.waiting?.reason) {
      display = state.waiting.reason;
    } else if (isSet(terminated)) {
      display = endOf(terminated);
      if ((terminated.exitCode ?? 0) !== 0) failure = display;
    } else if (ready === true && isSet(state?.running)) {
      hasRunning = true;
    }
  }
  if (display !== 'Completed') return display;
  const isReady = (status?.conditions ?? []).some(
    (one) => one.type === 'Ready' && one.status === 'True',
  );
  if (hasRunning && isReady) return 'Running';
  return failure || (hasRunning ? 'NotReady' : display);
}

/** How a container ended: the reason that the kubelet gives, else a signal or an exit code. */
function endOf({
  reason,
  signal,
  exitCode,
}: NonNullable<NonNullable<State>['terminated']>): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode ?? 0}`;
}

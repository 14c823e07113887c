// What a StatefulSet says about a pod of it: which shard it is, of how many, started how.
import type { Shard, ShardScheme } from './claims.ts';

/** The fields of a pod that name its owner. */
export interface OwnedPod {
  readonly metadata?: {
    readonly ownerReferences?:
      | readonly {
          readonly apiVersion?: string;
          readonly kind?: string;
          readonly name?: string;
          readonly controller?: boolean | null;
        }[]
      | null;
  };
}

/** Fields of a pod, or of a StatefulSet's template, that say how it is started, and ended. */
export interface StartedPod {
  readonly terminationGracePeriodSeconds?: number | null;
  readonly containers?:
    | readonly {
        readonly command?: readonly string[] | null;
        readonly args?: readonly string[] | null;
      }[]
    | null;
}

/** The fields of a StatefulSet that say how many shards there are, and how they are started. */
export interface ReplicatedSet {
  readonly metadata: { readonly name: string; readonly generation?: number | null };
  readonly spec?: {
    readonly replicas?: number | null;
    readonly ordinals?: { readonly start?: number | null } | null;
    readonly template?: { readonly spec?: StartedPod | null } | null;
  };
  readonly status?: {
    readonly observedGeneration?: number | null;
    readonly replicas?: number | null;
    readonly readyReplicas?: number | null;
    /** Of the latest revision, without those that terminate. */
    readonly updatedReplicas?: number | null;
    readonly currentRevision?: string | null;
    readonly updateRevision?: string | null;
  };
}

/** The shard of a pod, and how far the StatefulSet is with its latest spec. */
export interface Replica extends Shard {
  /** How many pods are ready to stay; none as long as the status is that of an earlier spec. */
  readonly ready: number;
  /** Pods of two revisions run. */
  readonly rolling: boolean;
}

/** The name of the StatefulSet that controls the pod; undefined where none does. */
export function statefulSetOf({ metadata }: OwnedPod): string | undefined {
  return metadata?.ownerReferences?.find(
    ({ apiVersion, kind, controller }) =>
      kind === 'StatefulSet' && controller === true && apiVersion?.startsWith('apps/'),
  )?.name;
}

/** The pod's shard, by the ordinal at the end of its name; undefined without one. */
export function replicaOf(set: ReplicatedSet, pod: string): Replica | undefined {
  const { metadata, spec, status } = set;
  const { name, generation } = metadata;
  const ordinal = pod.startsWith(`${name}-`) ? pod.slice(name.length + 1) : '';
  if (!/^\d+$/.test(ordinal)) return undefined;
  const total = spec?.replicas ?? 1;
  const isCurrent = (status?.observedGeneration ?? 0) >= (generation ?? 0);
  return {
    index: Number(ordinal) - (spec?.ordinals?.start ?? 0),
    total,
    ready: isCurrent ? readyIn(status) : 0,
    rolling: isRolling(status, total, isCurrent),
  };
}

type Status = ReplicatedSet['status'];

const isOneRevision = (status: Status): boolean =>
  (status?.currentRevision ?? '') === (status?.updateRevision ?? '');

/** A pod that terminates is ready until its end: scaled down and up again, it is replaced. */
function readyIn(status: Status): number {
  const { readyReplicas, replicas, updatedReplicas } = status ?? {};
  const ready = readyReplicas ?? 0;
  if (!isOneRevision(status)) return ready;
  const ending = (replicas ?? 0) - (updatedReplicas ?? replicas ?? 0);
  return Math.max(0, ready - Math.max(0, ending));
}

function isRolling(status: Status, total: number, isCurrent: boolean): boolean {
  const { replicas, readyReplicas, updatedReplicas } = status ?? {};
  const updated = updatedReplicas ?? 0;
  if (!isOneRevision(status)) {
    // With the strategy OnDelete the current revision stays what it was.
    return !(isCurrent && (readyReplicas ?? 0) >= total && updated >= total);
  }
  // A roll-out that is taken back: the revision is the one before, and some pods are not.
  return (updatedReplicas ?? total) < Math.min(replicas ?? 0, total);
}

const flag = '--server-side-sharding';

/** The scheme that the arguments of a pod's containers ask for. */
export function schemeIn(pod: StartedPod | null | undefined): ShardScheme {
  const words = (pod?.containers ?? []).flatMap(({ command, args }) => [
    ...(command ?? []),
    ...(args ?? []),
  ]);
  const given = words.flatMap((word, i) => {
    if (word === flag) return words[i + 1] ?? [];
    return word.startsWith(`${flag}=`) ? word.slice(flag.length + 1) : [];
  });
  const last = given.at(-1) ?? 'false';
  return last === 'true' || last === 'auto' ? 'uid-range' : 'jump-hash';
}

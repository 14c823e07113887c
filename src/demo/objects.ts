// Types of the simulated cluster's objects: the client's models as JSON carries them.
import type {
  V1Container,
  V1ContainerStatus,
  V1CronJob,
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1Node,
  V1ObjectMeta,
  V1OwnerReference,
  V1PersistentVolumeClaim,
  V1Pod,
  V1PodTemplateSpec,
  V1ReplicaSet,
  V1ResourceQuota,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node';

/** A model as JSON carries it. Optional fields stay optional, and are never null here. */
export type Wire<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wire<Item>[]
    : T extends object
      ? { [K in keyof T]: Wire<T[K]> }
      : T;

export type Metadata = Wire<V1ObjectMeta> & { name: string };

/** Any API object, with the fields that the server reads. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  spec?: unknown;
  status?: unknown;
}

/** An object of the client's model `T`; `Parts` are always set. */
export type Full<T, Parts extends keyof T = never> = Wire<T> &
  ApiObject & { [K in Parts]-?: Wire<NonNullable<T[K]>> };

export type Pod = Full<V1Pod, 'spec' | 'status'>;
export type Node = Full<V1Node, 'spec' | 'status'>;
export type Deployment = Full<V1Deployment, 'spec' | 'status'>;
export type ReplicaSet = Full<V1ReplicaSet, 'spec' | 'status'>;
export type StatefulSet = Full<V1StatefulSet, 'spec' | 'status'>;
export type DaemonSet = Full<V1DaemonSet, 'spec' | 'status'>;
export type Job = Full<V1Job, 'spec' | 'status'>;
export type CronJob = Full<V1CronJob, 'spec' | 'status'>;
export type Claim = Full<V1PersistentVolumeClaim, 'spec'>;
export type Quota = Full<V1ResourceQuota, 'spec' | 'status'>;
export type Autoscaler = Full<V2HorizontalPodAutoscaler, 'spec' | 'status'>;

export type Container = Wire<V1Container>;
export type ContainerStatus = Wire<V1ContainerStatus>;
export type OwnerReference = Wire<V1OwnerReference>;
export type PodTemplate = Wire<V1PodTemplateSpec>;

/** An owner reference to `owner` as the controller. */
export function controllerReference({ apiVersion, kind, metadata }: ApiObject): OwnerReference {
  const { name, uid = '' } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** The owner reference to the controller of an object, if there is one. */
export function controllerOf({ metadata }: ApiObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller);
}

// What several panels share: PromQL filters, each appended to a selector, and value mappings.
import type { Colour, Words } from './model.ts';

export const yes: Words = { 0: ['no', 'red'], 1: ['yes', 'green'] };

/**
 * Pods that have not terminated: terminated pods hold no resources, though the API still shows
 * their requests.
 */
export const alive =
  'and on (namespace, pod, uid) kube_pod_status_phase{phase=~"Pending|Running"} == 1';

/** cAdvisor's series of containers, without sandboxes and the sums of pods and nodes. */
export const containers = 'container!~"POD|", image!=""';

/** The colours of waiting reasons that end only when somebody mends something. */
export const waitingColours: Readonly<Record<string, Colour>> = {
  CrashLoopBackOff: 'red',
  ImagePullBackOff: 'red',
  ErrImagePull: 'red',
  CreateContainerConfigError: 'red',
  CreateContainerError: 'red',
  InvalidImageName: 'red',
};

/** Waiting reasons of a container that starts normally. */
export const starting = 'ContainerCreating|PodInitializing';

/** Pods of the selected workloads; the name of a ReplicaSet is its Deployment's with a hash. */
export const ofWorkload =
  'and on (namespace, pod) (' +
  'kube_pod_owner{owner_kind="ReplicaSet", owner_name=~"($workload)-[a-z0-9]+"} or ' +
  'kube_pod_owner{owner_kind!="ReplicaSet", owner_name=~"$workload"})';

/** For metric names that other programs have too: series of kubestate only. */
export const ofKubestate =
  'and on (job, instance) kube_state_metrics_build_info{instance=~"$instance"}';

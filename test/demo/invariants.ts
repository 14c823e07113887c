// Invariants of a cluster whose controllers are at rest; returns a sentence for each violation.
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { endOf } from '../../src/demo/cluster/jobs.ts';
import type {
  ApiObject,
  Autoscaler,
  Claim,
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  Node,
  Pod,
  Quota,
  ReplicaSet,
  StatefulSet,
} from '../../src/demo/objects.ts';
import { quantity, requestOf } from '../../src/demo/quantity.ts';

type Check = (cluster: Cluster) => Iterable<string>;

/** All violations in the cluster of a server. */
export function violations(server: ApiServer): string[] {
  const cluster = readCluster(server);
  return checks.flatMap((check) => [...check(cluster)]);
}

interface Cluster {
  readonly pods: readonly Pod[];
  readonly nodes: ReadonlyMap<string, Node>;
  readonly sets: readonly ReplicaSet[];
  readonly deployments: readonly Deployment[];
  readonly statefulSets: readonly StatefulSet[];
  readonly daemonSets: readonly DaemonSet[];
  readonly jobs: readonly Job[];
  readonly cronJobs: readonly CronJob[];
  readonly scalers: readonly Autoscaler[];
  readonly quotas: readonly Quota[];
  readonly claims: readonly Claim[];
  readonly podsOf: (owner: ApiObject) => Pod[];
}

function readCluster(server: ApiServer): Cluster {
  const all = <T extends ApiObject>(resource: string): T[] => [...server.objects<T>(resource)];
  const pods = all<Pod>('pods');
  return {
    pods,
    nodes: new Map(all<Node>('nodes').map((node) => [node.metadata.name, node])),
    sets: all('replicasets'),
    deployments: all('deployments'),
    statefulSets: all('statefulsets'),
    daemonSets: all('daemonsets'),
    jobs: all('jobs'),
    cronJobs: all('cronjobs'),
    scalers: all('horizontalpodautoscalers'),
    quotas: all('resourcequotas'),
    claims: all('persistentvolumeclaims'),
    podsOf: (owner) => pods.filter((pod) => ownerUid(pod) === owner.metadata.uid),
  };
}

const checks: readonly Check[] = [
  podsHaveOwners,
  podsAgreeWithTheirContainers,
  nodesAreNotOverfull,
  nodesAreTaintedAsTheySay,
  replicaSetsCountTheirPods,
  deploymentsCountTheirSets,
  statefulSetsCountTheirPods,
  daemonSetsCountTheirPods,
  jobsCountTheirPods,
  cronJobsKnowTheirJobs,
  autoscalersAgreeWithTheirTargets,
  quotasCountWhatIsThere,
];

function* podsHaveOwners({ pods, nodes, ...rest }: Cluster): Iterable<string> {
  const owners = [rest.sets, rest.statefulSets, rest.daemonSets, rest.jobs, [...nodes.values()]];
  const uids = new Set(owners.flat().map(({ metadata }) => metadata.uid));
  const addresses = new Set<string>();
  for (const pod of pods) {
    if (!uids.has(ownerUid(pod))) yield `${nameOf(pod)} has an owner that is gone`;
    if (pod.spec.nodeName !== undefined && !nodes.has(pod.spec.nodeName)) {
      yield `${nameOf(pod)} is on a node that is gone`;
    }
    const { podIP, phase } = pod.status;
    if (podIP === undefined || pod.spec.hostNetwork || phase !== 'Running') continue;
    if (addresses.has(podIP)) yield `${nameOf(pod)} has the address of another pod`;
    addresses.add(podIP);
  }
}

function* podsAgreeWithTheirContainers({ pods, nodes }: Cluster): Iterable<string> {
  for (const pod of pods) {
    const { phase, containerStatuses = [], conditions = [] } = pod.status;
    const is = (type: string): boolean =>
      conditions.some((one) => one.type === type && one.status === 'True');
    const node = nodes.get(pod.spec.nodeName ?? '');
    const away = node !== undefined && conditionOf(node, 'Ready') !== 'True';
    const ready = containerStatuses.length > 0 && containerStatuses.every((one) => one.ready);
    if (is('Ready') !== (ready && !away)) yield `${nameOf(pod)} is not as ready as it says`;
    if (is('PodScheduled') !== (pod.spec.nodeName !== undefined) && conditions.length > 0) {
      yield `${nameOf(pod)} is not scheduled as it says`;
    }
    if (phase === 'Running' && pod.status.podIP === undefined)
      yield `${nameOf(pod)} has no address`;
    for (const { name, state = {}, ready: contained } of containerStatuses) {
      const where = `container ${name} of ${nameOf(pod)}`;
      if (Object.keys(state).length !== 1) yield `${where} has not one state`;
      if (contained && state.running === undefined) yield `${where} is ready and does not run`;
      const ended = phase === 'Succeeded' || phase === 'Failed';
      if (ended !== (state.terminated !== undefined) && pod.spec.restartPolicy === 'Never') {
        yield `${where} has not ended as its pod has`;
      }
    }
  }
}

function* nodesAreNotOverfull({ pods, nodes }: Cluster): Iterable<string> {
  for (const [name, { status }] of nodes) {
    const running = pods.filter(
      (pod) =>
        pod.spec.nodeName === name && !['Succeeded', 'Failed'].includes(pod.status.phase ?? ''),
    );
    const sum = (resource: 'cpu' | 'memory'): number =>
      running.reduce((all, { spec }) => all + requestOf(spec)[resource], 0);
    const allocatable = status.allocatable ?? {};
    if (running.length > quantity(allocatable.pods)) yield `${name} has too many pods`;
    if (sum('cpu') > quantity(allocatable.cpu)) yield `${name} has promised too many cores`;
    if (sum('memory') > quantity(allocatable.memory)) yield `${name} has promised too much memory`;
  }
}

function* nodesAreTaintedAsTheySay({ nodes }: Cluster): Iterable<string> {
  for (const [name, node] of nodes) {
    const tainted = (key: string): boolean =>
      node.spec.taints?.some((taint) => taint.key === `node.kubernetes.io/${key}`) === true;
    if (tainted('memory-pressure') !== (conditionOf(node, 'MemoryPressure') === 'True')) {
      yield `${name} is not tainted by its memory`;
    }
    if (tainted('unreachable') !== (conditionOf(node, 'Ready') === 'Unknown')) {
      yield `${name} is not tainted by its absence`;
    }
  }
}

function* replicaSetsCountTheirPods({ sets, podsOf }: Cluster): Iterable<string> {
  for (const set of sets) {
    const active = podsOf(set).filter(isActive);
    const { status, spec } = set;
    const name = nameOf(set);
    if (active.length !== (spec.replicas ?? 1)) yield `${name} has not the pods it wants`;
    if (status.replicas !== active.length) yield `${name} counts its pods wrongly`;
    if ((status.readyReplicas ?? 0) !== ready(active)) yield `${name} counts ready pods wrongly`;
    if (status.observedGeneration !== set.metadata.generation) yield `${name} has not looked`;
  }
}

function* deploymentsCountTheirSets({ deployments, sets, podsOf }: Cluster): Iterable<string> {
  for (const deployment of deployments) {
    const { spec, status, metadata } = deployment;
    const own = sets.filter((set) => ownerUid(set) === metadata.uid);
    const pods = own.flatMap(podsOf).filter(isActive);
    const name = nameOf(deployment);
    const current = own.filter(
      (set) => set.metadata.annotations?.[revision] === metadata.annotations?.[revision],
    );
    const updated = current.flatMap(podsOf).filter(isActive).length;
    if (current.length !== 1) yield `${name} has not one current ReplicaSet`;
    if ((status.replicas ?? 0) !== pods.length) yield `${name} counts its pods wrongly`;
    if ((status.updatedReplicas ?? 0) !== updated) yield `${name} counts new pods wrongly`;
    if ((status.readyReplicas ?? 0) !== ready(pods)) yield `${name} counts ready pods wrongly`;
    if ((status.availableReplicas ?? 0) !== ready(pods)) yield `${name} counts available wrongly`;
    if (pods.length < Math.min(spec.replicas ?? 1, 1) && spec.strategy?.type !== 'Recreate') {
      yield `${name} has lost its pods`;
    }
    if (status.observedGeneration !== metadata.generation) yield `${name} has not looked`;
    const old = own.filter((set) => set.spec.replicas === 0).length;
    if (old > (spec.revisionHistoryLimit ?? 10) + 1) yield `${name} keeps ${old} old revisions`;
    const types = (status.conditions ?? []).map(({ type }) => type);
    if (types.join() !== 'Available,Progressing') yield `${name} has the conditions ${types}`;
  }
}

const revision = 'deployment.kubernetes.io/revision';

function* statefulSetsCountTheirPods({ statefulSets, podsOf }: Cluster): Iterable<string> {
  for (const set of statefulSets) {
    const active = podsOf(set).filter(isActive);
    const { replicas, readyReplicas = 0, availableReplicas } = set.status;
    const counts = [active.length, ready(active), ready(active)];
    if ([replicas, readyReplicas, availableReplicas].join() !== counts.join()) {
      yield `${nameOf(set)} counts its pods wrongly`;
    }
    if (podsOf(set).length > (set.spec.replicas ?? 1)) yield `${nameOf(set)} has too many pods`;
  }
}

function* daemonSetsCountTheirPods({ daemonSets, podsOf }: Cluster): Iterable<string> {
  for (const set of daemonSets) {
    const pods = podsOf(set);
    const nodes = pods.map(({ spec }) => spec.nodeName);
    if (new Set(nodes).size !== nodes.length) yield `${nameOf(set)} has two pods on a node`;
    const { desiredNumberScheduled, currentNumberScheduled, numberReady } = set.status;
    const active = pods.filter(isActive);
    const counts = [nodes.length, active.length, ready(active)];
    if ([desiredNumberScheduled, currentNumberScheduled, numberReady].join() !== counts.join()) {
      yield `${nameOf(set)} counts its pods wrongly`;
    }
  }
}

function* jobsCountTheirPods({ jobs, podsOf }: Cluster): Iterable<string> {
  for (const job of jobs) {
    const pods = podsOf(job);
    const inPhase = (phase: string): number =>
      pods.filter(({ status }) => status.phase === phase).length;
    const { active = 0, succeeded = 0, failed = 0 } = job.status;
    const counts = [pods.filter(isActive).length, inPhase('Succeeded'), inPhase('Failed')];
    const ended = endOf(job);
    // The pods of a finished Job may be deleted before the Job.
    if (ended === undefined && [active, succeeded, failed].join() !== counts.join()) {
      yield `${nameOf(job)} counts its pods wrongly`;
    }
    if ((ended === 'Complete') !== (succeeded === 1)) yield `${nameOf(job)} ended wrongly`;
    if ((ended === undefined) === (active === 0)) yield `${nameOf(job)} neither works nor ended`;
  }
}

function* cronJobsKnowTheirJobs({ cronJobs, jobs }: Cluster): Iterable<string> {
  for (const cronJob of cronJobs) {
    const own = jobs.filter((job) => ownerUid(job) === cronJob.metadata.uid);
    const active = own
      .filter((job) => endOf(job) === undefined)
      .map(({ metadata }) => metadata.uid);
    const listed = cronJob.status.active?.map(({ uid }) => uid) ?? [];
    if (listed.join() !== active.join()) yield `${nameOf(cronJob)} lists its Jobs wrongly`;
    if (active.length > 1) yield `${nameOf(cronJob)} runs twice`;
    if (own.length > 5) yield `${nameOf(cronJob)} keeps ${own.length} Jobs`;
  }
}

function* autoscalersAgreeWithTheirTargets({ scalers, deployments }: Cluster): Iterable<string> {
  for (const scaler of scalers) {
    const { scaleTargetRef, minReplicas = 1, maxReplicas } = scaler.spec;
    const target = deployments.find(({ metadata }) => metadata.name === scaleTargetRef.name);
    const replicas = target?.spec.replicas ?? 0;
    if (scaler.status.currentReplicas !== replicas) yield `${nameOf(scaler)} counts wrongly`;
    if (replicas < minReplicas || replicas > maxReplicas) yield `${nameOf(scaler)} went too far`;
  }
}

function* quotasCountWhatIsThere({ quotas, pods, claims }: Cluster): Iterable<string> {
  for (const quota of quotas) {
    const { namespace } = quota.metadata;
    const here = ({ metadata }: ApiObject): boolean => metadata.namespace === namespace;
    const holding = pods.filter(
      (pod) => here(pod) && !['Succeeded', 'Failed'].includes(pod.status.phase ?? ''),
    );
    const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
    const limits = holding.flatMap(({ spec }) =>
      spec.containers.map(({ resources }) => quantity(resources?.limits?.memory)),
    );
    const claimed = claims
      .filter(here)
      .map(({ spec }) => quantity(spec.resources?.requests?.storage));
    const there: Readonly<Record<string, number>> = {
      pods: holding.length,
      'requests.cpu': sum(holding.map(({ spec }) => requestOf(spec).cpu)),
      'requests.memory': sum(holding.map(({ spec }) => requestOf(spec).memory)),
      'limits.memory': sum(limits),
      persistentvolumeclaims: claimed.length,
      'requests.storage': sum(claimed),
    };
    for (const [name, hard] of Object.entries(quota.status.hard ?? {})) {
      const used = quantity(quota.status.used?.[name]);
      if (Math.abs(used - (there[name] ?? 0)) > 1e-6)
        yield `${nameOf(quota)} counts ${name} wrongly`;
      if (used > quantity(hard)) yield `${nameOf(quota)} has given away too much ${name}`;
    }
  }
}

const isActive = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp && status.phase !== 'Succeeded' && status.phase !== 'Failed';

const ready = (pods: readonly Pod[]): number =>
  pods.filter(({ status }) =>
    status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
  ).length;

const conditionOf = ({ status }: Node, type: string): string | undefined =>
  status.conditions?.find((one) => one.type === type)?.status;

const ownerUid = ({ metadata }: ApiObject): string | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller)?.uid;

const nameOf = ({ kind, metadata }: ApiObject): string =>
  `${kind} ${metadata.namespace}/${metadata.name}`;

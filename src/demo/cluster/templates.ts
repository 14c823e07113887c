// Builds Deployments, StatefulSets, DaemonSets, CronJobs and Services from the rows of workloads.
import type { V1Service } from '@kubernetes/client-node';
import type {
  Container,
  CronJob,
  DaemonSet,
  Deployment,
  Full,
  Metadata,
  PodTemplate,
  StatefulSet,
} from '../objects.ts';
import { uuid } from '../random.ts';
import { behaviour } from './pods.ts';
import type { Workload } from './workloads.ts';

export type Service = Full<V1Service, 'spec' | 'status'>;

/** The creation time of an object, and the random source of its uid. */
export interface Birth {
  readonly now: string;
  readonly random: () => number;
}

/** The selector labels of a workload. */
const selectorOf = ({ name }: Workload): Record<string, string> => ({
  'app.kubernetes.io/name': name,
});

function metadataOf(workload: Workload, { now, random }: Birth): Metadata {
  const { name, namespace, image } = workload;
  const version = image.slice(image.lastIndexOf(':') + 1);
  return {
    name,
    namespace,
    uid: uuid(random),
    creationTimestamp: now,
    generation: 1,
    labels: {
      ...selectorOf(workload),
      'app.kubernetes.io/part-of': namespace,
      'app.kubernetes.io/version': version,
      'app.kubernetes.io/managed-by': 'Helm',
    },
    annotations: {
      'meta.helm.sh/release-name': name,
      'meta.helm.sh/release-namespace': namespace,
    },
  };
}

export function deploymentOf(workload: Workload, birth: Birth): Deployment {
  const { replicas = 1, recreate = false } = workload;
  const rolling = {
    type: 'RollingUpdate',
    rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadataOf(workload, birth),
    spec: {
      replicas,
      selector: { matchLabels: selectorOf(workload) },
      template: templateOf(workload),
      strategy: recreate ? { type: 'Recreate' } : rolling,
      revisionHistoryLimit: 3,
      progressDeadlineSeconds: 600,
    },
    status: {},
  };
}

export function statefulSetOf(workload: Workload, birth: Birth): StatefulSet {
  const { name, replicas = 1, volume = '1Gi' } = workload;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: metadataOf(workload, birth),
    spec: {
      replicas,
      selector: { matchLabels: selectorOf(workload) },
      template: templateOf(workload),
      serviceName: name,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'data' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: volume } },
            storageClassName: 'standard',
            volumeMode: 'Filesystem',
          },
          status: { phase: 'Pending' },
        },
      ],
    },
    status: { replicas: 0 },
  };
}

export function daemonSetOf(workload: Workload, birth: Birth): DaemonSet {
  const rollingUpdate = { maxSurge: 0, maxUnavailable: 1 };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: metadataOf(workload, birth),
    spec: {
      selector: { matchLabels: selectorOf(workload) },
      template: templateOf(workload),
      updateStrategy: { type: 'RollingUpdate', rollingUpdate },
      revisionHistoryLimit: 10,
    },
    status: {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    },
  };
}

export function cronJobOf(workload: Workload, birth: Birth): CronJob {
  const { schedule = '0 0 * * *' } = workload;
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: metadataOf(workload, birth),
    spec: {
      schedule,
      concurrencyPolicy: 'Forbid',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: {
        metadata: { labels: selectorOf(workload) },
        spec: { backoffLimit: 1, template: templateOf(workload) },
      },
    },
    status: {},
  };
}

/** The Service of a workload with a port; `index` determines its address. */
export function serviceOf(workload: Workload, index: number, birth: Birth): Service | undefined {
  const { name, kind, port, service = 'ClusterIP' } = workload;
  if (port === undefined) return undefined;
  // The first two addresses are that of the network and that of the API server.
  const address = index + 2;
  const clusterIP = kind === 'StatefulSet' ? 'None' : `10.96.${address >> 8}.${address & 255}`;
  const outside = service !== 'ClusterIP';
  const ingress = [{ hostname: `${name}.elb.eu-central-1.example.com` }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadataOf(workload, birth), generation: undefined },
    spec: {
      type: service,
      clusterIP,
      clusterIPs: [clusterIP],
      selector: selectorOf(workload),
      ports: [
        {
          name: 'main',
          port,
          protocol: name === 'coredns' ? 'UDP' : 'TCP',
          targetPort: 'main',
          ...(outside && { nodePort: 30_000 + (index % 2_768) }),
        },
      ],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ...(outside && { externalTrafficPolicy: 'Cluster' }),
      ...(service === 'LoadBalancer' && { allocateLoadBalancerNodePorts: true }),
    },
    status: { loadBalancer: service === 'LoadBalancer' ? { ingress } : {} },
  };
}

function templateOf(workload: Workload): PodTemplate {
  const { name, kind, critical, everywhere } = workload;
  const annotations = annotationsOf(workload);
  return {
    metadata: {
      labels: { ...selectorOf(workload), 'app.kubernetes.io/part-of': workload.namespace },
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
    spec: {
      containers: containersOf(workload),
      ...(workload.init !== undefined && {
        initContainers: [containerOf({ name: 'prepare', image: workload.init, memory: 32 })],
      }),
      restartPolicy: kind === 'CronJob' ? 'Never' : 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'default',
      securityContext: kind === 'DaemonSet' ? {} : { runAsNonRoot: true, runAsUser: 10_001 },
      schedulerName: 'default-scheduler',
      ...(critical && { priorityClassName: `system-${everywhere ? 'node' : 'cluster'}-critical` }),
      ...(everywhere && { hostNetwork: true, tolerations: [{ operator: 'Exists' }] }),
      ...(workload.volume !== undefined && {
        volumes: [{ name: 'config', configMap: { name: `${name}-config`, defaultMode: 420 } }],
      }),
    },
  };
}

function annotationsOf({ crashesAfter, runsFor, fails }: Workload): Record<string, string> {
  return {
    ...(crashesAfter !== undefined && { [behaviour.crashesAfter]: String(crashesAfter) }),
    ...(runsFor !== undefined && { [behaviour.runsFor]: String(runsFor) }),
    ...(fails !== undefined && { [behaviour.fails]: String(fails) }),
  };
}

function containersOf(workload: Workload): Container[] {
  const { name, image, cpu, memory, port, gpu, sidecar, volume, cpuLimit, bestEffort } = workload;
  const main = { ...containerOf({ name, image, cpu, memory }), env: environment };
  if (cpuLimit !== undefined) {
    const limits = { cpu: `${cpuLimit}m`, ...main.resources?.limits };
    main.resources = { ...main.resources, limits };
  }
  if (bestEffort) main.resources = {};
  if (port !== undefined) {
    main.ports = [{ name: 'main', containerPort: port, protocol: 'TCP' }];
    const probe = { tcpSocket: { port: 'main' }, periodSeconds: 10, timeoutSeconds: 1 };
    main.readinessProbe = { ...probe, successThreshold: 1, failureThreshold: 3 };
    main.livenessProbe = { ...probe, successThreshold: 1, failureThreshold: 6 };
  }
  if (volume !== undefined) main.volumeMounts = [{ name: 'config', mountPath: '/etc/config' }];
  if (gpu) {
    const wanted = { 'nvidia.com/gpu': '1' };
    main.resources = {
      requests: { ...main.resources?.requests, ...wanted },
      limits: { ...main.resources?.limits, ...wanted },
    };
  }
  if (sidecar === undefined) return [main];
  return [main, containerOf({ name: 'sidecar', image: sidecar, cpu: 20, memory: 32 })];
}

function containerOf(row: {
  name: string;
  image: string;
  cpu?: number;
  memory: number;
}): Container {
  const { name, image, cpu = 10, memory } = row;
  return {
    name,
    image,
    resources: {
      requests: { cpu: `${cpu}m`, memory: `${memory}Mi` },
      limits: { memory: `${memory * 2}Mi` },
    },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
}

/** Environment variables of the main container, mostly from the downward API. */
const environment = [
  ...Object.entries({
    POD_NAME: 'metadata.name',
    POD_NAMESPACE: 'metadata.namespace',
    POD_IP: 'status.podIP',
    NODE_NAME: 'spec.nodeName',
  }).map(([name, fieldPath]) => ({
    name,
    valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } },
  })),
  { name: 'LOG_LEVEL', value: 'info' },
];

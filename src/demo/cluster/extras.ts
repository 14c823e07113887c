// Objects of the simulated cluster beside its workloads, with one function per kind.
import type {
  V1ConfigMap,
  V1Namespace,
  V1PersistentVolume,
  V1Secret,
  V1ServiceAccount,
  V1StorageClass,
} from '@kubernetes/client-node';
import type {
  ApiObject,
  Autoscaler,
  Claim,
  Full,
  Metadata,
  Node,
  Pod,
  PodTemplate,
} from '../objects.ts';
import { hex, uuid } from '../random.ts';
import { newPod } from './pods.ts';
import { type Birth, serviceOf } from './templates.ts';
import type { Workload } from './workloads.ts';

const systemNamespaces = ['default', 'kube-node-lease', 'kube-public'];

/** The objects of each namespace and, unless the cluster is only extended, of the cluster. */
export function clusterExtras(
  namespaces: ReadonlySet<string>,
  birth: Birth,
  first = true,
): ApiObject[] {
  const names = [...(first ? systemNamespaces : []), ...namespaces];
  const each = names.flatMap((name) => namespaceMakers.map((make) => make(name, birth)));
  return first ? [storageClass(birth), ...each] : each;
}

/** The objects that belong to a workload; `index` determines the address of its Service. */
export function workloadExtras(workload: Workload, index: number, birth: Birth): ApiObject[] {
  return workloadMakers.flatMap((make) => make(workload, birth, index) ?? []);
}

type NamespaceMaker = (namespace: string, birth: Birth) => ApiObject;

const namespaceMakers: readonly NamespaceMaker[] = [
  namespaceObject,
  defaultAccount,
  rootCertificates,
  pullSecret,
];

type WorkloadMaker = (
  workload: Workload,
  birth: Birth,
  index: number,
) => ApiObject | ApiObject[] | undefined;

const workloadMakers: readonly WorkloadMaker[] = [
  (workload, birth, index) => serviceOf(workload, index, birth),
  settings,
  certificate,
  volumes,
  autoscaler,
];

const metadataOf = (
  name: string,
  namespace: string | undefined,
  { now, random }: Birth,
): Metadata => ({
  name,
  ...(namespace !== undefined && { namespace }),
  uid: uuid(random),
  creationTimestamp: now,
});

function namespaceObject(name: string, birth: Birth): Full<V1Namespace> {
  const labels = { 'kubernetes.io/metadata.name': name };
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { ...metadataOf(name, undefined, birth), labels },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

function defaultAccount(namespace: string, birth: Birth): Full<V1ServiceAccount> {
  const metadata = metadataOf('default', namespace, birth);
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
}

function rootCertificates(namespace: string, birth: Birth): Full<V1ConfigMap> {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...metadataOf('kube-root-ca.crt', namespace, birth),
      annotations: { 'kubernetes.io/description': 'Trust for the API server of this cluster.' },
    },
    data: { 'ca.crt': pem('CERTIFICATE', birth) },
  };
}

function pullSecret(namespace: string, birth: Birth): Full<V1Secret> {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadataOf('registry', namespace, birth),
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64('{"auths":{"registry.example.com":{"auth":""}}}') },
  };
}

function settings(workload: Workload, birth: Birth): Full<V1ConfigMap> | undefined {
  const { name, namespace, volume, port } = workload;
  if (volume === undefined) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(`${name}-config`, namespace, birth),
    data: { 'settings.yaml': `port: ${port}\ndataDirectory: /var/lib/data\n` },
  };
}

function certificate(workload: Workload, birth: Birth): Full<V1Secret> | undefined {
  const { name, namespace, service } = workload;
  if (service === undefined) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: metadataOf(`${name}-tls`, namespace, birth),
    type: 'kubernetes.io/tls',
    data: {
      'tls.crt': base64(pem('CERTIFICATE', birth)),
      'tls.key': base64(pem('PRIVATE KEY', birth)),
    },
  };
}

/** Leftovers: a claim of a missing StorageClass, a volume whose claim was deleted. */
export function leftovers(birth: Birth): ApiObject[] {
  const waiting = claimOf('trainer-scratch', 'shop', '50Gi', birth);
  delete waiting.spec.volumeName;
  waiting.spec.storageClassName = 'fast';
  waiting.status = { phase: 'Pending' };
  const volume = volumeOf(claimOf('import', 'data', '250Gi', birth), '250Gi', birth);
  const reclaim = { persistentVolumeReclaimPolicy: 'Retain' };
  const released = { ...volume, spec: { ...volume.spec, ...reclaim } };
  return [waiting, { ...released, status: { phase: 'Released' } }];
}

/** A claim for each pod of a StatefulSet, and its volume. */
function volumes(workload: Workload, birth: Birth): ApiObject[] | undefined {
  const { name, namespace, volume, replicas = 1 } = workload;
  if (volume === undefined) return undefined;
  return Array.from({ length: replicas }, (_, i) => {
    const claim = claimOf(`data-${name}-${i}`, namespace, volume, birth);
    return [claim, volumeOf(claim, volume, birth)];
  }).flat();
}

function claimOf(name: string, namespace: string, storage: string, birth: Birth): Claim {
  const metadata = metadataOf(name, namespace, birth);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { ...metadata, finalizers: ['kubernetes.io/pvc-protection'] },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage } },
      volumeName: `pvc-${metadata.uid}`,
      storageClassName: 'standard',
      volumeMode: 'Filesystem',
    },
    status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage } },
  };
}

function volumeOf(claim: Claim, storage: string, birth: Birth): Full<V1PersistentVolume> {
  const { apiVersion, kind, metadata, spec } = claim;
  const { name, namespace, uid } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      ...metadataOf(spec.volumeName ?? '', undefined, birth),
      finalizers: ['kubernetes.io/pv-protection'],
    },
    spec: {
      capacity: { storage },
      csi: {
        driver: 'ebs.csi.aws.com',
        volumeHandle: `vol-${hex(birth.random, 17)}`,
        fsType: 'ext4',
      },
      accessModes: ['ReadWriteOnce'],
      claimRef: { apiVersion, kind, name, namespace, uid },
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'standard',
      volumeMode: 'Filesystem',
    },
    status: { phase: 'Bound' },
  };
}

function storageClass(birth: Birth): Full<V1StorageClass> {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { ...metadataOf('standard', undefined, birth), annotations },
    provisioner: 'ebs.csi.aws.com',
    parameters: { type: 'gp3' },
    reclaimPolicy: 'Delete',
    allowVolumeExpansion: true,
    volumeBindingMode: 'WaitForFirstConsumer',
  };
}

function autoscaler(workload: Workload, birth: Birth): Autoscaler | undefined {
  const { name, namespace, scales, replicas = 1 } = workload;
  if (scales === undefined) return undefined;
  const [minReplicas, maxReplicas] = scales;
  const resource = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } };
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadataOf(name, namespace, birth),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas,
      maxReplicas,
      metrics: [{ type: 'Resource', resource }],
    },
    status: {
      lastScaleTime: birth.now,
      currentReplicas: replicas,
      desiredReplicas: replicas,
      conditions: [
        {
          type: 'AbleToScale',
          status: 'True',
          lastTransitionTime: birth.now,
          reason: 'ReadyForNewScale',
          message: 'recommended size matches current size',
        },
      ],
    },
  };
}

/** The static pods of the control plane. */
export function controlPlanePods(node: Node, { now, random }: Birth): Pod[] {
  const images = {
    etcd: 'registry.k8s.io/etcd:3.6.6-0',
    'kube-apiserver': 'registry.k8s.io/kube-apiserver:v1.36.0',
    'kube-controller-manager': 'registry.k8s.io/kube-controller-manager:v1.36.0',
    'kube-scheduler': 'registry.k8s.io/kube-scheduler:v1.36.0',
  };
  return Object.entries(images).map(([name, image]) => {
    const template: PodTemplate = {
      metadata: {
        labels: { component: name, tier: 'control-plane' },
        annotations: { 'kubernetes.io/config.source': 'file' },
      },
      spec: {
        containers: [{ name, image, resources: { requests: { cpu: '100m', memory: '100Mi' } } }],
        hostNetwork: true,
        priorityClassName: 'system-node-critical',
        restartPolicy: 'Always',
        tolerations: [{ operator: 'Exists', effect: 'NoExecute' }],
      },
    };
    const namespace = 'kube-system';
    const podName = `${name}-${node.metadata.name}`;
    return newPod({ name: podName, namespace, owner: node, template, random, now });
  });
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Random text in PEM format, not a real certificate or key. */
function pem(label: string, { random }: Birth): string {
  const body = base64(hex(random, 96));
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

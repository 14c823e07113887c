// What controllers and kubelets do with a workload, where there are none: its pods, and programs.
import type { RealCluster } from '../../tools/apiserver/start.ts';
import { Exporter } from './exporter.ts';

/** An object as the API server gives it; its spec is that of a workload where it is one. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly replicas?: number;
    readonly selector: Readonly<Record<string, string>>;
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
  };
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly nodeName?: string;
  readonly containers: readonly [
    {
      readonly args?: readonly string[];
      readonly env?: readonly {
        readonly name: string;
        readonly valueFrom: { readonly fieldRef: { readonly fieldPath: string } };
      }[];
    },
  ];
}

/** As much of a pod as makes a program of it. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly object[];
  };
  readonly spec: PodSpec;
}

/** The pods that a Deployment, StatefulSet or DaemonSet would have on these nodes. */
export function podsOf(workload: ApiObject, nodes: readonly string[]): Pod[] {
  const { apiVersion, kind, metadata, spec } = workload;
  const { name, namespace = '', uid } = metadata;
  const count = kind === 'DaemonSet' ? nodes.length : (spec.replicas ?? 1);
  return Array.from({ length: count }, (_, i) => ({
    metadata: {
      name: `${name}-${i}`,
      namespace,
      labels: spec.template.metadata.labels,
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true }],
    },
    spec: { ...spec.template.spec, nodeName: nodes[i % nodes.length] as string },
  }));
}

/**
 * Starts the program of a pod as its account, by its arguments, its environment and these flags,
 * and waits until it is ready.
 */
export async function startPod(
  cluster: RealCluster,
  pod: Pod,
  ...more: readonly string[]
): Promise<Exporter> {
  const [{ args = [], env = [] }] = pod.spec.containers;
  const values = Object.fromEntries(
    env.map(({ name, valueFrom }) => [name, fieldOf(pod, valueFrom.fieldRef.fieldPath)]),
  );
  const flags = args.map((arg) => arg.replace(/\$\((\w+)\)/g, (_, name) => values[name] as string));
  const token = await cluster.accountToken(pod.metadata.namespace, pod.spec.serviceAccountName);
  return Exporter.startIn(values, cluster.kubeconfig({ token }), [...flags, ...more]);
}

function fieldOf(pod: Pod, path: string): string {
  const value = path.split('.').reduce((at: object, key) => at[key as keyof object], pod as object);
  if (typeof value !== 'string') throw new Error(`expected a field of a pod, got ${path}`);
  return value;
}

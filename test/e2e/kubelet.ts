// What controllers and kubelets do with a workload, where there are none: its pods, and programs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RealCluster } from '../../tools/apiserver/start.ts';
import { Exporter } from './exporter.ts';
import { kubestate, Program } from './program.ts';

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
    readonly template: PodTemplate;
  };
}

/** Of a workload, the part that its pods are made of. */
export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly nodeName?: string;
  readonly containers: readonly [Container, ...Container[]];
}

interface Container {
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
}

interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

/** As much of a pod as makes a program of it. */
export interface Pod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly object[];
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

/** Creates a pod, and has it run and be ready at this address. */
export async function createPod(cluster: RealCluster, pod: Pod, ip: string): Promise<void> {
  const { name, namespace } = pod.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods`;
  await cluster.must('POST', path, pod);
  const conditions = [{ type: 'Ready', status: 'True' }];
  const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions };
  await cluster.must('PATCH', `${path}/${name}/status`, { status });
}

/**
 * Starts the program of a pod on free ports, as its account by a kubeconfig, by its arguments, its
 * environment and these flags, and waits until it is ready.
 */
export async function startPod(
  cluster: RealCluster,
  pod: Pod,
  ...more: readonly string[]
): Promise<Exporter> {
  const { variables, args } = commandOf(pod);
  const token = await cluster.accountToken(pod.metadata.namespace, pod.spec.serviceAccountName);
  return Exporter.startIn(variables, cluster.kubeconfig({ token }), [...args, ...more]);
}

/**
 * Runs the program of a pod where its container would have it, on the ports that it names, with the
 * token of its account where a kubelet mounts it. Waits until it is ready.
 */
export async function runPod(cluster: RealCluster, pod: Pod): Promise<Exporter> {
  const { namespace } = pod.metadata;
  const token = await cluster.accountToken(namespace, pod.spec.serviceAccountName);
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-account-'));
  for (const [file, text] of Object.entries({ token, namespace, 'ca.crt': cluster.ca })) {
    writeFileSync(join(folder, file), text);
  }
  const { hostname, port } = new URL(cluster.url);
  const { variables, args } = commandOf(pod, {
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
  });
  const assignments = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
  const inside = ['sh', '-c', ENTER, folder, ...assignments, kubestate, ...args];
  const program = new Program('unshare', ['--mount', ...inside]);
  const [{ ports = [] }] = pod.spec.containers;
  const portOf = (wanted: string): number =>
    ports.find((one) => one.name === wanted)?.containerPort ?? 0;
  try {
    return await Exporter.ready(program, portOf('http'), portOf('metrics'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** With a /run of its own, and in that the account's files, which come from the folder `$0`. */
const ENTER =
  'place=/run/secrets/kubernetes.io/serviceaccount && mount -t tmpfs none /run && ' +
  'mkdir -p $place && cp "$0"/* $place && exec env "$@"';

interface Command {
  readonly variables: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

/** What a pod's first container is started with; `$(NAME)` in an argument is that variable. */
function commandOf(pod: Pod, given: Readonly<Record<string, string>> = {}): Command {
  const [{ args = [], env = [] }] = pod.spec.containers;
  const own = Object.fromEntries(env.map((one) => [one.name, resolved(one, pod)]));
  const variables = { ...given, ...own };
  const expand = (arg: string): string =>
    arg.replace(/\$\((\w+)\)/g, (whole, name: string) => variables[name] ?? whole);
  return { variables, args: args.map(expand) };
}

function resolved({ name, value, valueFrom }: EnvVar, pod: Pod): string {
  if (value !== undefined) return value;
  const path = valueFrom?.fieldRef?.fieldPath ?? '';
  const found = path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], pod);
  if (typeof found === 'string') return found;
  throw new Error(`expected a value or a field of the pod for ${name}, got ${path}`);
}

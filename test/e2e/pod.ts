// Stands in for the kubelet: pods as objects, and their container as a process with its account.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RealCluster } from '../../tools/apiserver/start.ts';
import { Exporter } from './exporter.ts';
import { Program } from './program.ts';

const kubestate = join(import.meta.dirname, '../../dist/kubestate.cjs');

const READY_TIMEOUT_MS = 40_000;

interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

export interface Container {
  readonly args: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
}

/** Of a workload, the part that its pods are made of. */
export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly serviceAccountName: string;
    readonly containers: readonly [Container, ...Container[]];
  };
}

export interface PodPlace {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly ip: string;
}

/** Creates the pod of a template, as a controller and a scheduler would, and has it run. */
export async function createPod(
  cluster: RealCluster,
  template: PodTemplate,
  { namespace, name, node, ip }: PodPlace,
  owner?: object,
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const metadata = { ...template.metadata, name, ...(owner && { ownerReferences: [owner] }) };
  await cluster.must('POST', path, { metadata, spec: { ...template.spec, nodeName: node } });
  const conditions = [{ type: 'Ready', status: 'True' }];
  const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions };
  await cluster.must('PATCH', `${path}/${name}/status`, { status });
}

/**
 * Runs the program as a pod's first container: with its arguments and variables as they stand, and
 * with the token of its service account where a kubelet mounts it. Waits until it is ready.
 */
export async function runPod(
  cluster: RealCluster,
  { spec }: PodTemplate,
  { namespace, name }: Pick<PodPlace, 'namespace' | 'name'>,
): Promise<Exporter> {
  const [{ args, env = [], ports }] = spec.containers;
  const token = await cluster.accountToken(namespace, spec.serviceAccountName);
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-account-'));
  for (const [file, text] of Object.entries({ token, namespace, 'ca.crt': cluster.ca })) {
    writeFileSync(join(folder, file), text);
  }
  const fields = { 'metadata.name': name, 'metadata.namespace': namespace };
  const { hostname, port } = new URL(cluster.url);
  const variables = {
    ...{ KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
    ...Object.fromEntries(env.map((one) => [one.name, resolved(one, fields)])),
  };
  const assignments = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
  const expanded = args.map((arg) => expand(arg, variables));
  const inside = ['sh', '-c', ENTER, folder, ...assignments, kubestate, ...expanded];
  const program = new Program('unshare', ['--mount', ...inside]);
  const portOf = (wanted: string): number =>
    ports.find((one) => one.name === wanted)?.containerPort ?? 0;
  const exporter = new Exporter(program, portOf('http'), portOf('metrics'));
  try {
    const isReady = async () => ((await exporter.readyz())?.status === 200 ? true : undefined);
    await program.until('the container was ready', isReady, READY_TIMEOUT_MS);
  } catch (error) {
    const said = (await exporter.readyz())?.text ?? '';
    await program.stop('SIGKILL');
    throw new Error(`${error}\n${said}\n${program.stderr}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return exporter;
}

/** With a /run of its own, and in that the account's files, which come from the folder `$0`. */
const ENTER =
  'place=/run/secrets/kubernetes.io/serviceaccount && mount -t tmpfs none /run && ' +
  'mkdir -p $place && cp "$0"/* $place && exec env "$@"';

function resolved({ name, value, valueFrom }: EnvVar, fields: Record<string, string>): string {
  if (value !== undefined) return value;
  const found = fields[valueFrom?.fieldRef?.fieldPath ?? ''];
  if (found === undefined) throw new Error(`expected a value or a field of the pod for ${name}`);
  return found;
}

/** `$(NAME)` in an argument is the variable of that name, as the kubelet has it. */
const expand = (arg: string, variables: Readonly<Record<string, string>>): string =>
  arg.replace(/\$\((\w+)\)/g, (whole, name: string) => variables[name] ?? whole);

// Installed runs a Deployment as a cluster would: a pod, the endpoints of its Service, a program.
import type { RealCluster } from '../../tools/apiserver/start.ts';
import { outcomeOf } from '../support/outcome.ts';
import type { Exporter } from './exporter.ts';
import { type ApiObject, createPod, type Pod, podsOf, runPod } from './kubelet.ts';

/** Endpoints must not be loopback addresses. The suites' network has no other, so it gets one. */
export const POD_IP = '10.42.0.8';
export const NODE = 'node-1';

interface Service {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly ports: readonly { readonly name: string; targetPort: string }[] };
}

export class Installed {
  readonly exporter: Exporter;
  readonly #undo: readonly (() => Promise<unknown> | unknown)[];

  private constructor(exporter: Exporter, undo: readonly (() => unknown)[]) {
    this.exporter = exporter;
    this.#undo = undo;
  }

  /** Runs one pod of a Deployment that has a Service of the same name; waits until it is ready. */
  static async run(cluster: RealCluster, namespace: string, name: string): Promise<Installed> {
    const core = `/api/v1/namespaces/${namespace}`;
    const apps = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
    const [pod] = podsOf(await cluster.must<ApiObject>('GET', apps), [NODE]);
    if (pod === undefined) throw new Error(`expected a replica of ${namespace}/${name}, got none`);
    const service = await cluster.must<Service>('GET', `${core}/services/${name}`);
    const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
    const made = [
      [`${core}/endpoints`, endpointsOf(name, service, pod)],
      [slices, sliceOf(name, service, pod)],
    ] as const;
    const undo: (() => unknown)[] = [];
    await createPod(cluster, pod, POD_IP);
    const at = `${core}/pods/${pod.metadata.name}?gracePeriodSeconds=0`;
    undo.push(() => cluster.must('DELETE', at));
    for (const [path, object] of made) {
      await cluster.must('POST', path, object);
      undo.push(() => cluster.must('DELETE', `${path}/${name}`));
    }
    address('add');
    undo.push(() => address('delete'));
    const exporter = await runPod(cluster, pod);
    undo.push(() => exporter.stop());
    return new Installed(exporter, undo);
  }

  /** Ends the program, and removes what stands for it. */
  async stop(): Promise<void> {
    for (const step of this.#undo.toReversed()) await step();
  }
}

function address(verb: 'add' | 'delete'): void {
  const { status, stderr } = outcomeOf('ip', ['address', verb, `${POD_IP}/32`, 'dev', 'lo']);
  if (status !== 0) throw new Error(`ip address ${verb} ${POD_IP}: ${stderr}`);
}

/** The ports of the Service as those of the pod. */
function portsOf({ spec }: Service, pod: Pod): object[] {
  const [{ ports = [] }] = pod.spec.containers;
  return spec.ports.map(({ name, targetPort }) => ({
    name,
    port: ports.find((one) => one.name === targetPort)?.containerPort,
    protocol: 'TCP',
  }));
}

const targetOf = ({ metadata: { name, namespace } }: Pod) => ({ kind: 'Pod', namespace, name });

const endpointsOf = (name: string, service: Service, pod: Pod): object => ({
  metadata: { name, labels: service.metadata.labels },
  subsets: [
    {
      addresses: [{ ip: POD_IP, nodeName: NODE, targetRef: targetOf(pod) }],
      ports: portsOf(service, pod),
    },
  ],
});

const sliceOf = (name: string, service: Service, pod: Pod): object => ({
  metadata: { name, labels: { ...service.metadata.labels, 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  ports: portsOf(service, pod),
  endpoints: [
    {
      addresses: [POD_IP],
      conditions: { ready: true },
      nodeName: NODE,
      targetRef: targetOf(pod),
    },
  ],
});

// The contents of a benchmark cluster: the workloads of the demo, with a given number of pods.

import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { ProtobufOf } from '../../src/demo/apiserver/http.ts';
import { builtinKinds } from '../../src/demo/apiserver/kinds.ts';
import { buildCluster } from '../../src/demo/cluster/cluster.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { addBeyond } from './beyond.ts';
import { addWorkloads } from './workloads.ts';

const seed = 1;
const leaseSeconds = 40;

/** A fixed time, so that all runs measure the same text. */
const clock: Clock = { ...systemClock, wall: () => Date.UTC(2026, 0, 1) };

export interface Contents {
  readonly pods: number;
  /** Whether pods have managedFields; a real server adds them itself. */
  readonly managedFields: boolean;
  /** The number of namespaces of each of the twenty teams. */
  readonly namespacesPerTeam?: number;
  /** Whether there is a custom object for each pod. */
  readonly workloads?: boolean;
  /** Whether there are objects of what kubestate has beyond kube-state-metrics. */
  readonly beyond?: boolean;
  /**
   * Whether a simulated server has protobuf too, and makes the objects when they are asked for
   * instead of holding them, if there are many.
   */
  readonly streamed?: boolean;
}

/** A server with the contents, which does not listen yet. */
export function holding(contents: Contents, protobuf?: ProtobufOf): ApiServer {
  const { pods, managedFields, namespacesPerTeam = 1, workloads, beyond } = contents;
  const server = new ApiServer({
    clock: systemClock,
    random: Math.random,
    ...(protobuf && { protobuf }),
  });
  buildCluster(server, { clock, seed, pods, managedFields });
  for (const { metadata } of server.objects('nodes')) server.create(leaseOf(metadata.name));
  if (namespacesPerTeam > 1) spread(server, namespacesPerTeam);
  if (workloads) addWorkloads(server);
  if (beyond) addBeyond(server);
  return server;
}

/** The Lease of a node, which its kubelet renews every ten seconds. */
function leaseOf(node: string): ApiObject {
  const spec = { holderIdentity: node, leaseDurationSeconds: leaseSeconds, renewTime: microTime() };
  const metadata = { name: node, namespace: 'kube-node-lease' };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec } as ApiObject;
}

/** The current time in the format of Leases. */
export const microTime = (): string => new Date().toISOString().replace('Z', '000Z');

/** Spreads the workloads of each team over several namespaces; each workload stays in one. */
function spread(server: ApiServer, namespaces: number): void {
  for (const kind of Object.values(builtinKinds)) {
    const objects = [...server.objects(kind.resource)];
    if (kind.resource === 'namespaces') server.load(kind, objects.flatMap(divided(namespaces)));
    else if (kind.namespaced) server.load(kind, objects.map(moved(namespaces)));
  }
}

const isTeam = (namespace: string | undefined): boolean => /^team-\d+$/.test(namespace ?? '');

const divided =
  (namespaces: number) =>
  (object: ApiObject): ApiObject[] => {
    const { metadata } = object;
    if (!isTeam(metadata.name)) return [object];
    return Array.from({ length: namespaces }, (_, i) => ({
      ...object,
      metadata: { ...metadata, name: `${metadata.name}-${i}`, uid: `${metadata.uid}-${i}` },
    }));
  };

const moved =
  (namespaces: number) =>
  (object: ApiObject): ApiObject => {
    const { namespace, name } = object.metadata;
    if (!isTeam(namespace)) return object;
    // Names of fillers begin with `service-00012`; other objects go to the first namespace.
    const [, index = '0'] = /^service-(\d+)/.exec(name) ?? [];
    const part = Math.floor(Number(index) / fillerTeams) % namespaces;
    return { ...object, metadata: { ...object.metadata, namespace: `${namespace}-${part}` } };
  };

/** The number of teams that have fillers in the demo. */
const fillerTeams = 20;

// What a cluster holds when it is measured: the demo's workloads, as many pods as asked for.
import { type Clock, systemClock } from '../../src/clock.ts';
import { ApiServer } from '../../src/demo/apiserver.ts';
import { buildCluster } from '../../src/demo/cluster.ts';
import { builtinKinds } from '../../src/demo/kinds.ts';
import type { ApiObject } from '../../src/demo/objects.ts';

const seed = 1;
const leaseSeconds = 40;

/** A moment that stays, so that two runs measure the same text. */
const clock: Clock = { ...systemClock, wall: () => Date.UTC(2026, 0, 1) };

export interface Contents {
  readonly pods: number;
  /** Pods carry the record of who wrote which field; a real server makes it itself. */
  readonly managedFields: boolean;
  /** How many namespaces each of the twenty teams has. */
  readonly namespacesPerTeam?: number;
}

/** A server that holds the contents and does not listen yet. */
export function holding({ pods, managedFields, namespacesPerTeam = 1 }: Contents): ApiServer {
  const server = new ApiServer({ clock: systemClock, random: Math.random });
  buildCluster(server, { clock, seed, pods, managedFields });
  for (const { metadata } of server.objects('nodes')) server.create(leaseOf(metadata.name));
  if (namespacesPerTeam > 1) spread(server, namespacesPerTeam);
  return server;
}

/** What a kubelet renews every ten seconds. */
function leaseOf(node: string): ApiObject {
  const spec = { holderIdentity: node, leaseDurationSeconds: leaseSeconds, renewTime: microTime() };
  const metadata = { name: node, namespace: 'kube-node-lease' };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec } as ApiObject;
}

/** The moment as Leases carry it. */
export const microTime = (): string => new Date().toISOString().replace('Z', '000Z');

/** Puts the workloads of each team into several namespaces, all that belongs to one into one. */
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
    // Names of fillers begin `service-00012`; what a namespace has by itself goes to the first.
    const [, index = '0'] = /^service-(\d+)/.exec(name) ?? [];
    const part = Math.floor(Number(index) / fillerTeams) % namespaces;
    return { ...object, metadata: { ...object.metadata, namespace: `${namespace}-${part}` } };
  };

/** As many teams as the demo gives fillers to, one after the other. */
const fillerTeams = 20;

// What the workloads of pods cost: bytes for each owner and each one in use, time for each event.
import { systemClock } from '../src/lib/clock.ts';
import { type OwnerReference, ownerKey } from '../src/lib/ownerKey.ts';
import type { KubeObject } from '../src/metrics/object.ts';
import { compile } from '../src/metrics/render.ts';
import { tablesWith } from '../src/resources/index.ts';
import { kindOf, Owners } from '../src/sync/owners/owners.ts';
import { OwnerTable } from '../src/sync/owners/ownerTable.ts';
import { workloadLabels } from '../src/sync/owners/workloads.ts';

const setsMax = 100_000;
const setsPerDeployment = 10;
const rounds = 200_000;

const uidOf = (kind: number, i: number): string =>
  `${String(i).padStart(8, '0')}-${String(kind).padStart(4, '0')}-4000-8000-${'0'.repeat(12)}`;

const parsed = (object: object): KubeObject => JSON.parse(JSON.stringify(object)) as KubeObject;

const setOf = (i: number, top = Math.floor(i / setsPerDeployment)): KubeObject => {
  const name = `application-${top}`;
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid: uidOf(1, top) };
  return parsed({
    metadata: {
      name: `${name}-${i}`,
      namespace: `namespace-${Math.floor(i / setsPerDeployment) % 100}`,
      uid: uidOf(2, i),
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
  });
};

const referenceTo = ({ metadata }: KubeObject): OwnerReference =>
  parsed({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: metadata.name,
    uid: metadata.uid,
  }) as unknown as OwnerReference;

function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error('run it with node --expose-gc');
  for (let i = 0; i < 4; i++) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** Microseconds of CPU for each call. */
function timed(what: string, calls: number, work: (i: number) => void): number {
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) work(i);
  const { user, system } = process.cpuUsage(before);
  const micros = (user + system) / calls;
  console.log(`${what}: ${micros.toFixed(2)} us`);
  return micros;
}

const tables = new Map<string, OwnerTable>();
const owners = new Owners({
  tableOf(reference) {
    const kind = kindOf(reference);
    const existing = tables.get(kind);
    if (existing !== undefined) return existing;
    const table: OwnerTable = new OwnerTable({
      onChange: (uid) => owners.changed(table, uid),
      onRelisted: () => owners.relisted(table),
      clock: systemClock,
    });
    tables.set(kind, table);
    return table;
  },
  onProblem: (problem) => {
    throw new Error(problem);
  },
});

const sets = tablesFor('ReplicaSet');
function tablesFor(kind: string) {
  const reference = { apiVersion: 'apps/v1', kind, name: '', uid: '' };
  owners.of(ownerKey(reference, ''));
  return (tables.get(kindOf(reference)) as OwnerTable).sinkOf();
}

const empty = heapBytes();
for (let i = 0; i < setsMax; i++) sets.put(setOf(i));
const filled = heapBytes();
console.log(`an owner: ${Math.round((filled - empty) / setsMax)} bytes`);

const used = setsMax / setsPerDeployment;
const keys: string[] = [];
for (let i = 0; i < used; i++) {
  const one = setOf(i * setsPerDeployment);
  keys.push(ownerKey(referenceTo(one), one.metadata.namespace ?? ''));
}
const withKeys = heapBytes();
for (const key of keys) owners.of(key);
console.log(
  `an owner in use, with what is above it: ${Math.round((heapBytes() - withKeys) / used)} bytes`,
);

const events = Array.from({ length: 1_000 }, (_, i) => setOf(i));
timed('an event of an owner that changes nothing', rounds, (i) => {
  sets.put(events[i % events.length] as KubeObject);
});
const moved = Array.from({ length: 1_000 }, (_, i) => setOf(i, i + 7));
const alternating = [events, moved];
timed('an event that moves an owner', rounds, (i) => {
  const round = alternating[Math.floor(i / 1_000) % 2] as KubeObject[];
  sets.put(round[i % 1_000] as KubeObject);
});
timed('forgetting what is not used, for each owner in use', 20, () => {
  for (const _ of owners.retain(() => true));
});
console.log(`${owners.size} owners in use`);

const pod = parsed({
  metadata: {
    name: 'application-1-11-abcde',
    namespace: 'namespace-1',
    uid: uidOf(3, 1),
    ownerReferences: [{ ...referenceTo(setOf(11)), controller: true }],
  },
});
const rendererOf = (family: string, podOwnerApiVersion = false) =>
  compile(
    tablesWith({ podOwnerApiVersion }).pods,
    { enabled: (name) => name === family, labels: undefined, annotations: undefined },
    (_, __, error) => {
      throw error;
    },
    new Map([
      [
        'workloads' as const,
        { labelsOf: (key: string) => workloadLabels(owners, key), listen: () => () => undefined },
      ],
    ]),
  );
for (const [family, withVersion] of [
  ['kube_pod_workload', false],
  ['kube_pod_owner', false],
  ['kube_pod_owner', true],
] as const) {
  const { render } = rendererOf(family, withVersion);
  console.log(`${family}: ${render(pod).join('').length} bytes`);
  timed(`rendering ${family} ${withVersion}`, rounds, () => void render(pod));
}

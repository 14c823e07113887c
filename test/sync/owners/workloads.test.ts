// Workloads on a simulated API server: which kinds are followed, and what of them is not known.
import { expect } from 'chai';
import type { ServedKind } from '../../../src/custom/types.ts';
import { ApiServer } from '../../../src/demo/apiserver/apiserver.ts';
import type { ApiObject } from '../../../src/demo/objects.ts';
import { seededRandom } from '../../../src/demo/random.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { type OwnerReference, podOwnerKey } from '../../../src/lib/ownerKey.ts';
import type { ObjectMeta } from '../../../src/metrics/object.ts';
import { ownerKinds, Workloads } from '../../../src/sync/owners/workloads.ts';
import { scopeOf } from '../../../src/sync/scope.ts';
import { noopObserver } from '../../../src/telemetry/registry.ts';
import { clientOf, recordingLog } from '../../kube/harness.ts';
import { everything } from '../../support/choices.ts';
import { definition } from '../../support/customs.ts';
import { forbid, gone, hang, status } from '../../support/faults.ts';
import { fastClock } from '../../support/start.ts';
import { until } from '../../support/until.ts';

const apps = { group: 'apps', version: 'v1', scope: 'namespace' } as const;
const batch = { group: 'batch', version: 'v1', scope: 'namespace' } as const;
const known: readonly ServedKind[] = [
  { ...apps, kind: 'ReplicaSet', plural: 'replicasets' },
  { ...apps, kind: 'Deployment', plural: 'deployments' },
  { ...apps, kind: 'StatefulSet', plural: 'statefulsets' },
  { ...apps, kind: 'DaemonSet', plural: 'daemonsets' },
  { ...batch, kind: 'Job', plural: 'jobs' },
  { ...batch, kind: 'CronJob', plural: 'cronjobs' },
];

describe('Workloads', () => {
  let server: ApiServer;
  let ending = new AbortController();
  let done: Promise<void> = Promise.resolve();
  let isSynced = false;

  beforeEach(() => {
    server = new ApiServer({ clock: systemClock, random: seededRandom(1) });
    ending = new AbortController();
    isSynced = false;
  });
  afterEach(async () => {
    ending.abort();
    await done;
    await server.close();
  });

  /** An object on the server, as a reference to it. */
  function create(apiVersion: string, kind: string, name: string, more: Partial<ObjectMeta> = {}) {
    const metadata = { name, namespace: 'x', ...more };
    const object = { apiVersion, kind, metadata } as unknown as ApiObject;
    return referenceTo(server.create(object));
  }

  function get(resource: string, namespace: string | undefined, name: string): ApiObject {
    const object = server.get(resource, namespace, name);
    if (object === undefined) throw new Error(`no ${resource} ${name}`);
    return object;
  }

  const controlledBy = (owner: OwnerReference): Partial<ObjectMeta> => ({
    ownerReferences: [{ ...owner, controller: true }],
  });

  interface Following extends Partial<Parameters<typeof scopeOf>[0]> {
    readonly labels?: readonly string[];
    /** So many times faster than real time. */
    readonly times?: number;
  }

  async function follow({ labels = [], times = 1, ...more }: Following = {}) {
    const { url } = await server.listen(0, '127.0.0.1');
    const clock = fastClock(times);
    const log = recordingLog();
    const used = new Set<string>();
    const workloads = new Workloads({
      client: clientOf(url, clock, log),
      scope: scopeOf({ ...everything, ...more }),
      clock,
      random: () => 0,
      log,
      observer: noopObserver,
      fromMemory: false,
      protobuf: false,
      known: (group, kind) => known.find((one) => one.group === group && one.kind === kind),
      labels,
      isSynced: () => isSynced,
    });
    const told: string[] = [];
    workloads.listen(
      (key) => told.push(key),
      (key) => used.has(key),
    );
    done = workloads.run(ending.signal);
    /** The workload of a pod with that controller. */
    const of = (controller: OwnerReference, namespace = 'x') => {
      const key = podOwnerKey({ name: 'pod', namespace, ...controlledBy(controller) });
      used.add(key);
      const { workload, workload_type, ...rest } = workloads.labelsOf(key);
      const others = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`;
      return `${workload_type} ${workload}${others}`;
    };
    const settled = () =>
      workloads.statuses.every(({ statuses }) => statuses.every((s) => s.synced || s.refused));
    const warnings = () => log.lines.filter((line) => line.startsWith('warn'));
    return { workloads, of, settled, told, used, log, warnings };
  }

  const asked = (path: string) => server.requests.filter((request) => request.path === path);
  it('are those of a pod itself where nothing controls it, or its node', async () => {
    const { workloads, of } = await follow();
    const labelsOf = (meta: Partial<ObjectMeta>) =>
      workloads.labelsOf(podOwnerKey({ name: 'pod', namespace: 'x', ...meta }));
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u' };
    const bare = { workload: 'pod', workload_type: 'barepod' };
    expect(labelsOf({})).to.deep.equal(bare);
    expect(labelsOf({ ownerReferences: null })).to.deep.equal(bare);
    expect(labelsOf({ ownerReferences: [owner] }), 'no controller').to.deep.equal(bare);
    expect(of({ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' })).to.equal('staticpod pod');
    expect(of({ ...owner, kind: 'Node' }), 'no node of Kubernetes').to.equal('node r');
  });

  it('are found through kinds that are known, and kinds that are looked up', async () => {
    server.create(definition('Rollout', { group: 'argoproj.io', versions: ['v1alpha1'] }));
    server.create(definition('Fleet', { scope: 'Cluster' }));
    const fleet = create('shop.example.com/v1', 'Fleet', 'all', { namespace: undefined } as never);
    const rollout = create('argoproj.io/v1alpha1', 'Rollout', 'web', controlledBy(fleet));
    const web = create('apps/v1', 'ReplicaSet', 'web-1', controlledBy(rollout));
    const cronJob = create('batch/v1', 'CronJob', 'nightly');
    const job = create('batch/v1', 'Job', 'nightly-1', controlledBy(cronJob));
    const { of, settled, workloads } = await follow();
    await until(() => settled());
    await until(() => of(web) === 'fleet all');
    expect(of(job)).to.equal('cronjob nightly');
    await until(() => settled());
    expect(workloads.report.objects.get('replicasets.apps')).to.equal(1);
    expect(workloads.report.problems).to.deep.equal({ cycle: 0, depth: 0, namespace: 0 });
    const kinds = workloads.statuses.map(({ name, objects }) => `${name} ${objects}`);
    expect(kinds.slice(0, ownerKinds.length)).to.deep.equal([
      'replicasets.apps 1',
      'deployments.apps 0',
      'statefulsets.apps 0',
      'daemonsets.apps 0',
      'jobs.batch 1',
      'cronjobs.batch 1',
    ]);
    expect(kinds.slice(ownerKinds.length).sort()).to.deep.equal([
      'fleets.shop.example.com 1',
      'rollouts.argoproj.io 1',
    ]);
  });

  it('are asked for as metadata alone, with what is promoted of their labels', async () => {
    const labels = { team: 'a', other: 'b' };
    const deployment = create('apps/v1', 'Deployment', 'web', { labels });
    const web = create('apps/v1', 'ReplicaSet', 'web-1', controlledBy(deployment));
    const { of, told } = await follow({ labels: ['team', 'tier'] });
    await until(() => of(web) === 'deployment web {"team":"a"}');
    const accepts = asked('/apis/apps/v1/replicasets').map(({ accept }) => accept);
    expect(accepts[0]).to.match(/as=PartialObjectMetadata/);
    told.length = 0;
    const before = get('deployments', 'x', 'web');
    server.update({ ...before, metadata: { ...before.metadata, labels: { team: 'b' } } });
    await until(() => told.length === 1);
    expect(of(web)).to.equal('deployment web {"team":"b"}');
  });

  it('wait at the start for each kind that the first lists name, later for none', async () => {
    server.create(definition('Rollout', { group: 'argoproj.io' }));
    const rollout = create('argoproj.io/v1', 'Rollout', 'web');
    const web = create('apps/v1', 'ReplicaSet', 'web-1', controlledBy(rollout));
    const { of, settled, workloads } = await follow();
    const kinds = ownerKinds.length;
    // Before there is any pod: of a Rollout there will be some.
    await until(() => settled() && workloads.statuses.length === kinds + 1);
    of({ apiVersion: 'apps.kruise.io/v1', kind: 'CloneSet', name: 'db', uid: 'u' });
    isSynced = true;
    await until(() => settled());
    of({ apiVersion: 'shop.example.com/v1', kind: 'Order', name: 'o', uid: 'u' });
    const late = workloads.statuses.slice(kinds).map((one) => `${one.name} ${one.late}`);
    expect(late).to.deep.equal([
      'rollouts.argoproj.io false',
      'CloneSet.apps.kruise.io false',
      'Order.shop.example.com true',
    ]);
    expect(of(web)).to.equal('rollout web');
  });

  it('end at a kind that may not be read, which is said once', async () => {
    server.create(definition('Rollout', { group: 'argoproj.io' }));
    const take = server.faults.add({ resource: 'rollouts', act: forbid });
    const fleet = { apiVersion: 'shop.example.com/v1', kind: 'Fleet', name: 'f', uid: 'f' };
    const rollout = create('argoproj.io/v1', 'Rollout', 'web', controlledBy(fleet));
    const web = create('apps/v1', 'ReplicaSet', 'web-1', controlledBy(rollout));
    const { of, settled, warnings } = await follow({ times: 100 });
    await until(() => settled() && of(web) === 'rollout web');
    await until(() => settled());
    const refusals = warnings().filter((line) => line.includes('refused'));
    expect(refusals).to.deep.equal(['warn refused by the API server']);
    take();
    await until(() => of(web) === 'fleet f');
  });

  it('end at a kind that is not installed, until it is', async () => {
    const rollout = { apiVersion: 'argoproj.io/v1', kind: 'Rollout', name: 'web', uid: 'r' };
    const web = create('apps/v1', 'ReplicaSet', 'web-1', controlledBy(rollout));
    const { of, settled, warnings, workloads } = await follow({ times: 100 });
    await until(() => settled() && of(web) === 'rollout web');
    await until(() => warnings().length > 0);
    expect(warnings()).to.deep.equal([
      'warn this kind cannot be listed and watched, chains end at it',
    ]);
    server.create(definition('Rollout', { group: 'argoproj.io' }));
    await until(() => workloads.statuses.some(({ name }) => name === 'rollouts.argoproj.io'));
    expect(warnings()).to.have.length(1);
  });

  it('let readiness wait for a kind once, not as it is installed later', async () => {
    const { of, workloads } = await follow({ times: 100 });
    of({ apiVersion: 'argoproj.io/v1', kind: 'Rollout', name: 'web', uid: 'r' });
    const rollouts = () => workloads.statuses.slice(ownerKinds.length);
    await until(() => rollouts()[0]?.statuses.length === 0);
    server.faults.add({ resource: 'rollouts', act: hang });
    server.create(definition('Rollout', { group: 'argoproj.io' }));
    await until(() => rollouts()[0]?.name === 'rollouts.argoproj.io');
    const [status] = rollouts();
    expect([status?.statuses[0]?.synced, status?.late]).to.deep.equal([false, true]);
  });

  it('follow a kind to another version', async () => {
    const options = { group: 'argoproj.io', versions: ['v1', 'v2'] };
    server.create(definition('Rollout', options));
    const fleet = { apiVersion: 'shop.example.com/v1', kind: 'Fleet', name: 'f', uid: 'f' };
    const rollout = create('argoproj.io/v1', 'Rollout', 'web', controlledBy(fleet));
    const { of } = await follow({ times: 100 });
    await until(() => of(rollout) === 'fleet f');
    const { metadata } = get('customresourcedefinitions', undefined, 'rollouts.argoproj.io');
    server.update({ ...definition('Rollout', { ...options, versions: ['v2'] }), metadata });
    await until(() => asked('/apis/argoproj.io/v2/rollouts').length > 0);
  });

  it('do not wait for discovery that fails', async () => {
    server.faults.add({ verb: 'discovery', act: status(503, 'ServiceUnavailable') });
    const { of, settled, warnings } = await follow({ times: 100 });
    of({ apiVersion: 'argoproj.io/v1', kind: 'Rollout', name: 'web', uid: 'r' });
    await until(() => settled());
    expect(warnings()).to.deep.equal([
      'warn discovery has no answer for this kind, chains end at it',
    ]);
  });

  it('are right again after a watch that has ended with 410', async () => {
    const deployment = create('apps/v1', 'Deployment', 'web');
    const web = create('apps/v1', 'ReplicaSet', 'web-1', controlledBy(deployment));
    const { of, settled, told } = await follow({ times: 20 });
    await until(() => settled() && of(web) === 'deployment web');
    await until(() => settled());
    server.faults.add({ resource: 'replicasets', verb: 'watch', times: 1, act: gone });
    server.cut();
    const before = get('replicasets', 'x', 'web-1');
    const { ownerReferences: _, ...metadata } = before.metadata;
    server.update({ ...before, metadata });
    await until(() => of(web) === 'replicaset web-1');
    expect(told.length).to.be.greaterThan(0);
  });

  it('have no owners but those of the namespaces that are served', async () => {
    const deployment = create('apps/v1', 'Deployment', 'web');
    const web = create('apps/v1', 'ReplicaSet', 'web-1', controlledBy(deployment));
    const { of, settled } = await follow({ namespaces: ['x', 'y'] });
    await until(() => settled() && of(web) === 'deployment web');
    expect(asked('/apis/apps/v1/replicasets')).to.deep.equal([]);
    expect(asked('/apis/apps/v1/namespaces/x/replicasets')).to.not.deep.equal([]);
    expect(of({ ...web, uid: 'other' }, 'z')).to.equal('replicaset web-1');
  });

  it('are asked for whole where pods are those of a node, or of a shard', async () => {
    const deployment = create('apps/v1', 'Deployment', 'web');
    const webs = Array.from({ length: 20 }, (_, i) =>
      create('apps/v1', 'ReplicaSet', `web-${i}`, controlledBy(deployment)),
    );
    const more = { node: ['n'], resources: ['pods'], shard: 1, 'total-shards': 3 };
    const { of } = await follow(more);
    await until(() => webs.every((web) => of(web) === 'deployment web'));
    expect(asked('/apis/apps/v1/replicasets').map(({ query }) => query.fieldSelector)).to.satisfy(
      (selectors: (string | undefined)[]) => selectors.every((one) => one === undefined),
    );
  });

  it('let go of owners without pods, and of kinds without owners', async () => {
    server.create(definition('CloneSet', { group: 'apps.kruise.io' }));
    const set = create('apps.kruise.io/v1', 'CloneSet', 'db');
    const { of, settled, used, workloads } = await follow({ times: 3_000 });
    of(set);
    const kinds = ownerKinds.length;
    await until(() => settled() && workloads.statuses.length === kinds + 1);
    used.clear();
    await until(() => workloads.statuses.length === kinds);
  });
});

const referenceTo = ({ apiVersion = '', kind = '', metadata }: ApiObject): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid ?? '',
});

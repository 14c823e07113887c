// Workloads of pods on a real API server: chains through every kind, and what becomes of them.
import { expect } from 'chai';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { openTap } from '../support/tap.ts';
import { defineKind } from './defineKind.ts';
import { Exporter } from './exporter.ts';

const space = 'default';
const flags = [
  '--resources=pods',
  '--metric-opt-in-list=^kube_pod_workload$',
  '--pod-owner-api-version',
  '--promote-labels=workloads=[team]->pods',
];

/** An object that the server has made. */
interface Made {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid: string };
}

const containers = [{ name: 'c', image: 'i' }];
const selector = { matchLabels: { app: 'a' } };
const template = { metadata: { labels: { app: 'a' } }, spec: { containers } };
const jobTemplate = { spec: { template: { spec: { containers, restartPolicy: 'Never' } } } };

const paths: Readonly<Record<string, string>> = {
  Pod: '/api/v1/namespaces/default/pods',
  ReplicaSet: '/apis/apps/v1/namespaces/default/replicasets',
  Deployment: '/apis/apps/v1/namespaces/default/deployments',
  Job: '/apis/batch/v1/namespaces/default/jobs',
  CronJob: '/apis/batch/v1/namespaces/default/cronjobs',
  Rollout: '/apis/argoproj.io/v1/namespaces/default/rollouts',
  Fleet: '/apis/shop.example.com/v1/fleets',
};
const pathOf = (kind: string): string => paths[kind] as string;

const specs: Readonly<Record<string, object>> = {
  Pod: { containers },
  ReplicaSet: { selector, template },
  Deployment: { selector, template },
  Job: jobTemplate.spec,
  CronJob: { schedule: '@daily', jobTemplate },
};

const controlledBy = ({ apiVersion, kind, metadata: { name, uid } }: Made) => ({
  ownerReferences: [{ apiVersion, kind, name, uid, controller: true }],
});

describe('Workloads of pods on a real API server', function () {
  this.timeout(300_000);

  let server: RealCluster;
  let exporter: Exporter;
  let tap: Awaited<ReturnType<typeof openTap>>;

  async function create(kind: string, name: string, by?: Made, labels = {}): Promise<Made> {
    const path = pathOf(kind);
    const apiVersion = path.replace(/^\/apis?\//, '').replace(/\/(?:namespaces\/.*|fleets)$/, '');
    const metadata = { name, labels, ...(by && controlledBy(by)) };
    const object = { apiVersion, kind, metadata, spec: specs[kind] ?? {} };
    return { ...object, ...((await server.must('POST', path, object)) as Made), apiVersion, kind };
  }

  const control = (one: Made, by: Made | undefined) =>
    server.must('PATCH', `${pathOf(one.kind)}/${one.metadata.name}`, {
      metadata: by === undefined ? { ownerReferences: null } : controlledBy(by),
    });

  /** `deployment web a`: the workload of a pod, its type, and the label that is promoted of it. */
  const workloadIn = (text: string, pod: string): string | undefined => {
    const identity = `namespace="${space}",pod="${pod}",uid="[^"]+"`;
    const labels = 'workload="(.*?)",workload_type="(.*?)"(?:,team="(.*?)")?';
    const series = new RegExp(`^kube_pod_workload\\{${identity},${labels}\\} 1$`, 'gm');
    const all = [...text.matchAll(series)];
    expect(all.length, `series of ${pod}`).to.be.at.most(1);
    const [, workload, type, team] = all[0] ?? [];
    return workload && `${type} ${workload}${team === undefined ? '' : ` ${team}`}`;
  };

  const shows = (pod: string, workload: string) =>
    exporter.shows(`${pod} of ${workload}`, (text) => workloadIn(text, pod) === workload);

  const made = new Map<string, Made>();
  const get = (name: string): Made => made.get(name) as Made;

  before(async () => {
    server = await startApiServer();
    await defineKind(server, 'Rollout', { group: 'argoproj.io' });
    await defineKind(server, 'Fleet', { group: 'shop.example.com', scope: 'Cluster' });
    const keep = async (kind: string, name: string, by?: string, labels = {}): Promise<void> => {
      made.set(name, await create(kind, name, by === undefined ? undefined : get(by), labels));
    };
    await keep('Deployment', 'web', undefined, { team: 'a' });
    await keep('ReplicaSet', 'web-1', 'web');
    await keep('Pod', 'web-1-x', 'web-1');
    await keep('CronJob', 'nightly');
    await keep('Job', 'nightly-1', 'nightly');
    await keep('Pod', 'nightly-1-x', 'nightly-1');
    await keep('Fleet', 'all', undefined, { team: 'fleet' });
    await keep('Rollout', 'shop', 'all');
    await keep('ReplicaSet', 'shop-1', 'shop');
    await keep('Pod', 'shop-1-x', 'shop-1');
    await keep('Rollout', 'round-1');
    await keep('Rollout', 'round-2', 'round-1');
    await control(get('round-1'), get('round-2'));
    await keep('Pod', 'round-x', 'round-1');
    await keep('Pod', 'bare');
    tap = await openTap(server.url, server.ca);
    exporter = await Exporter.start(server.kubeconfig({ url: tap.url }), ...flags);
  });
  after(async () => {
    await exporter?.stop();
    await tap?.close();
    await server?.stop();
  });

  it('are right in the first scrape, through kinds of any group and scope', async () => {
    const text = await exporter.scrape();
    const all = ['web-1-x', 'nightly-1-x', 'shop-1-x', 'bare'].map((pod) => workloadIn(text, pod));
    expect(all).to.deep.equal([
      'deployment web a',
      'cronjob nightly',
      'fleet all fleet',
      'barepod bare',
    ]);
    expect(text).to.match(
      /^kube_pod_owner\{[^}]*pod="web-1-x"[^}]*owner_group="apps",owner_api_version="v1"\} 1$/m,
    );
  });

  it('of owners in a circle are the first one, which is counted', async () => {
    expect(workloadIn(await exporter.scrape(), 'round-x')).to.equal('rollout round-1');
    expect(await exporter.telemetry()).to.match(
      /^kube_state_metrics_owner_problems_total\{problem="cycle"\} [1-9]/m,
    );
  });

  it('follow owners that are adopted, orphaned and relabelled', async () => {
    const rollout = await create('Rollout', 'web-rollout', undefined, { team: 'b' });
    await control(get('web-1'), rollout);
    await shows('web-1-x', 'rollout web-rollout b');
    await control(get('web-1'), undefined);
    await shows('web-1-x', 'replicaset web-1');
    await control(get('web-1'), get('web'));
    await shows('web-1-x', 'deployment web a');
    await server.must('PATCH', `${pathOf('Deployment')}/web`, {
      metadata: { labels: { team: 'c' } },
    });
    await shows('web-1-x', 'deployment web c');
  });

  it('stay while the owners of a pod are deleted, and go with it', async () => {
    for (const [kind, name] of [
      ['CronJob', 'nightly'],
      ['Job', 'nightly-1'],
    ] as const) {
      await server.must('DELETE', `${pathOf(kind)}/${name}`);
    }
    const after = await create('Pod', 'after');
    await shows(after.metadata.name, 'barepod after');
    expect(workloadIn(await exporter.scrape(), 'nightly-1-x')).to.equal('cronjob nightly');
    await server.must('DELETE', `${pathOf('Pod')}/nightly-1-x?gracePeriodSeconds=0`);
    await exporter.shows('the pod went', (text) => !text.includes('nightly-1-x'));
  });

  it('are right after a true 410, and no scrape has another one meanwhile', async () => {
    tap.hold();
    await control(get('web-1'), get('shop'));
    await create('Pod', 'late', get('web-1'));
    await server.etcd.compact();
    // The API server remembers events by itself too; restarted, it begins at what etcd has.
    await server.restart({ kill: 'SIGKILL' });
    const scrapes = await exporter.scrapedThrough(
      (text) => /^(?:deployment web c|fleet all fleet)$/.test(workloadIn(text, 'web-1-x') ?? ''),
      async () => {
        tap.release();
        await shows('web-1-x', 'fleet all fleet');
        await shows('late', 'fleet all fleet');
      },
    );
    expect(scrapes).to.be.above(0);
    expect(tap.bytes().toString('latin1')).to.include('Expired');
  });
});

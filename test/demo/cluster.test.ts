// buildCluster: contents, size, and the same cluster for the same seed.
import { expect } from 'chai';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { buildCluster, type ClusterOptions } from '../../src/demo/cluster/cluster.ts';
import { endOf } from '../../src/demo/cluster/jobs.ts';
import type { Claim, Deployment, Job, Pod, Quota } from '../../src/demo/objects.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { ManualClock } from './clock.ts';
import { violations } from './invariants.ts';

function build(options: Partial<ClusterOptions> = {}): ApiServer {
  const clock = new ManualClock();
  const server = new ApiServer({ clock, random: seededRandom(1) });
  buildCluster(server, { clock, seed: 1, ...options });
  return server;
}

const bytesOf = (server: ApiServer, resource: string): string => {
  const storage = server.storage(resource);
  const items = [...(storage.itemsAt(storage.version) ?? [])];
  return Buffer.concat(items.map(({ bytes }) => bytes)).toString();
};

describe('the cluster of the demo', () => {
  it('has six nodes, a few dozen workloads in three namespaces and the system', () => {
    const server = build();
    const sizes = ['nodes', 'deployments', 'statefulsets', 'daemonsets', 'cronjobs'].map(
      (resource) => server.storage(resource).size,
    );
    expect(sizes).to.deep.equal([6, 19, 7, 4, 4]);
    const namespaces = new Set(
      [...server.objects('pods')].map(({ metadata }) => metadata.namespace),
    );
    expect([...namespaces].sort()).to.deep.equal(['data', 'kube-system', 'monitoring', 'shop']);
    for (const resource of ['services', 'secrets', 'configmaps', 'persistentvolumeclaims']) {
      expect(server.storage(resource).size, resource).to.be.above(5);
    }
  });

  it('keeps all invariants of a cluster at rest', () => {
    expect(violations(build())).to.deep.equal([]);
    expect(violations(build({ pods: 500, seed: 7 }))).to.deep.equal([]);
  });

  it('has a crash loop and an unschedulable pod', () => {
    const server = build();
    const pods = [...server.objects<Pod>('pods')];
    const looping = pods.filter(({ status }) =>
      status.containerStatuses?.some(({ state }) => state?.waiting?.reason === 'CrashLoopBackOff'),
    );
    expect(
      looping.map(({ metadata }) => metadata.labels?.['app.kubernetes.io/name']),
    ).to.deep.equal(['ads']);
    const [container] = looping[0]?.status.containerStatuses ?? [];
    expect(container?.restartCount).to.be.above(0);
    expect(container?.lastState?.terminated).to.include({ exitCode: 1, reason: 'Error' });
    const pending = pods.filter(({ spec }) => spec.nodeName === undefined);
    expect(pending).to.have.length(1);
    expect(pending[0]?.status.conditions?.[0]).to.include({
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
    });
    const ads = server.get<Deployment>('deployments', 'shop', 'ads');
    expect(ads?.status.conditions?.map(({ status }) => status)).to.deep.equal(['False', 'False']);
  });

  it('has an exhausted quota, a pending claim, a released volume and a failed job', () => {
    const server = build();
    const quota = server.get<Quota>('resourcequotas', 'data', 'storage');
    expect(quota?.status.used?.['requests.storage']).to.equal('2900Gi');
    expect(quota?.status.hard?.['requests.storage']).to.equal('2900Gi');
    const phases = (resource: string): (string | undefined)[] =>
      [...server.objects<Claim>(resource)].map(({ status }) => status?.phase);
    expect(phases('persistentvolumeclaims').filter((one) => one !== 'Bound')).to.deep.equal([
      'Pending',
    ]);
    expect(phases('persistentvolumes').filter((one) => one !== 'Bound')).to.deep.equal([
      'Released',
    ]);
    const failed = [...server.objects<Job>('jobs')].filter((job) => endOf(job) === 'Failed');
    expect(failed.map(({ metadata }) => metadata.name.replace(/-\d+$/, ''))).to.deep.equal([
      'rollup',
    ]);
  });

  it('is the same for the same seed, and differs for another', () => {
    for (const resource of ['pods', 'nodes', 'deployments', 'jobs', 'secrets']) {
      expect(bytesOf(build(), resource)).to.equal(bytesOf(build(), resource));
    }
    expect(bytesOf(build(), 'pods')).not.to.equal(bytesOf(build({ seed: 2 }), 'pods'));
  });

  for (const pods of [1, 40, 97, 1_234]) {
    it(`has ${pods} pods if ${pods} are requested`, () => {
      const server = build({ pods });
      expect(server.storage('pods').size).to.equal(pods);
      expect(server.storage('nodes').size).to.equal(Math.max(6, Math.ceil(pods / 60)));
      const unplaced = [...server.objects<Pod>('pods')].filter(({ spec }) => !spec.nodeName);
      expect(unplaced).to.have.length.at.most(1);
    });
  }

  it('can have pods as large as real ones', () => {
    const real = build({ pods: 1_000, managedFields: true });
    const bytes = bytesOf(real, 'pods').length / 1_000;
    expect(bytes).to.be.within(7_500, 12_500);
    const [pod] = real.objects<Pod>('pods');
    expect(pod?.metadata.managedFields?.map(({ manager }) => manager)).to.deep.equal([
      'kube-controller-manager',
      'kubelet',
    ]);
    expect(bytesOf(build({ pods: 1_000 }), 'pods').length / 1_000).to.be.below(bytes / 1.5);
  });
});

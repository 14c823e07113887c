// The life of the simulated cluster: hours of it on a clock that only the test moves.
import { expect } from 'chai';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { buildCluster } from '../../src/demo/cluster/cluster.ts';
import { endOf } from '../../src/demo/cluster/jobs.ts';
import { type Life, type LifeOptions, startLife } from '../../src/demo/cluster/life.ts';
import { isReady } from '../../src/demo/cluster/pods.ts';
import type { Deployment, Job, Node, Pod } from '../../src/demo/objects.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { ManualClock } from './clock.ts';
import { pod } from './harness.ts';
import { violations } from './invariants.ts';

const minuteMs = 60_000;

/** A running simulation and its clock; errors of the simulation fail the test. */
class Living {
  readonly clock = new ManualClock();
  readonly server = new ApiServer({ clock: this.clock, random: seededRandom(1) });
  readonly errors: unknown[] = [];
  readonly life: Life;

  constructor(options: Partial<LifeOptions> = {}) {
    const { clock, errors } = this;
    buildCluster(this.server, { clock, seed: 1 });
    const onError = (error: unknown): number => errors.push(error);
    this.life = startLife(this.server, { clock, speed: 1, seed: 2, onError, ...options });
  }

  /** Lets time pass in steps, looking at the cluster after each. */
  async live(ms: number, stepMs: number, look: () => void): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      await this.clock.elapse(stepMs);
      look();
    }
  }

  get pods(): Pod[] {
    return [...this.server.objects<Pod>('pods')];
  }

  deployment(name: string): Deployment {
    const found = this.server.get<Deployment>('deployments', 'shop', name);
    if (found === undefined) throw new Error(`expected the deployment ${name}`);
    return found;
  }

  podsNamed(name: string): Pod[] {
    return this.pods.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === name);
  }
}

describe('the simulation of the demo cluster', () => {
  let living: Living;

  beforeEach(() => {
    living = new Living();
  });
  afterEach(async () => {
    await living.life.stop();
    expect(living.errors).to.deep.equal([]);
  });

  it('keeps all invariants over hours, without unbounded growth', async () => {
    const resources = ['pods', 'replicasets', 'jobs', 'deployments', 'nodes'];
    const sizes = (): number[] => resources.map((name) => living.server.storage(name).size);
    const most = sizes().map((size) => size * 2 + 20);
    await living.live(2 * 60 * minuteMs, 47_000, () => {
      expect(violations(living.server)).to.deep.equal([]);
      sizes().forEach((size, i) => {
        expect(size, resources[i]).to.be.at.most(most[i] as number);
      });
      expect(living.life.planned).to.be.below(150);
    });
    // Old revisions of Deployments are deleted beyond the history limit.
    expect(living.server.storage('replicasets').size).to.be.at.most(19 * 5);
  });

  it('shows every kind of event of a cluster', async () => {
    const seen = new Set<string>();
    const revisions = new Set<string>();
    const replicas = new Set<number>();
    await living.live(2 * 60 * minuteMs, 20_000, () => {
      for (const node of living.server.objects<Node>('nodes')) {
        for (const { type, status } of node.status.conditions ?? []) seen.add(`${type} ${status}`);
      }
      for (const pod of living.server.objects<Pod>('pods')) {
        seen.add(`pod ${pod.status.phase} ${pod.status.reason ?? ''}`.trim());
        if (pod.metadata.deletionTimestamp) seen.add('pod ends');
        for (const { state } of pod.status.containerStatuses ?? []) {
          seen.add(`container ${state?.waiting?.reason ?? Object.keys(state ?? {})[0]}`);
        }
      }
      for (const job of living.server.objects<Job>('jobs')) seen.add(`job ${endOf(job)}`);
      const frontend = living.deployment('frontend');
      replicas.add(frontend.spec.replicas ?? 0);
      for (const { metadata, spec } of living.server.objects<Deployment>('deployments')) {
        revisions.add(`${metadata.name} ${spec.template.spec?.containers[0]?.image}`);
      }
    });
    expect([...seen]).to.include.members([
      'MemoryPressure True',
      'MemoryPressure False',
      'Ready Unknown',
      'Ready True',
      'pod Pending',
      'pod Running',
      'pod Succeeded',
      'pod Failed',
      'pod Failed Evicted',
      'pod ends',
      'container ContainerCreating',
      'container running',
      'container CrashLoopBackOff',
      'container terminated',
      'job undefined',
      'job Complete',
      'job Failed',
    ]);
    expect(replicas.size).to.be.above(1);
    expect(revisions.size).to.be.above(19 + 10);
  });

  it('increases the restart count of the crash loop, with growing back-off', async () => {
    await living.life.stop();
    living = new Living({ happenings: [] });
    const restarts = (): number =>
      living.podsNamed('ads')[0]?.status.containerStatuses?.[0]?.restartCount ?? 0;
    const before = restarts();
    await living.clock.elapse(10 * minuteMs);
    const soon = restarts();
    expect(soon).to.be.within(before + 2, before + 4);
    await living.clock.elapse(120 * minuteMs);
    // Five minutes of waiting and a quarter of one of running: some twenty-three in two hours.
    expect(restarts() - soon).to.be.within(19, 25);
    const [container] = living.podsNamed('ads')[0]?.status.containerStatuses ?? [];
    expect(container?.lastState?.terminated?.exitCode).to.equal(1);
  });

  it('never schedules the pod with too large requests', async () => {
    await living.live(60 * minuteMs, 10 * minuteMs, () => {
      const [pod] = living.podsNamed('trainer');
      expect(pod?.status.phase).to.equal('Pending');
      const [condition] = pod?.status.conditions ?? [];
      expect(condition?.reason).to.equal('Unschedulable');
      expect(condition?.message).to.match(/^0\/6 nodes are available: .*Insufficient nvidia.com/);
    });
  });

  it('creates a Job on schedule, and the Job finishes', async () => {
    const names = (): string[] =>
      [...living.server.objects<Job>('jobs')].map(({ metadata }) => metadata.name);
    const before = new Set(names());
    // The clock of the test starts half a minute behind a full, even minute.
    await living.clock.elapse(89_000);
    expect(names().filter((name) => !before.has(name))).to.deep.equal([]);
    await living.clock.elapse(2_000);
    const added = names().filter((name) => !before.has(name));
    expect(added).to.have.length(1);
    expect(added[0]).to.equal(`cart-cleanup-${Date.UTC(2026, 0, 15, 12, 2) / minuteMs}`);
    await living.clock.elapse(3 * minuteMs);
    const job = living.server.get<Job>('jobs', 'shop', added[0] as string);
    expect(job === undefined ? 'gone' : endOf(job)).to.be.oneOf(['Complete', 'Failed']);
  });

  describe('reacts to a client that', () => {
    beforeEach(async () => {
      await living.life.stop();
      living = new Living({ happenings: [] });
    });

    it('deletes a pod: it is replaced', async () => {
      const before = living.podsNamed('cart').map(({ metadata }) => metadata.name);
      living.server.delete('pods', 'shop', before[0] as string);
      expect(living.podsNamed('cart')).to.have.length(3);
      await living.clock.elapse(20_000);
      const after = living.podsNamed('cart');
      expect(after.every(isReady)).to.equal(true);
      expect(after.map(({ metadata }) => metadata.name)).not.to.include(before[0]);
    });

    it('scales a workload: it gets this number of pods', async () => {
      const cart = living.deployment('cart');
      cart.spec.replicas = 7;
      living.server.update(cart);
      expect(living.deployment('cart').status.replicas).to.equal(7);
      await living.clock.elapse(20_000);
      expect(living.deployment('cart').status.readyReplicas).to.equal(7);
      const less = living.deployment('cart');
      less.spec.replicas = 1;
      living.server.update(less);
      await living.clock.elapse(20_000);
      expect(living.podsNamed('cart')).to.have.length(1);
    });

    it('changes a template: the pods are replaced, few at a time', async () => {
      const before = new Set(living.podsNamed('frontend').map(({ metadata }) => metadata.name));
      const frontend = living.deployment('frontend');
      const [container] = frontend.spec.template.spec?.containers ?? [];
      if (container === undefined) throw new Error('expected a container');
      container.image = 'registry.example.com/shop/frontend:v9.9.9';
      living.server.update(frontend);
      let least = 4;
      await living.live(2 * minuteMs, 1_000, () => {
        const { replicas = 0, readyReplicas = 0 } = living.deployment('frontend').status;
        const desired = living.deployment('frontend').spec.replicas ?? 0;
        expect(replicas).to.be.at.most(desired + Math.ceil(desired / 4));
        least = Math.min(least, readyReplicas);
      });
      expect(least).to.be.at.least(3 - 1);
      const after = living.podsNamed('frontend');
      expect(after.filter(({ metadata }) => before.has(metadata.name))).to.deep.equal([]);
      expect(after.every(({ spec }) => spec.containers[0]?.image === container.image)).to.equal(
        true,
      );
    });

    it('deletes a workload: its dependents are deleted', async () => {
      living.server.delete('deployments', 'shop', 'cart');
      await living.clock.elapse(10_000);
      expect(living.podsNamed('cart')).to.deep.equal([]);
      const sets = [...living.server.objects('replicasets')];
      expect(sets.filter(({ metadata }) => metadata.name.startsWith('cart-'))).to.deep.equal([]);
    });

    it('creates a pod with missing fields: it runs', async () => {
      living.server.create(pod('shop/mine', {}, undefined));
      await living.clock.elapse(20_000);
      const mine = living.server.get<Pod>('pods', 'shop', 'mine');
      expect(mine?.status).to.include({ phase: 'Running', qosClass: 'BestEffort' });
      expect(mine !== undefined && isReady(mine)).to.equal(true);
    });

    it('creates a workload: it runs', async () => {
      const labels = { app: 'mine' };
      const { spec } = pod('shop/mine', {}, undefined);
      const mine = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'mine', namespace: 'shop' },
        spec: {
          replicas: 2,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec },
        },
      };
      living.server.create(mine);
      await living.clock.elapse(20_000);
      expect(living.deployment('mine').status).to.include({ replicas: 2, readyReplicas: 2 });
      expect(violations(living.server)).to.deep.equal([]);
    });

    it('creates senseless objects: the simulation continues', async () => {
      const metadata = { name: 'senseless', namespace: 'shop' };
      living.server.create({ apiVersion: 'v1', kind: 'Pod', metadata });
      living.server.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata });
      await living.clock.elapse(20_000);
      expect(living.errors).to.have.length.above(0);
      living.errors.length = 0;
    });

    it('deletes a node: its pods are recreated elsewhere', async () => {
      living.server.delete('nodes', undefined, 'worker-1');
      await living.clock.elapse(3 * minuteMs);
      expect(violations(living.server)).to.deep.equal([]);
      expect(living.pods.filter(({ spec }) => spec.nodeName === 'worker-1')).to.deep.equal([]);
    });
  });

  it('is the same for the same seed', async () => {
    const twin = new Living();
    await living.clock.elapse(30 * minuteMs);
    await twin.clock.elapse(30 * minuteMs);
    expect(twin.pods).to.deep.equal(living.pods);
    await twin.life.stop();
  });

  it('runs at the given speed, and not at all at speed 0', async () => {
    const eventsIn = async (speed: number): Promise<number> => {
      const one = new Living({ speed });
      const before = one.server.version;
      await one.clock.elapse(5 * minuteMs);
      await one.life.stop();
      return one.server.version - before;
    };
    const [none, once, tenTimes] = [await eventsIn(0), await eventsIn(1), await eventsIn(10)];
    expect(none).to.equal(0);
    expect(tenTimes).to.be.within(once * 5, once * 20);
  });

  it('leaves no timers behind when it stops', async () => {
    await living.clock.elapse(5 * minuteMs);
    await living.life.stop();
    const { version } = living.server;
    expect(living.clock.sleeping).to.equal(0);
    living.server.delete('pods', 'shop', living.podsNamed('cart')[0]?.metadata.name ?? '');
    await living.clock.elapse(60 * minuteMs);
    expect(living.server.version).to.equal(version + 1);
  });
});

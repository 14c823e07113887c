// Two replicas that elect a leader on a real API server, behind a stand-in for their Service.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { leaderElectionRules } from '../../src/app/rules.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { freePorts } from '../../tools/serverProcess.ts';
import { until } from '../../tools/until.ts';
import { Scraper, StandInService } from '../support/service.ts';
import { Exporter } from './exporter.ts';
import { kubestate, Program } from './program.ts';

const root = join(import.meta.dirname, '../..');

const NAMESPACE = 'kube-system';
const LEASE = 'kube-state-metrics';
const SELECTOR = `kubestate.io/leader=${LEASE}`;
const LEASE_MS = 6_000;
/** What the issue grants beside the lease's duration: the other one's look, and the Service. */
const SLACK_MS = 2_000;
/** The stand-in looks at labels and readiness as often as this. */
const FOLLOW_MS = 250;
const SCRAPE_EVERY_MS = 50;
const READY_MS = 40_000;
/** What every scrape shows. */
const WHOLE = 'kube_namespace_created{namespace="kube-system"}';

/** One pod: its name, its ports, and the process that runs in it now. */
interface Replica {
  readonly pod: string;
  readonly metricsPort: number;
  readonly telemetryPort: number;
  program: Program;
}

describe('two replicas on a real API server', function () {
  this.timeout(180_000);

  let cluster: RealCluster;
  let kubeconfig: string;
  let replicas: Replica[];
  let scrapers: Scraper[];
  let service: StandInService;
  let servicePort: number;
  let endpoints: number[] = [];
  let following: Promise<void>;
  let ended: AbortController;

  before(async () => {
    cluster = await startApiServer();
    await cluster.kubectl(['apply', '-f', join(root, 'rbac')]);
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}`;
    const metadata = { name: LEASE };
    await cluster.must('POST', `${path}/roles`, { metadata, rules: leaderElectionRules(LEASE) });
    await cluster.must('POST', `${path}/rolebindings`, {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: LEASE },
      subjects: [{ kind: 'ServiceAccount', name: 'kube-state-metrics', namespace: NAMESPACE }],
    });
    const token = await cluster.accountToken(NAMESPACE, 'kube-state-metrics');
    kubeconfig = cluster.kubeconfig({ token });
  });

  after(() => cluster.stop());

  beforeEach(async () => {
    replicas = [];
    scrapers = [];
    endpoints = [];
    ended = new AbortController();
    service = new StandInService(() => endpoints);
    servicePort = await service.listen();
    following = follow(ended.signal);
    await add('ksm-a');
    await leads('ksm-a');
    await add('ksm-b');
  });

  afterEach(async () => {
    for (const scraper of scrapers) await scraper.stop();
    ended.abort();
    await following;
    await service.close();
    for (const { program } of replicas) await program.stop('SIGKILL');
    const grace = { gracePeriodSeconds: 0 };
    for (const { pod } of replicas) await cluster.must('DELETE', podPath(pod), grace);
    await cluster.must('DELETE', leasePath);
  });

  const podPath = (name = ''): string => `/api/v1/namespaces/${NAMESPACE}/pods/${name}`;
  const leasePath = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/${LEASE}`;

  async function labelled(): Promise<string[]> {
    const query = `?labelSelector=${encodeURIComponent(SELECTOR)}`;
    const { items } = await cluster.must<Pods>('GET', podPath().slice(0, -1) + query);
    return items.map(({ metadata }) => metadata.name);
  }

  /** What the endpoint controller and kube-proxy do: pods of the label that are ready. */
  async function follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Without an API server the Service stays as it is.
      const names = await labelled().catch(() => undefined);
      if (names !== undefined) {
        const chosen = replicas.filter(({ pod }) => names.includes(pod));
        const ready = await Promise.all(chosen.map(isReady));
        endpoints = chosen.filter((_, i) => ready[i]).map(({ metricsPort }) => metricsPort);
      }
      await sleep(FOLLOW_MS);
    }
  }

  const exporterOf = (one: Replica): Exporter =>
    new Exporter(one.program, one.metricsPort, one.telemetryPort);
  async function isReady(one: Replica): Promise<boolean> {
    // A process that was killed resets the connection, or refuses it.
    const answer = await exporterOf(one)
      .readyz()
      .catch(() => undefined);
    return answer?.status === 200;
  }

  /** A process for the pod; a first one, or one more after its end. */
  function startIn(pod: string, metricsPort: number, telemetryPort: number): Program {
    return new Program('env', [
      `POD_NAME=${pod}`,
      `POD_NAMESPACE=${NAMESPACE}`,
      kubestate,
      '--leader-elect',
      `--kubeconfig=${kubeconfig}`,
      '--resources=pods,namespaces',
      '--host=127.0.0.1',
      `--port=${metricsPort}`,
      '--telemetry-host=127.0.0.1',
      `--telemetry-port=${telemetryPort}`,
    ]);
  }

  async function add(pod: string): Promise<Replica> {
    const containers = [{ name: 'main', image: 'example' }];
    await cluster.must('POST', podPath().slice(0, -1), {
      metadata: { name: pod },
      spec: { containers },
    });
    const [metricsPort = 0, telemetryPort = 0] = await freePorts(2);
    const program = startIn(pod, metricsPort, telemetryPort);
    const replica = { pod, metricsPort, telemetryPort, program };
    replicas.push(replica);
    const ready = async () => (await isReady(replica)) || undefined;
    await program.until(`${pod} was ready`, ready, READY_MS);
    return replica;
  }

  const replica = (pod: string): Replica => {
    const found = replicas.find((one) => one.pod === pod);
    if (found === undefined) throw new Error(`expected a replica, got ${pod}`);
    return found;
  };

  /** Waits until the Service leads to this pod alone. */
  const leads = (pod: string): Promise<true> => {
    const port = () => String(replica(pod).metricsPort);
    const alone = async () => endpoints.join() === port() || undefined;
    return until(`the Service leads to ${pod}`, alone, LEASE_MS + SLACK_MS + READY_MS);
  };

  function scrape(keepAlive: boolean): Scraper {
    const scraper = new Scraper(servicePort, keepAlive);
    scraper.start(() => sleep(SCRAPE_EVERY_MS));
    scrapers.push(scraper);
    return scraper;
  }
  const goesOn = async (scraper: Scraper): Promise<void> => {
    const before = scraper.scrapes.length;
    const more = async () => scraper.scrapes.length > before + 20 || undefined;
    await until('twenty more scrapes', more, READY_MS);
  };

  it('elect one, by the roles of the manifests and of the page about it', async () => {
    expect(await labelled()).to.deep.equal(['ksm-a']);
    const { spec } = await cluster.must<{ spec: Record<string, unknown> }>('GET', leasePath);
    expect(spec).to.include({ leaseDurationSeconds: 6 });
    expect(spec.holderIdentity).to.match(/^ksm-a_[0-9a-f]{16}$/);
    const follower = await exporterOf(replica('ksm-b')).readyz();
    expect(follower?.text).to.include('This replica follows; ksm-a leads.');
    const error = await exporterOf(replica('ksm-b')).scrape().catch(String);
    expect(error).to.include('503');
    expect(await exporterOf(replica('ksm-a')).telemetry()).to.include(
      '\nkube_state_metrics_leader 1\n',
    );
  });

  it('lose no scrape when the leader is told to end, over a kept connection or none', async () => {
    const both = [scrape(true), scrape(false)];
    for (const scraper of both) await goesOn(scraper);
    expect(await replica('ksm-a').program.stop('SIGTERM')).to.equal(0);
    for (const scraper of both) await goesOn(scraper);
    expect(endpoints).to.deep.equal([replica('ksm-b').metricsPort]);
    for (const { failed, scrapes } of both) {
      expect(failed).to.deep.equal([]);
      expect(scrapes.every(({ body }) => body.includes(WHOLE))).to.equal(true);
    }
    expect(both[0]?.scrapes.at(-1)?.reused).to.equal(true);
  });

  it('miss a killed leader for no longer than its lease and two seconds', async () => {
    const [kept, fresh] = [scrape(true), scrape(false)];
    await goesOn(kept);
    const began = performance.now();
    await replica('ksm-a').program.stop('SIGKILL');
    await leads('ksm-b');
    const took = performance.now() - began;
    expect(took).to.be.below(LEASE_MS + SLACK_MS);
    const [before, beside] = [kept.failed.length, fresh.failed.length];
    await goesOn(kept);
    await goesOn(fresh);
    expect([kept.failed.length, fresh.failed.length]).to.deep.equal([before, beside]);
  });

  it('miss a leader that starts again in its pod for no longer', async () => {
    const a = replica('ksm-a');
    const scraper = scrape(false);
    await goesOn(scraper);
    await a.program.stop('SIGKILL');
    const began = performance.now();
    a.program = startIn(a.pod, a.metricsPort, a.telemetryPort);
    // It gives the lease back as it starts; here it is so soon warm that it may take it again.
    const serves = async () => scraper.scrapes.at(-1)?.status === 200 || undefined;
    const ready = async () => (await isReady(a)) || undefined;
    await a.program.until('the one that started again was ready', ready, READY_MS);
    await until('a scrape is answered', serves, READY_MS);
    expect(performance.now() - began).to.be.below(LEASE_MS + SLACK_MS);
    await sleep(2 * FOLLOW_MS);
    const failed = scraper.failed.length;
    await goesOn(scraper);
    expect(scraper.failed.length).to.equal(failed);
    const [leader = '', ...more] = await labelled();
    expect(more).to.deep.equal([]);
    for (const one of replicas) {
      const leads = one.pod === leader;
      const sentence = leads ? 'This replica leads.' : `This replica follows; ${leader} leads.`;
      expect((await exporterOf(one).readyz())?.text).to.include(sentence);
    }
  });

  it('go on with the same leader over an outage of the API server', async () => {
    const scraper = scrape(true);
    await goesOn(scraper);
    await cluster.end('SIGKILL');
    await sleep(2 * LEASE_MS);
    await cluster.start();
    const { spec } = await cluster.must<{ spec: { renewTime: string } }>('GET', leasePath);
    const renewed = async () => {
      const lease = await cluster.must<{ spec: { renewTime: string } }>('GET', leasePath);
      return lease.spec.renewTime !== spec.renewTime || undefined;
    };
    await until('the lease is renewed', renewed, READY_MS);
    await sleep(LEASE_MS);
    expect(await labelled()).to.deep.equal(['ksm-a']);
    expect(scraper.failed).to.deep.equal([]);
  });
});

interface Pods {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

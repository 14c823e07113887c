// Events on a real API server, written through both of its APIs, and the queries of their page.
import { expect } from 'chai';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { Exporter } from './exporter.ts';
import { expectAnswers, type Values } from './pageQueries.ts';

const resources = '--resources=events';
const startTimeoutMs = 180_000;

interface About {
  readonly kind?: string;
  readonly reason: string;
  readonly type?: 'Normal' | 'Warning';
  readonly namespace?: string;
}

const series = ({ kind = 'Pod', reason, type = 'Warning', namespace = 'shop' }: About): string => {
  const labels = `involved_kind="${kind}",reason="${reason}",type="${type}"`;
  return `kube_events_total{namespace="${namespace}",${labels}}`;
};

const backOff = series({ reason: 'BackOff' });
const unscheduled = series({ reason: 'FailedScheduling' });
const unhealthy = series({ reason: 'Unhealthy' });
const pulled = series({ reason: 'Pulled', type: 'Normal' });
const diskPressure = series({ kind: 'Node', reason: 'EvictionThresholdMet', namespace: 'default' });

const now = (): string => new Date().toISOString();
const microNow = (): string => now().replace('Z', '000Z');

const web = { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace: 'shop' };

/** What both APIs call by the same names. */
const scheduling = (name: string, reason: string) => ({
  metadata: { name },
  reason,
  type: 'Warning',
  action: 'Scheduling',
  eventTime: microNow(),
  reportingInstance: 'default-scheduler-1',
});

/** Writes as client-go's two recorders do. */
class Recorder {
  readonly #cluster: RealCluster;

  constructor(cluster: RealCluster) {
    this.#cluster = cluster;
  }

  /** The recorder of most components: it counts in `count`, through v1. */
  async old(name: string, about: About): Promise<void> {
    const { kind = 'Pod', reason, type = 'Warning', namespace = 'shop' } = about;
    const involvedObject = { kind, name: 'web', ...(kind === 'Pod' && { namespace }) };
    await this.#cluster.must('POST', `/api/v1/namespaces/${namespace}/events`, {
      metadata: { name },
      involvedObject,
      reason,
      type,
      message: `${reason} of ${name}`,
      source: { component: 'kubelet', host: 'node-1' },
      firstTimestamp: now(),
      lastTimestamp: now(),
      count: 1,
    });
  }

  async oldAgain(name: string, count: number, namespace = 'shop'): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/events/${name}`;
    await this.#cluster.must('PATCH', path, { count, lastTimestamp: now() });
  }

  /** The recorder of the scheduler: it has no count at first, and a series from the second on. */
  async new(name: string, { reason }: About): Promise<void> {
    await this.#cluster.must('POST', '/apis/events.k8s.io/v1/namespaces/shop/events', {
      ...scheduling(name, reason),
      regarding: web,
      note: `${reason} of ${name}`,
      reportingController: 'default-scheduler',
    });
  }

  /** The same through v1, which has other names for some of it. */
  async newInCore(name: string, { reason }: About): Promise<void> {
    await this.#cluster.must('POST', '/api/v1/namespaces/shop/events', {
      ...scheduling(name, reason),
      involvedObject: web,
      message: `${reason} of ${name}`,
      reportingComponent: 'default-scheduler',
    });
  }

  async newAgainInCore(name: string, count: number): Promise<void> {
    const path = `/api/v1/namespaces/shop/events/${name}`;
    await this.#cluster.must('PATCH', path, { series: { count, lastObservedTime: microNow() } });
  }

  async newAgain(name: string, count: number): Promise<void> {
    const path = `/apis/events.k8s.io/v1/namespaces/shop/events/${name}`;
    await this.#cluster.must('PATCH', path, { series: { count, lastObservedTime: microNow() } });
  }

  async delete(name: string): Promise<void> {
    await this.#cluster.must('DELETE', `/api/v1/namespaces/shop/events/${name}`);
  }
}

const valuesIn = (text: string): Values =>
  Object.fromEntries(
    [...text.matchAll(/^(kube_events_total\{namespace="(?:shop|default)".*\}) (\S+)$/gm)].map(
      ([, name = '', value]) => [name, Number(value)],
    ),
  );

describe('Events on a real API server', function () {
  this.timeout(startTimeoutMs);

  let cluster: RealCluster;
  let recorder: Recorder;
  let exporter: Exporter;
  let inJson: Exporter;
  /** What was served at the start, and at last. */
  let first: Values = {};
  let last: Values = {};

  before(async () => {
    cluster = await startApiServer();
    recorder = new Recorder(cluster);
    await cluster.must('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } });
    await recorder.old('there', { reason: 'BackOff' });
    await recorder.oldAgain('there', 57);
    await recorder.old('pulled', { reason: 'Pulled', type: 'Normal' });
    const json = ['--kube-api-protobuf=false', '--consistency-check-interval=10s'];
    [exporter, inJson] = await Promise.all([
      Exporter.start(cluster.kubeconfig(), resources),
      Exporter.start(cluster.kubeconfig(), resources, ...json),
    ]);
  });

  after(async () => {
    await Promise.all([exporter?.stop(), inJson?.stop()]);
    await cluster?.stop();
  });

  /** Both show these series, and no others of the namespaces that are written to. */
  const show = async (values: Values): Promise<void> => {
    for (const one of [exporter, inJson]) {
      const shows = (text: string): boolean => {
        const shown = valuesIn(text);
        return (
          Object.keys(shown).length === Object.keys(values).length &&
          Object.entries(values).every(([name, value]) => shown[name] === value)
        );
      };
      await one.shows(JSON.stringify(values), shows).catch(async (cause: unknown) => {
        expect(valuesIn(await one.scrape()), String(cause)).to.deep.equal(values);
      });
    }
    last = values;
  };

  it('count from 0, whatever was there', async () => {
    await show({ [backOff]: 0, [pulled]: 0 });
    first = last;
  });

  it('count as both recorders of client-go write, through both APIs', async () => {
    await recorder.oldAgain('there', 60);
    await recorder.new('waits', { reason: 'FailedScheduling' });
    await recorder.new('waits-too', { reason: 'FailedScheduling' });
    await recorder.newAgain('waits', 2);
    await recorder.newAgain('waits', 5);
    await recorder.newInCore('waits-in-core', { reason: 'FailedScheduling' });
    await recorder.newAgainInCore('waits-in-core', 3);
    await recorder.old('fails', { reason: 'Unhealthy' });
    await recorder.oldAgain('fails', 12);
    await recorder.old('full', {
      kind: 'Node',
      reason: 'EvictionThresholdMet',
      namespace: 'default',
    });
    await show({
      [backOff]: 3,
      [pulled]: 0,
      [unscheduled]: 9,
      [unhealthy]: 12,
      [diskPressure]: 1,
    });
  });

  it('count on where one is deleted and written again', async () => {
    await recorder.delete('fails');
    await recorder.old('fails', { reason: 'Unhealthy' });
    await show({ ...last, [unhealthy]: 13 });
  });

  it('count on across a restart of the API server', async () => {
    const relists = await exporter.own('kube_state_metrics_relists_total');
    await exporter.scrapedThrough(
      (text) => valuesIn(text)[unhealthy] === 13,
      () => cluster.restart({ kill: 'SIGKILL' }),
    );
    await recorder.oldAgain('fails', 4);
    await recorder.newAgain('waits', 7);
    await show({ ...last, [unhealthy]: 16, [unscheduled]: 11 });
    expect(await exporter.own('kube_state_metrics_relists_total')).to.be.at.least(relists);
    expect(await inJson.own('kube_state_metrics_malformed_objects_total')).to.equal(0);
  });

  it('answer the queries of docs/events.md', () => {
    const names = [...new Set([...Object.keys(first), ...Object.keys(last)])];
    const values = names.map((name) => [name, `${first[name] ?? 0} ${last[name]}`] as const);
    const labels = (reason: string): string =>
      `{namespace="shop",involved_kind="Pod",reason="${reason}"}`;
    const node = '{namespace="default",involved_kind="Node",reason="EvictionThresholdMet"}';
    expectAnswers('docs/events.md', Object.fromEntries(values), [
      {
        [labels('Unhealthy')]: 16,
        [labels('FailedScheduling')]: 11,
        [labels('BackOff')]: 3,
        [node]: 1,
      },
      { '{namespace="shop"}': 11 },
      { '{reason="EvictionThresholdMet"}': 1 },
      // 16 within the five minutes that it asks for.
      { '{namespace="shop"}': 16 / 300 },
    ]);
  });
});

// The metrics about ourselves: KSM's names and labels, and what a scrape reads of our own.
import { expect } from 'chai';
import { SelfMetrics } from '../../src/telemetry/registry.ts';
import type { ResourceTelemetry, ServedState } from '../../src/telemetry/state.ts';

const watched = (resource: string, kind: string, version = 'v1'): ResourceTelemetry => ({
  resource,
  version,
  kind,
  store: { size: { objects: 2, series: 30, bytes: 4_000 } },
  synced: () => resource === 'pods',
  absent: () => false,
  serverSelects: () => (resource === 'pods' ? true : undefined),
  stale: () => resource === 'cronjobs',
  drift: () => (resource === 'pods' ? 3 : undefined),
});

const pods = { resource: 'pods', version: 'v1', kind: 'Pod' };
const cronjobs = { resource: 'cronjobs', version: 'v1', kind: 'CronJob' };
const openValues = {
  relist: ['start', 'gone'],
  watchRestart: ['closed', 'silence'],
  check: ['drift'],
};
const stores: ServedState['stores'] = {
  stalenessMs: () => 250,
  work: () => ({
    segments: 7,
    flushes: 3,
    seconds: 1.5,
    changes: 31,
    incomingObjects: 0,
    pendingBytes: 11,
    storedBytes: 13,
    hotBytes: 17,
    hotBytesMax: 19,
    promotion: { waiting: 0, changed: 0 },
    compressed: 23,
    decompressed: 29,
  }),
};
const loop = () => ({
  runCpu: { minute: 0.01, start: 0.02 },
  delay: { minute: 0.03, start: 0.04 },
});
const everything: ServedState = {
  resources: [watched('pods', 'Pod'), watched('cronjobs', 'CronJob')],
  owners: {
    objects: new Map([['replicasets.apps', 20]]),
    problems: { cycle: 1, depth: 0, namespace: 2 },
  },
  customs: { definitions: 3, disabledRules: [{ filename: '/etc/crs.yaml', rules: 2 }] },
  shard: { scheme: 'jump-hash', index: 0, total: 1 },
  stores,
};
let inForce: ServedState;

const open = (now = () => 1_700_000_000_500): SelfMetrics => {
  inForce = everything;
  return new SelfMetrics({
    build: {
      version: '1.0.0',
      revision: 'abc123',
      branch: '',
      node: 'v26.10.0',
      platform: 'linux',
      arch: 'x64',
    },
    clock: { wall: now },
    now: () => inForce,
    loop,
  });
};

/** The series whose name starts so, without the help and type lines. */
const series = async (self: SelfMetrics, prefix: string): Promise<string[]> =>
  (await self.text()).split('\n').filter((line) => line.startsWith(prefix));

describe('the metrics about ourselves', () => {
  it('have a series for each result of lists and watches from the start', async () => {
    const self = open();
    self.observer(pods, openValues);
    self.observer(cronjobs, openValues);
    for (const name of ['kube_state_metrics_list_total', 'kube_state_metrics_watch_total']) {
      expect(await series(self, name)).to.deep.equal([
        `${name}{resource="*v1.Pod",result="success"} 0`,
        `${name}{resource="*v1.Pod",result="error"} 0`,
        `${name}{resource="*v1.CronJob",result="success"} 0`,
        `${name}{resource="*v1.CronJob",result="error"} 0`,
      ]);
    }
  });

  it('count what reflectors tell, by resource', async () => {
    const self = open();
    const observer = self.observer(pods, openValues);
    self.observer(cronjobs, openValues);
    observer.dropped(3);
    observer.list('success');
    observer.watch('success');
    observer.watch('error');
    observer.relist('gone');
    observer.watchRestart('closed');
    observer.watchRestart('closed');
    observer.check('drift');
    observer.malformed();
    self.renderError('pods', 'kube_pod_info');
    const lost = { resource: 'pods', family: 'kube_pod_info', budget: 'family' } as const;
    self.seriesDropped(lost, 7);
    const text = await self.text();
    for (const line of [
      'kube_state_metrics_list_total{resource="*v1.Pod",result="success"} 1',
      'kube_state_metrics_watch_total{resource="*v1.Pod",result="success"} 1',
      'kube_state_metrics_watch_total{resource="*v1.Pod",result="error"} 1',
      'kube_state_metrics_relists_total{resource="pods",reason="gone"} 1',
      'kube_state_metrics_relists_total{resource="cronjobs",reason="gone"} 0',
      'kube_state_metrics_watch_restarts_total{resource="pods",reason="closed"} 2',
      'kube_state_metrics_watch_restarts_total{resource="pods",reason="silence"} 0',
      'kube_state_metrics_consistency_checks_total{resource="pods",result="drift"} 1',
      'kube_state_metrics_consistency_checks_total{resource="cronjobs",result="drift"} 0',
      'kube_state_metrics_malformed_objects_total{resource="pods"} 1',
      'kube_state_metrics_malformed_objects_total{resource="cronjobs"} 0',
      'kube_state_metrics_objects_dropped_total{resource="pods"} 3',
      'kube_state_metrics_objects_dropped_total{resource="cronjobs"} 0',
      'kube_state_metrics_render_errors_total{resource="pods",family="kube_pod_info"} 1',
      'kube_state_metrics_series_dropped_total' +
        '{resource="pods",family="kube_pod_info",budget="family"} 7',
    ]) {
      expect(text).to.include(`${line}\n`);
    }
  });

  it('read the stores when they are scraped', async () => {
    const size = { objects: 1, series: 2, bytes: 3 };
    const synced = (): boolean => size.objects > 5;
    let [stale, drift]: [boolean, number | undefined] = [false, undefined];
    const gauges = { absent: () => stale, stale: () => stale, drift: () => drift };
    const resource = { ...watched('pods', 'Pod'), ...gauges, store: { size }, synced };
    const self = new SelfMetrics({
      build: { version: '', revision: '', branch: '', node: '', platform: '', arch: '' },
      clock: { wall: () => 0 },
      now: () => ({ ...everything, shard: undefined, resources: [resource] }),
      loop,
    });
    const read = (): Promise<string[]> => series(self, 'kube_state_metrics_resource_');
    expect(await read()).to.deep.equal([
      'kube_state_metrics_resource_objects{resource="pods"} 1',
      'kube_state_metrics_resource_series{resource="pods"} 2',
      'kube_state_metrics_resource_bytes{resource="pods"} 3',
      'kube_state_metrics_resource_synced{resource="pods"} 0',
      'kube_state_metrics_resource_absent{resource="pods"} 0',
      'kube_state_metrics_resource_stale{resource="pods"} 0',
    ]);
    Object.assign(size, { objects: 10, series: 20, bytes: 30 });
    [stale, drift] = [true, 2];
    expect(await read()).to.deep.equal([
      'kube_state_metrics_resource_objects{resource="pods"} 10',
      'kube_state_metrics_resource_series{resource="pods"} 20',
      'kube_state_metrics_resource_bytes{resource="pods"} 30',
      'kube_state_metrics_resource_synced{resource="pods"} 1',
      'kube_state_metrics_resource_absent{resource="pods"} 1',
      'kube_state_metrics_resource_stale{resource="pods"} 1',
      'kube_state_metrics_resource_drift_objects{resource="pods"} 2',
    ]);
  });

  it('tell of the work of the stores in force', async () => {
    const self = open();
    const read = (): Promise<string[]> => series(self, 'kube_state_metrics_store_');
    const first = [
      'kube_state_metrics_store_staleness_seconds 0.25',
      'kube_state_metrics_store_pending_bytes 11',
      'kube_state_metrics_store_stored_bytes 13',
      'kube_state_metrics_store_hot_bytes 17',
      'kube_state_metrics_store_hot_limit_bytes 19',
      'kube_state_metrics_store_segments_rebuilt_total 7',
      'kube_state_metrics_store_segments_compressed_total 23',
      'kube_state_metrics_store_segments_decompressed_total 29',
      'kube_state_metrics_store_batches_total 3',
      'kube_state_metrics_store_batch_seconds_total 1.5',
    ];
    expect(await read()).to.deep.equal(first);
    expect(await read(), 'at the next scrape').to.deep.equal(first);
    const work = {
      segments: 1,
      flushes: 1,
      seconds: 0.5,
      changes: 31,
      incomingObjects: 0,
      pendingBytes: 0,
      storedBytes: 2,
      hotBytes: 3,
      hotBytesMax: 4,
      promotion: { waiting: 0, changed: 0 },
      compressed: 5,
      decompressed: 6,
    };
    inForce = { ...everything, stores: { stalenessMs: () => 0, work: () => work } };
    expect((await read()).map((line) => line.split(' ')[1])).to.deep.equal([
      '0',
      '0',
      '2',
      '3',
      '4',
      '1',
      '5',
      '6',
      '1',
      '0.5',
    ]);
  });

  it('tell how long our thread was longest without a turn', async () => {
    expect(await series(open(), 'kube_state_metrics_event_loop_')).to.deep.equal([
      'kube_state_metrics_event_loop_longest_run_cpu_seconds{window="1m"} 0.01',
      'kube_state_metrics_event_loop_longest_run_cpu_seconds{window="start"} 0.02',
      'kube_state_metrics_event_loop_longest_delay_seconds{window="1m"} 0.03',
      'kube_state_metrics_event_loop_longest_delay_seconds{window="start"} 0.04',
    ]);
  });

  it('say when the last event and bookmark came, once one has', async () => {
    let now = 1_700_000_000_500;
    const self = open(() => now);
    const last = (): Promise<string[]> => series(self, 'kube_state_metrics_resource_last_');
    expect(await last()).to.deep.equal([]);
    self.observer(pods, openValues).event();
    now += 2_000;
    self.observer(pods, openValues).bookmark();
    expect(await last()).to.deep.equal([
      'kube_state_metrics_resource_last_event_timestamp_seconds{resource="pods"} 1700000000.5',
      'kube_state_metrics_resource_last_bookmark_timestamp_seconds{resource="pods"} 1700000002.5',
    ]);
  });

  it('say what was built, with the labels of KSM and the names that Go uses', async () => {
    expect(await series(open(), 'kube_state_metrics_build_info')).to.deep.equal([
      'kube_state_metrics_build_info{branch="",client_go_version="unknown",goarch="amd64",' +
        'goos="linux",goversion="node26.10.0",revision="abc123",tags="unknown",version="1.0.0"} 1',
    ]);
  });

  it('say which shard this is, and only that after it changed', async () => {
    const self = open();
    const names = ['shard_ordinal', 'total_shards', 'shard_scheme', 'shard_objects'];
    const all = () => names.map((name) => series(self, `kube_state_metrics_${name}`));
    const shard = async () => (await Promise.all(all())).flat().map((one) => one.slice(19));
    expect(await shard()).to.deep.equal(['shard_ordinal{shard_ordinal="0"} 0', 'total_shards 1']);
    inForce = { ...everything, shard: { scheme: 'uid-range', index: 2, total: 5 } };
    expect(await shard()).to.deep.equal([
      'shard_ordinal{shard_ordinal="2"} 2',
      'total_shards 5',
      'shard_scheme{scheme="uid-range"} 1',
      'shard_objects{shard_ordinal="2",resource="pods"} 2',
      'shard_objects{shard_ordinal="2",resource="cronjobs"} 2',
    ]);
  });

  it('time requests in the buckets of Prometheus, and count scrapes', async () => {
    const self = open();
    self.scrapes.request('get', 0.2);
    self.scrapes.inFlight(3);
    self.scrapes.rejected();
    const buckets = (await series(self, 'http_request_duration_seconds_bucket')).map((line) =>
      line.replace(/.*le="([^"]+)".*} (\d+)/, '$1 $2'),
    );
    expect(buckets.join(', ')).to.equal(
      '0.005 0, 0.01 0, 0.025 0, 0.05 0, 0.1 0, 0.25 1, 0.5 1, 1 1, 2.5 1, 5 1, 10 1, +Inf 1',
    );
    const text = await self.text();
    expect(text)
      .to.include('http_request_duration_seconds_count{handler="metrics",method="get"} 1\n')
      .and.include('kube_state_metrics_scrapes_in_flight 3\n')
      .and.include('kube_state_metrics_scrapes_rejected_total 1\n');
  });

  it('tell of the connections of both ports, from the start', async () => {
    const self = open();
    self.connections('metrics').open(7);
    self.connections('telemetry').limited('closed-idle');
    expect(await series(self, 'kube_state_metrics_connections')).to.deep.equal([
      'kube_state_metrics_connections{port="metrics"} 7',
      'kube_state_metrics_connections{port="telemetry"} 0',
      ...['closed-idle', 'turned-away', 'refused', 'sent-ahead'].map(
        (outcome) =>
          `kube_state_metrics_connections_limited_total{port="metrics",outcome="${outcome}"} 0`,
      ),
      'kube_state_metrics_connections_limited_total{port="telemetry",outcome="closed-idle"} 1',
      ...['turned-away', 'refused', 'sent-ahead'].map(
        (outcome) =>
          `kube_state_metrics_connections_limited_total{port="telemetry",outcome="${outcome}"} 0`,
      ),
    ]);
  });

  it('come with those of the process and of Node', async () => {
    const text = await open().text();
    expect(text).to.match(/^process_cpu_seconds_total \d/m);
    expect(text).not.to.include('nodejs_eventloop_lag_');
  });

  it('are named as Prometheus wants it: help for each, _total for counters alone', async () => {
    const text = await open().text();
    const types = [...text.matchAll(/^# TYPE (kube_state_metrics_\w+) (\w+)$/gm)];
    expect(types).to.have.length.greaterThan(15);
    for (const [, name = '', type] of types) {
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
      expect(text).to.match(new RegExp(`^# HELP ${name} [A-Z].*\\.$`, 'm'));
    }
  });

  it('go on counting under another configuration, and forget what it leaves out', async () => {
    const self = open();
    self.observer(pods, openValues).event();
    self.observer(cronjobs, openValues).event();
    self.observer(pods, openValues).list('success');
    inForce = { ...everything, resources: [watched('pods', 'Pod')] };
    self.observer(pods, openValues).list('success');
    expect(await series(self, 'kube_state_metrics_list_total')).to.include(
      'kube_state_metrics_list_total{resource="*v1.Pod",result="success"} 2',
    );
    const read = await series(self, 'kube_state_metrics_resource_');
    expect(read).to.have.length(8);
    expect(read.filter((line) => !line.includes('pods'))).to.deep.equal([]);
  });

  it('have no shard while none is known', async () => {
    const self = open();
    inForce = { ...everything, shard: undefined };
    expect(await series(self, 'kube_state_metrics_shard_ordinal')).to.deep.equal([]);
    expect(await series(self, 'kube_state_metrics_total_shards')).to.deep.equal([
      'kube_state_metrics_total_shards 0',
    ]);
  });

  it('say which configuration is in force, and that one was refused', async () => {
    const self = open();
    const labels = '{filename="/etc/a.yaml",type="config"}';
    const config = async (): Promise<string[]> => [
      ...(await series(self, 'kube_state_metrics_config_')),
      ...(await series(self, 'kube_state_metrics_last_config_')),
    ];
    expect(await config()).to.deep.equal([]);
    const file = { filename: '/etc/a.yaml', type: 'config' } as const;
    self.config.refused({ filename: '/etc/gone.yaml', type: 'customresourceconfig' });
    self.config.taken([{ ...file, hash: 42 }]);
    self.config.refused(file);
    expect(await config()).to.deep.equal([
      `kube_state_metrics_config_hash${labels} 42`,
      `kube_state_metrics_last_config_reload_successful${labels} 0`,
      `kube_state_metrics_last_config_reload_success_timestamp_seconds${labels} 1700000000.5`,
    ]);
  });

  it('count what becomes of custom resources, under the names of kube-state-metrics', async () => {
    const self = open();
    const prefix = 'kube_state_metrics_custom_resource_';
    self.definitions.added();
    self.definitions.added();
    self.definitions.updated();
    self.definitions.deleted();
    const place = { file: '/etc/crs.yaml', line: 7 };
    const rules = ['never', 'x_y'].map((family) => ({ place, family }));
    self.openRules(rules);
    for (let errors = 0; errors < 2; errors++) self.ruleError({ place, family: 'x_y' });
    expect(await series(self, prefix)).to.deep.equal([
      `${prefix}state_add_events_total 2`,
      `${prefix}state_update_events_total 1`,
      `${prefix}state_delete_events_total 1`,
      `${prefix}state_cache 3`,
      `${prefix}rules_disabled{filename="/etc/crs.yaml"} 2`,
      `${prefix}rule_errors_total{filename="/etc/crs.yaml",line="7",family="never"} 0`,
      `${prefix}rule_errors_total{filename="/etc/crs.yaml",line="7",family="x_y"} 2`,
    ]);
  });

  it('count errors of a rule for as long as a configuration has it', async () => {
    const self = open();
    const rule = (family: string) => ({ place: { file: 'a.yaml', line: 7 }, family });
    const name = 'kube_state_metrics_custom_resource_rule_errors_total';
    const closeOld = self.openRules([rule('stays'), rule('goes')]);
    self.ruleError(rule('stays'));
    const closeNew = self.openRules([rule('stays')]);
    closeOld();
    const stays = `${name}{filename="a.yaml",line="7",family="stays"} 1`;
    expect(await series(self, name)).to.deep.equal([stays]);
    closeNew();
    expect(await series(self, name)).to.deep.equal([]);
  });

  it('name the objects of custom resources as kube-state-metrics does', async () => {
    const self = open();
    const resource = { resource: 'orders.v1.a', version: 'v1', kind: 'Order', goType: '*u.U' };
    self.observer(resource, { relist: [], watchRestart: [], check: [] }).watch('success');
    expect(await series(self, 'kube_state_metrics_watch_total')).to.deep.equal([
      'kube_state_metrics_watch_total{resource="*u.U",result="success"} 1',
      'kube_state_metrics_watch_total{resource="*u.U",result="error"} 0',
    ]);
  });
});

// What queries of the dashboards count and what they leave out, by promtool on series made for it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { dashboards } from '../../monitoring/dashboards/index.ts';
import { type Panel, queriesOf } from '../../monitoring/dashboards/model.ts';
import { filledIn } from '../monitoring/filled.ts';
import { sparseSeries } from '../monitoring/rules/sparse.ts';
import { promtool } from './promtool.ts';

interface Case {
  readonly name: string;
  readonly dashboard: string;
  readonly panel: string;
  /** Heading of a table's column, or legend of a line. */
  readonly of?: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** Series by their values in promtool's notation, a minute apart. */
  readonly series: Readonly<Record<string, string>>;
  /** What comes out after ten minutes: values by labels. */
  readonly gives: Readonly<Record<string, number>>;
}

const requests = (pod: string, node: string): string =>
  'kube_pod_container_resource_requests{resource="cpu", unit="core", namespace="shop", ' +
  `pod="${pod}", uid="${pod}", container="main", node="${node}"}`;
const phase = (pod: string, value: string): string =>
  `kube_pod_status_phase{namespace="shop", pod="${pod}", uid="${pod}", phase="${value}"}`;
const owner = (pod: string, kind: string, by: string): string =>
  `kube_pod_owner{namespace="shop", pod="${pod}", uid="${pod}", owner_kind="${kind}", ` +
  `owner_name="${by}", owner_is_controller="true"}`;
const restarts = (pod: string): string =>
  `kube_pod_container_status_restarts_total{namespace="shop", pod="${pod}", uid="${pod}", ` +
  'container="main"}';
const quota = (type: string, resource: string): string =>
  'kube_resourcequota{namespace="shop", resourcequota="all", ' +
  `resource="${resource}", type="${type}"}`;
const memory = (container: string, image: string): string =>
  'container_memory_working_set_bytes{namespace="shop", pod="cart-1", ' +
  `container="${container}", image="${image}"}`;

const claimOf = (pod: string): string =>
  `kube_pod_spec_volumes_persistentvolumeclaims_info{namespace="shop", pod="${pod}", ` +
  `uid="${pod}", volume="data", persistentvolumeclaim="data", ephemeral=""}`;

const requestOfClaim =
  'kube_persistentvolumeclaim_resource_requests_storage_bytes{namespace="shop", ' +
  'persistentvolumeclaim="data"}';

/** The same series of two clusters, each with its value. */
const inBoth = (series: Readonly<Record<string, readonly [east: string, west: string]>>) =>
  Object.fromEntries(
    Object.entries(series).flatMap(([one, [east, west]]) => [
      [one.replace('{', '{cluster="east", '), east],
      [one.replace('{', '{cluster="west", '), west],
    ]),
  );

const ready = (node: string, status: string): string =>
  `kube_node_status_condition{condition="Ready", node="${node}", status="${status}"}`;
const newNodes = Array.from({ length: 19 }, (_, i) => `new-${i}`);

/** Of 21 nodes an old one was not ready for a third of the time; one of the new ones always was. */
const readiness = {
  [ready('old', 'true')]: '1x6 0x3',
  [ready('old', 'false')]: '0x6 1x3',
  [ready('calm', 'true')]: '_x8 1x2',
  [ready('calm', 'false')]: '_x8 0x2',
  ...Object.fromEntries(newNodes.map((node) => [ready(node, 'true'), '_x8 0x1 1'])),
  ...Object.fromEntries(newNodes.map((node) => [ready(node, 'unknown'), '_x8 1x1 0'])),
};
const leastReady = {
  dashboard: 'cluster',
  panel: 'Ready',
  gives: Object.fromEntries(
    ['old', ...newNodes].map((one) => [`{node="${one}"}`, Number(one !== 'old')]),
  ),
};

const cases: readonly Case[] = [
  { name: 'the nodes that are ready least, however new', series: readiness, ...leastReady },
  {
    name: 'the same nodes under --sparse-statesets',
    series: sparseSeries(readiness) as Case['series'],
    ...leastReady,
  },
  {
    name: 'requests are those of pods that have a node and have not ended',
    dashboard: 'cluster',
    panel: 'Namespaces now',
    of: 'CPU requested',
    series: {
      [requests('running', 'a')]: '2',
      [phase('running', 'Running')]: '1',
      [phase('running', 'Failed')]: '0',
      [requests('starting', 'b')]: '4',
      [phase('starting', 'Pending')]: '1',
      [requests('done', 'a')]: '8',
      [phase('done', 'Succeeded')]: '1',
      [phase('done', 'Running')]: '0',
      [requests('evicted', 'a')]: '16',
      [phase('evicted', 'Failed')]: '1',
      [requests('nowhere', '')]: '32',
      [phase('nowhere', 'Pending')]: '1',
    },
    gives: { '{namespace="shop"}': 6 },
  },
  {
    name: 'the loss of the largest node counts that node as gone',
    dashboard: 'cluster',
    panel: 'CPU if a node fails',
    series: {
      'kube_node_status_allocatable{resource="cpu", node="a"}': '4',
      'kube_node_status_allocatable{resource="cpu", node="b"}': '8',
      'kube_node_status_allocatable{resource="memory", node="b"}': '100',
      [requests('running', 'b')]: '5',
      [phase('running', 'Running')]: '1',
    },
    gives: { '{}': 1.25 },
  },
  {
    name: 'a cluster of one node has no other to fail over to',
    dashboard: 'cluster',
    panel: 'CPU if a node fails',
    series: {
      'kube_node_status_allocatable{resource="cpu", node="a"}': '4',
      [requests('running', 'a')]: '5',
      [phase('running', 'Running')]: '1',
    },
    gives: {},
  },
  {
    name: 'the loss of a node is that of the cluster that bears it worst',
    dashboard: 'cluster',
    panel: 'CPU if a node fails',
    series: inBoth({
      'kube_node_status_allocatable{resource="cpu", node="a"}': ['4', '40'],
      'kube_node_status_allocatable{resource="cpu", node="b"}': ['8', '80'],
      [requests('running', 'b')]: ['5', '5'],
      [phase('running', 'Running')]: ['1', '1'],
    }),
    gives: { '{}': 1.25 },
  },
  {
    name: 'a pod that two clusters have is two',
    dashboard: 'cluster',
    panel: 'Namespaces now',
    of: 'CPU requested',
    series: inBoth({
      [requests('cart-0', 'a')]: ['2', '4'],
      [phase('cart-0', 'Running')]: ['1', '1'],
    }),
    gives: {
      '{cluster="east", namespace="shop"}': 2,
      '{cluster="west", namespace="shop"}': 4,
    },
  },
  {
    name: 'claims of the same name are joined to those of their own cluster',
    dashboard: 'pods',
    panel: 'Claims of these pods',
    of: 'Requested',
    series: inBoth({
      [claimOf('cart-0')]: ['1', '1'],
      [requestOfClaim]: ['10', '20'],
    }),
    gives: {
      '{cluster="east", namespace="shop", pod="cart-0", persistentvolumeclaim="data"}': 10,
      '{cluster="west", namespace="shop", pod="cart-0", persistentvolumeclaim="data"}': 20,
    },
  },
  {
    name: 'clusters that are not selected are left out',
    dashboard: 'cluster',
    panel: 'Nodes cordoned',
    variables: { cluster: 'west' },
    series: inBoth({ 'kube_node_spec_unschedulable{node="a"}': ['1', '0'] }),
    gives: { '{}': 0 },
  },
  {
    name: 'of a node without requests all is left',
    dashboard: 'cluster',
    panel: 'Capacity of nodes now',
    of: 'CPU left',
    series: {
      'kube_node_info{node="a"}': '1',
      'kube_node_info{node="b"}': '1',
      'kube_node_status_allocatable{resource="cpu", node="a"}': '4',
      'kube_node_status_allocatable{resource="cpu", node="b"}': '8',
      [requests('running', 'b')]: '5',
      [phase('running', 'Running')]: '1',
    },
    gives: { '{node="a"}': 4, '{node="b"}': 3 },
  },
  {
    name: 'a node is found in node_exporter by its address, whatever its port',
    dashboard: 'cluster',
    panel: 'Capacity of nodes now',
    of: 'Memory used',
    series: {
      'kube_node_info{node="a", internal_ip="10.0.0.1"}': '1',
      'kube_node_info{node="six", internal_ip="10.0.0.16"}': '1',
      'node_memory_MemAvailable_bytes{instance="10.0.0.1:9100"}': '25',
      'node_memory_MemTotal_bytes{instance="10.0.0.1:9100"}': '100',
      'node_memory_MemAvailable_bytes{instance="10.0.0.9:9100"}': '1',
      'node_memory_MemTotal_bytes{instance="10.0.0.9:9100"}': '100',
    },
    gives: { '{node="a"}': 0.75 },
  },
  {
    name: 'a container’s memory is counted once, without its sandbox and its pod’s sum',
    dashboard: 'cluster',
    panel: 'Namespaces now',
    of: 'Memory used',
    series: {
      [memory('main', 'registry.example.com/cart')]: '10',
      [memory('', 'registry.k8s.io/pause')]: '1',
      [memory('POD', 'registry.k8s.io/pause')]: '1',
      [memory('', '')]: '12',
    },
    gives: { '{namespace="shop"}': 10 },
  },
  {
    name: 'what is least left of a quota is told, and a quota of nothing is not divided by',
    dashboard: 'cluster',
    panel: 'Namespaces now',
    of: 'Lowest quota left',
    series: {
      [quota('hard', 'pods')]: '10',
      [quota('used', 'pods')]: '4',
      [quota('hard', 'requests.cpu')]: '4',
      [quota('used', 'requests.cpu')]: '3',
      [quota('hard', 'services.loadbalancers')]: '0',
      [quota('used', 'services.loadbalancers')]: '0',
    },
    gives: { '{namespace="shop"}': 0.25 },
  },
  {
    name: 'a full quota is used up, one of nothing is not',
    dashboard: 'namespaces',
    panel: 'Exhausted quotas',
    series: {
      [quota('hard', 'pods')]: '10',
      [quota('used', 'pods')]: '10',
      [quota('hard', 'services.loadbalancers')]: '0',
      [quota('used', 'services.loadbalancers')]: '0',
    },
    gives: { '{}': 1 },
  },
  {
    name: 'a workload’s pods are its own, not those of one whose name begins alike',
    dashboard: 'workloads',
    panel: 'Containers that restarted in this time range',
    of: 'Restarts',
    variables: { workload: 'cart', __range: '10m' },
    series: {
      [restarts('cart-7d9f8-x')]: '0+1x10',
      [owner('cart-7d9f8-x', 'ReplicaSet', 'cart-7d9f8')]: '1',
      [restarts('cart-cleanup-123-x')]: '0+1x10',
      [owner('cart-cleanup-123-x', 'Job', 'cart-cleanup-123')]: '1',
      [restarts('cart-api-5c6b7-x')]: '0+1x10',
      [owner('cart-api-5c6b7-x', 'ReplicaSet', 'cart-api-5c6b7')]: '1',
      [restarts('cart-db-0')]: '0+1x10',
      [owner('cart-db-0', 'StatefulSet', 'cart-db')]: '1',
      [restarts('cart-quiet')]: '3',
      [owner('cart-quiet', 'DaemonSet', 'cart')]: '1',
    },
    gives: { '{namespace="shop", pod="cart-7d9f8-x", container="main"}': 10 },
  },
  {
    name: 'a pod that has ended is not one that is not ready',
    dashboard: 'workloads',
    panel: 'Pods that are not ready',
    of: 'Phase',
    series: Object.fromEntries(
      [
        ['sick', 'Running', 0],
        ['well', 'Running', 1],
        ['done', 'Succeeded', 0],
      ].flatMap(([pod, value, ready]) => [
        [phase(String(pod), String(value)), '1'],
        [owner(String(pod), 'StatefulSet', 'any'), '1'],
        [
          `kube_pod_status_ready{namespace="shop", pod="${pod}", uid="${pod}", condition="true"}`,
          String(ready),
        ],
      ]),
    ),
    gives: { '{namespace="shop", pod="sick", phase="Running"}': 1 },
  },
  {
    name: 'a volume that fills up tells when it will be full, one that does not tells nothing',
    dashboard: 'storage',
    panel: 'Claims now',
    of: 'Full in',
    series: {
      'kubelet_volume_stats_used_bytes{namespace="shop", persistentvolumeclaim="a"}': '0+60x10',
      'kubelet_volume_stats_available_bytes{namespace="shop", persistentvolumeclaim="a"}':
        '1000-60x10',
      'kubelet_volume_stats_used_bytes{namespace="shop", persistentvolumeclaim="b"}': '5',
      'kubelet_volume_stats_available_bytes{namespace="shop", persistentvolumeclaim="b"}': '95',
    },
    // 400 bytes are left, and one a second comes.
    gives: { '{namespace="shop", persistentvolumeclaim="a"}': 400 },
  },
  {
    name: 'a suspended cron job is never late',
    dashboard: 'jobs',
    panel: 'Late CronJobs',
    series: {
      'kube_cronjob_next_schedule_time{namespace="shop", cronjob="late"}': '60',
      'kube_cronjob_spec_suspend{namespace="shop", cronjob="late"}': '0',
      'kube_cronjob_next_schedule_time{namespace="shop", cronjob="asleep"}': '60',
      'kube_cronjob_spec_suspend{namespace="shop", cronjob="asleep"}': '1',
      'kube_cronjob_next_schedule_time{namespace="shop", cronjob="soon"}': '900',
      'kube_cronjob_spec_suspend{namespace="shop", cronjob="soon"}': '0',
    },
    gives: { '{}': 1 },
  },
  {
    name: 'a shard is missing though another one is scraped twice',
    dashboard: 'kubestate',
    panel: 'Missing shards',
    series: {
      'kube_state_metrics_total_shards{instance="a"}': '3',
      'kube_state_metrics_total_shards{instance="b"}': '3',
      'kube_state_metrics_shard_ordinal{instance="a", shard_ordinal="0"}': '0',
      'kube_state_metrics_shard_ordinal{instance="b", shard_ordinal="2"}': '2',
      'kube_state_metrics_shard_ordinal{instance="c", shard_ordinal="2"}': '2',
    },
    gives: { '{}': 1 },
  },
  {
    name: 'memory is kubestate’s and no other program’s',
    dashboard: 'kubestate',
    panel: 'Memory',
    of: '{{instance}}',
    series: {
      'kube_state_metrics_build_info{job="x", instance="a:8081"}': '1',
      'process_resident_memory_bytes{job="x", instance="a:8081"}': '7',
      'process_resident_memory_bytes{job="x", instance="b:9090"}': '9',
    },
    gives: { 'process_resident_memory_bytes{job="x", instance="a:8081"}': 7 },
  },
];

/** The query that a case is about. */
function queryOf({ dashboard, panel: title, of, variables }: Case): string {
  const all = dashboards.find(({ name }) => name === dashboard)?.rows ?? [];
  const panels = all.flatMap(({ panels: some }) => some).filter((one) => one.title === title);
  const [query] = panels
    .flatMap((panel) =>
      queriesOf(panel).filter((_, i) => of === undefined || nameOf(panel, i) === of),
    )
    .map((found) => found.query);
  if (query === undefined) throw new Error(`expected ${of} of "${title}" on ${dashboard}`);
  return filledIn(query, variables && { variables });
}

function nameOf(panel: Panel, index: number): string | undefined {
  if (panel.kind === 'lines') return panel.queries[index]?.legend;
  const column = panel.kind === 'table' ? panel.columns[index] : undefined;
  if (column === undefined) return undefined;
  return 'labels' in column ? Object.values(column.labels)[0] : column.title;
}

describe('a query of a dashboard', () => {
  for (const one of cases) {
    it(`knows: ${one.name}`, () => {
      const folder = mkdtempSync(join(tmpdir(), 'kubestate-e2e-'));
      try {
        const file = join(folder, 'test.yml');
        writeFileSync(file, JSON.stringify(testOf(one)));
        const { status, said } = promtool(['test', 'rules', file]);
        expect(status, said).to.equal(0);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});

/** promtool reads YAML, and JSON is that too. */
function testOf(one: Case): object {
  const series = Object.entries(one.series).map(([labels, values]) => ({
    series: labels.replaceAll(', ', ','),
    values: /[x ]/.test(values) ? values : `${values}x10`,
  }));
  const samples = Object.entries(one.gives).map(([labels, value]) => ({ labels, value }));
  return {
    tests: [
      {
        interval: '1m',
        input_series: series,
        promql_expr_test: [{ expr: queryOf(one), eval_time: '10m', exp_samples: samples }],
      },
    ],
  };
}

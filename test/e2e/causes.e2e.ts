// One cause, one alert: promtool with all rules on what follows from each cause, and the demo.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ruleGroups } from '../../monitoring/rules/index.ts';
import { Prometheus } from '../../tools/prometheus/start.ts';
import { until } from '../../tools/until.ts';
import { type Cause, clusterCauses, sent } from '../monitoring/causes.ts';
import { kubestateCauses } from '../monitoring/kubestateCauses.ts';
import { causeTests } from '../monitoring/rules/index.ts';
import { sparseSeries } from '../monitoring/rules/sparse.ts';
import { startDemo } from './demo.ts';
import { hastenedRulesIn, writeHastenedRules } from './hastenedRules.ts';
import type { Program } from './program.ts';
import { promtool } from './promtool.ts';
import { JOBS } from './target.ts';

const rules = join(import.meta.dirname, '../../helm/kube-state-metrics/files/rules');
const ruleFiles = ruleGroups.map(({ name }) => join(rules, `${name}.yaml`));

/** A cause that takes half a day is gone through with all rules. */
const TIMEOUT_MS = 120_000;

const FIRING_TIMEOUT_MS = 60_000;
/** An hour of `for` takes 20 s here. */
const SETTLED_MS = 25_000;

/** Series about kubestate that are there whenever a cause concerns the cluster. */
const healthy = {
  'kube_namespace_created{namespace="shop"}': 1,
  'kube_state_metrics_build_info{job="ksm",instance="a"}': 1,
};

describe('one cause', function () {
  this.timeout(TIMEOUT_MS);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-causes-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  const judged = (cause: Cause) => {
    const path = join(folder, 'causes.test.yaml');
    writeFileSync(path, causeTests([cause], ruleFiles));
    return promtool(['test', 'rules', path]);
  };

  const causes = [
    ...clusterCauses.map((one) => ({ ...one, series: { ...healthy, ...one.series } })),
    ...kubestateCauses,
  ];
  for (const cause of causes) {
    it(`has one alert: ${cause.cause}`, () => {
      const { status, said } = judged(cause);
      expect(status, said).to.equal(0);
      expect(sent(cause.fires), 'after the inhibit rules').to.have.length(1);
    });
  }

  it('has the same one under --sparse-statesets', () => {
    const path = join(folder, 'sparse.test.yaml');
    const sparse = causes.map((one) => ({ ...one, series: sparseSeries(one.series) }));
    writeFileSync(path, causeTests(sparse, ruleFiles));
    const { status, said } = promtool(['test', 'rules', path]);
    expect(status, said).to.equal(0);
  });

  it('would be found to have two', () => {
    const [cause] = causes;
    if (cause === undefined) throw new Error('expected a cause');
    const lost = { 'kube_persistentvolumeclaim_status_phase{namespace="shop",phase="Lost"}': 1 };
    const { status, said } = judged({ ...cause, series: { ...cause.series, ...lost } });
    expect(status).to.equal(1);
    expect(said).to.include('KubePersistentVolumeClaimLost');
  });
});

describe('each broken thing in the demo', () => {
  let demo: Program;
  let prometheus: Prometheus;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-causes-'));
    demo = await startDemo('--speed=0');
    prometheus = await Prometheus.start({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [hastenedRulesIn(folder)],
      scrape_configs: JOBS,
    });
    // What is missing before the first scrape would fire, as `for` is short.
    await prometheus.queried('up == 1', JOBS.length);
    writeHastenedRules(folder);
    await prometheus.reload();
  });

  after(async () => {
    for (const one of [prometheus, demo]) await one?.stop();
    rmSync(folder, { recursive: true });
  });

  it('has one alert', async () => {
    const firing = async () => {
      const alerts = await prometheus.query('ALERTS{alertstate="firing"}');
      return alerts.map(({ labels }) => textOf(labels)).sort();
    };
    const expected = BROKEN.map(([, alert]) => alert).sort();
    const isFiring = async () => ((await firing()).length >= expected.length ? true : undefined);
    await until('an alert for each', isFiring, FIRING_TIMEOUT_MS);
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
    expect(await firing()).to.deep.equal(expected);
  });
});

/** What is broken in the demo, and its alert. */
const BROKEN: readonly (readonly [thing: string, alert: string])[] = [
  ['ads crashes', 'KubePodCrashLooping shop/ads'],
  ['no node has the GPU that trainer asks for', 'KubePodUnschedulable shop/trainer'],
  [
    'the StorageClass of a claim does not exist',
    'KubePersistentVolumeClaimPending shop/trainer-scratch',
  ],
  ['a quota has no storage left', 'KubeQuotaFullyUsed data/storage requests.storage'],
  ['a quota has one claim left', 'KubeQuotaAlmostFull data/storage persistentvolumeclaims'],
];

/** Name, namespace and object of an alert, of a pod without what its ReplicaSet has made up. */
function textOf({ alertname, namespace, ...labels }: Readonly<Record<string, string>>): string {
  const { pod, persistentvolumeclaim: claim, resourcequota: quota, resource, ...others } = labels;
  const workload = pod?.replace(/-\w+-\w+$/, '');
  const name = workload ?? claim ?? (quota && `${quota} ${resource}`) ?? JSON.stringify(others);
  return `${alertname} ${namespace}/${name}`;
}

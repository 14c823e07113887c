// docs/recipes.md, run: its values and commands, and what each stack makes of the result.
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { prometheus as newest } from '../../tools/prometheus/program.ts';
import { Prometheus, type Target } from '../../tools/prometheus/start.ts';
import { until } from '../../tools/until.ts';
import { manifestsOf } from '../chart/compare.ts';
import { NODE, POD_IP } from './installed.ts';
import {
  type Asked,
  configIn,
  discovering,
  type Generated,
  generated,
  type Job,
  startOperator,
} from './operator.ts';
import type { Program } from './program.ts';
import { fileOf, recipe, recipes } from './recipePage.ts';
import { RecipeRun } from './recipeRun.ts';
import {
  alloyJob,
  exporterOfStack,
  exporterValuesIn,
  imageOf,
  NAME,
  pathsIn,
  scraperOf,
  stackPrometheus,
  type Tree,
  textOf,
} from './stacks.ts';
import { TARGET } from './target.ts';

const SOON_MS = 30_000;
const SCRAPES = { scrape_interval: '1s', scrape_timeout: '1s' };

/** Waits until there are targets and all are up; the job and the address of each. */
async function targetsOf(prometheus: Prometheus): Promise<string[]> {
  let targets: readonly Target[] = [];
  const areUp = async (): Promise<true | undefined> => {
    targets = await prometheus.targets();
    return targets.length > 0 && targets.every(({ health }) => health === 'up') ? true : undefined;
  };
  await until('all targets up', areUp, SOON_MS).catch((error) => {
    throw new Error(`${error}; there were ${JSON.stringify(targets)}`);
  });
  return targets.map(({ labels, scrapeUrl }) => `${labels.job} ${scrapeUrl}`).sort();
}

/** The job has the series of the cluster, with the labels of the objects and not of the target. */
async function hasCluster(prometheus: Prometheus, job: string): Promise<void> {
  await prometheus.queried(`kube_pod_info{job="${job}",pod=~"${NAME}-.*",node="${NODE}"}`);
  const service = 'namespace="default",service="kubernetes"';
  await prometheus.queried(`kube_service_info{job="${job}",${service}}`);
}

const both = (job: string): string[] =>
  [8080, 8081].map((port) => `${job} http://${POD_IP}:${port}/metrics`);

describe('the recipes for stacks', function () {
  this.timeout(180_000);

  let run: RecipeRun;
  /** What Prometheus finds its targets by. */
  let scraper: string;

  before(async () => {
    run = await RecipeRun.start('recipes.e2e.ts', ['monitoring']);
    scraper = await scraperOf(run.cluster, 'monitoring');
  });

  afterEach(() => run.endTest());

  after(() => run?.stop());

  async function scraping(jobs: readonly Job[]): Promise<Prometheus> {
    const prometheus = await Prometheus.start({ global: SCRAPES, scrape_configs: jobs }, newest);
    run.atEnd(() => prometheus.stop());
    return prometheus;
  }

  describe('of swapping the image', () => {
    const known = parse(textOf('test/chart/defaults-8.4.0.yaml')) as Tree;
    const swaps = recipes.filter(({ heading }) => heading.startsWith('Swap the image'));

    it('set values that the chart of kube-state-metrics has', () => {
      expect(swaps).to.have.length(4);
      for (const one of swaps) {
        for (const path of pathsIn(exporterValuesIn(one))) {
          const at = path.reduce<unknown>((tree, key) => (tree as Tree | undefined)?.[key], known);
          expect(at, `${one.heading}: ${path.join('.')}`).to.not.equal(undefined);
        }
      }
    });

    it('name the image, by the tag that the quick start pushes', () => {
      for (const one of swaps) {
        expect(imageOf(exporterValuesIn(one))).to.equal(
          'registry.example.com/monitoring/kube-state-metrics:v2.20.0-1.0.0',
        );
      }
    });
  });

  describe('for kube-prometheus-stack', () => {
    const stack: Asked = { namespace: 'monitoring', name: 'stack' };
    let operator: Program;

    before(async () => {
      operator = await startOperator(run.cluster);
      const path = `/apis/monitoring.coreos.com/v1/namespaces/${stack.namespace}/prometheuses`;
      await run.cluster.must('POST', path, stackPrometheus(stack.name));
    });

    after(() => operator?.stop());

    /** Waits for a configuration of the operator that has these jobs, and no others. */
    const selected = (names: readonly string[]): Promise<Generated> =>
      operator.until(
        `jobs ${names.join(', ')}`,
        async () => {
          const found = await generated(run.cluster, stack);
          const jobs = found?.config.scrape_configs?.map(({ job_name }) => job_name) ?? [];
          return found && jobs.sort().join() === names.join() ? found : undefined;
        },
        SOON_MS,
      );

    async function prometheusOf(name: string, found: Generated): Promise<Prometheus> {
      const config = configIn(join(run.folder, name), found, scraper);
      const prometheus = await Prometheus.start(config, newest);
      run.atEnd(() => prometheus.stop());
      return prometheus;
    }

    it("runs by the manifests of the stack's own exporter, with the image swapped", async () => {
      const values = exporterValuesIn(recipe('Swap the image in the stack'));
      const manifests = exporterOfStack(imageOf(values));
      expect(values).to.deep.include({ selfMonitor: { enabled: true } });
      await run.cluster.kubectl(['apply', '-f', '-'], manifests);
      run.atEnd(() => run.cluster.kubectl(['delete', '-f', '-'], manifests));
      await run.run('kube-system');
      const job = `serviceMonitor/kube-system/${NAME}`;
      const found = await selected([`${job}/0`, `${job}/1`]);
      const prometheus = await prometheusOf('swapped', found);
      expect(await targetsOf(prometheus)).to.deep.equal(both(NAME));
      await hasCluster(prometheus, NAME);
      // The stack's alerts about lists and watches have no data without it.
      await prometheus.queried(`kube_state_metrics_list_total{job="${NAME}",result="success"}`);
    });

    it('is selected with its rules, and loaded with its dashboards, beside the stack', async () => {
      const said = await run.follow(recipe('Beside the stack'));
      expect(said).to.match(/servicemonitor\S*\/kube-state-metrics /);
      expect(said).to.match(/prometheusrule\S*\/kube-state-metrics /);
      await run.run('monitoring');
      const job = `serviceMonitor/monitoring/${NAME}`;
      const found = await selected([`${job}/0`, `${job}/1`]);
      const prometheus = await prometheusOf('beside', found);
      expect(await targetsOf(prometheus)).to.deep.equal(both(NAME));
      await hasCluster(prometheus, NAME);
      const { groups } = await prometheus.ask<{ groups: { name: string }[] }>('rules');
      const rule = await run.cluster.must<{ spec: { groups: { name: string }[] } }>(
        'GET',
        `/apis/monitoring.coreos.com/v1/namespaces/monitoring/prometheusrules/${NAME}`,
      );
      const names = (list: { name: string }[]) => list.map(({ name }) => name).sort();
      expect(names(groups)).to.deep.equal(names(rule.spec.groups)).and.not.be.empty;
      const label = encodeURIComponent('grafana_dashboard=1');
      const { items } = await run.cluster.must<{ items: { data: Record<string, string> }[] }>(
        'GET',
        `/api/v1/configmaps?labelSelector=${label}`,
      );
      const boards = items.flatMap(({ data }) => Object.values(data));
      expect(boards).to.not.be.empty;
      for (const text of boards) expect(JSON.parse(text)).to.have.property('panels');
    });

    it('is not selected without the label', async () => {
      const labels = ['prometheus.monitor', 'prometheusRule'].map(
        (key) => `--set ${key}.additionalLabels.release=other`,
      );
      await run.shell(
        `helm upgrade ${NAME} helm/${NAME} -n monitoring --reuse-values ${labels.join(' ')}`,
      );
      const { rules } = await selected([]);
      expect(rules).to.deep.equal({});
      await run.uninstall('monitoring');
    });
  });

  describe('for the prometheus chart', () => {
    const { scrape_configs: jobs } = parse(textOf('test/e2e/data/prometheus-scrape.yaml')) as {
      scrape_configs: Job[];
    };

    it('is found by its annotation', async () => {
      await run.follow(recipe('Beside it, found by its annotation'));
      await run.run('kube-system');
      const prometheus = await scraping(discovering(jobs, scraper));
      const job = 'kubernetes-service-endpoints';
      expect(await targetsOf(prometheus)).to.deep.equal(both(job));
      await hasCluster(prometheus, job);
    });

    it('is a job of its own, and no longer found by its annotation', async () => {
      const one = recipe('Beside it, as a job of its own');
      await run.follow(one);
      run.atEnd(() => run.uninstall('kube-system'));
      await run.run('kube-system');
      const { extraScrapeConfigs } = parse(fileOf(one, 'prometheus-values.yaml'));
      const own = parse(extraScrapeConfigs) as Job[];
      const prometheus = await scraping([...discovering(jobs, scraper), ...own]);
      expect(await targetsOf(prometheus)).to.deep.equal(
        [8080, 8081].map((port) => `${NAME} http://${TARGET}:${port}/metrics`),
      );
      await hasCluster(prometheus, NAME);
    });
  });

  describe('for k8s-monitoring', () => {
    it('is found by namespace, labels and port', async () => {
      const one = recipe('Beside k8s-monitoring');
      await run.follow(one);
      run.atEnd(() => run.uninstall('monitoring'));
      await run.run('monitoring');
      const values = parse(fileOf(one, 'k8s-monitoring-values.yaml'));
      const prometheus = await scraping(
        discovering([alloyJob(values.clusterMetrics[NAME])], scraper),
      );
      const job = `integrations/kubernetes/${NAME}`;
      expect(await targetsOf(prometheus)).to.deep.equal([both(job)[0]]);
      await hasCluster(prometheus, job);
    });
  });

  describe('for the VictoriaMetrics operator', () => {
    const one = recipe('Beside it, with a VMServiceScrape');
    const kind = '/apis/operator.victoriametrics.com/v1beta1/namespaces/monitoring';

    it('has objects as the operator defines them', async () => {
      await run.follow(one);
      const strict = 'kubectl apply --dry-run=server --validate=strict -f -';
      const release = `${NAME} helm/${NAME} -n monitoring -f values.yaml`;
      await run.shell(`helm template ${release} | ${strict}`);
      const wrong = await run
        .shell(`helm template ${release} | sed 's/honorLabels/honourLabels/' | ${strict}`)
        .catch(String);
      expect(wrong).to.include('honourLabels');
    });

    it('has the VMServiceScrape select both ports of the Service', async () => {
      const scrape = await run.cluster.must<Scrape>('GET', `${kind}/vmservicescrapes/${NAME}`);
      const path = `/api/v1/namespaces/monitoring/services/${NAME}`;
      const service = await run.cluster.must<Service>('GET', path);
      expect(service.metadata.labels).to.include(scrape.spec.selector.matchLabels);
      expect(service.metadata.labels).to.include({ [scrape.spec.jobLabel]: NAME });
      expect(scrape.spec.endpoints.map(({ port }) => port)).to.deep.equal(
        service.spec.ports.map(({ name }) => name),
      );
    });

    it('has a VMRule of the rules that a PrometheusRule would have', async () => {
      const { spec } = await run.cluster.must<{ spec: Tree }>('GET', `${kind}/vmrules/${NAME}`);
      const command = `helm template ${NAME} helm/${NAME} -n monitoring -f values.yaml`;
      const all = manifestsOf(await run.shell(`${command} --set prometheusRule.enabled=true`));
      const rule = all.find((manifest) => manifest.kind === 'PrometheusRule');
      expect(spec).to.deep.equal(rule?.spec);
      await run.uninstall('monitoring');
    });
  });

  describe('with commands', () => {
    it('were all followed', () => {
      expect(run.unfollowed()).to.deep.equal([]);
    });
  });
});

interface Scrape {
  readonly spec: {
    readonly jobLabel: string;
    readonly selector: { readonly matchLabels: object };
    readonly endpoints: readonly { readonly port: string }[];
  };
}

interface Service {
  readonly metadata: { readonly labels: Tree };
  readonly spec: { readonly ports: readonly { readonly name: string }[] };
}

// The prometheus community chart's jobs find us by annotation, on a real API server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { prometheus as withDiscovery } from '../../tools/prometheus/program.ts';
import { Prometheus, type Target } from '../../tools/prometheus/start.ts';
import { until } from '../../tools/until.ts';
import { manifestsOf } from '../chart/compare.ts';
import { outcomeOf } from '../support/outcome.ts';
import type { Exporter } from './exporter.ts';
import { chart, runHelm } from './helm.ts';
import { createPod, type Pod, type PodTemplate, runPod } from './kubelet.ts';

const NAMESPACE = 'monitoring';
/** The community chart is a release called prometheus, and we are a chart inside of it. */
const SERVICE = 'prometheus-kube-state-metrics';
const JOB = 'kubernetes-service-endpoints';
/** Prometheus goes to a pod's own address, which is not one of loopback. */
const POD = { name: `${SERVICE}-1`, node: 'node-1', ip: '10.42.0.7' };
const SLICES = `/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`;
const UP_TIMEOUT_MS = 20_000;

interface Deployment {
  readonly spec: { readonly template: PodTemplate };
}

interface Job {
  readonly job_name: string;
  readonly kubernetes_sd_configs: readonly object[];
}

/** The jobs as the chart has them, but that Prometheus is no pod and has a kubeconfig instead. */
function configOf(kubeconfig: string): object {
  const text = readFileSync(join(import.meta.dirname, 'data/prometheus-scrape.yaml'), 'utf8');
  const { scrape_configs: jobs } = parse(text) as { scrape_configs: Job[] };
  const scrape_configs = jobs.map((job) => ({
    ...job,
    kubernetes_sd_configs: job.kubernetes_sd_configs.map((discovery) => ({
      ...discovery,
      kubeconfig_file: kubeconfig,
    })),
  }));
  return { global: { scrape_interval: '1s', scrape_timeout: '1s' }, scrape_configs };
}

describe('the prometheus community chart', function () {
  this.timeout(120_000);

  let cluster: RealCluster;
  let exporter: Exporter;
  let prometheus: Prometheus;

  before(async () => {
    cluster = await startApiServer();
    await cluster.must('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    await cluster.must('POST', '/api/v1/nodes', { metadata: { name: POD.node } });
    const release = ['template', 'prometheus', chart, '--namespace', NAMESPACE];
    const { status, stdout, stderr } = runHelm(release);
    expect(status, stderr).to.equal(0);
    await cluster.kubectl(['apply', '-f', '-'], stdout);
    const deployment: unknown = manifestsOf(stdout).find(({ kind }) => kind === 'Deployment');
    const { template } = (deployment as Deployment).spec;
    const pod: Pod = {
      metadata: { name: POD.name, namespace: NAMESPACE, ...template.metadata },
      spec: { ...template.spec, nodeName: POD.node },
    };
    await createPod(cluster, pod, POD.ip);
    await cluster.must('POST', SLICES, slice({ http: 8080, metrics: 8081 }));
    const added = outcomeOf('ip', ['address', 'add', `${POD.ip}/32`, 'dev', 'lo']);
    expect(added.status, added.stderr).to.equal(0);
    exporter = await runPod(cluster, pod);
    await createScraper();
    const token = await cluster.accountToken(NAMESPACE, 'prometheus-server');
    const config = configOf(cluster.kubeconfig({ token }));
    prometheus = await Prometheus.start(config, withDiscovery);
  });

  after(async () => {
    await prometheus?.stop();
    await exporter?.stop();
    await cluster?.stop();
    outcomeOf('ip', ['address', 'delete', `${POD.ip}/32`, 'dev', 'lo']);
  });

  it('scrapes both ports at the address of the pod', async () => {
    expect(await targetsUp()).to.deep.equal([
      `${JOB} http://${POD.ip}:8080/metrics`,
      `${JOB} http://${POD.ip}:8081/metrics`,
    ]);
  });

  it('labels what it scrapes with where it comes from', async () => {
    const found = await prometheus.queried('up', 2);
    for (const { labels, value } of found) {
      expect(value).to.equal(1);
      expect(labels).to.include({
        job: JOB,
        namespace: NAMESPACE,
        service: SERVICE,
        node: POD.node,
        app_kubernetes_io_name: 'kube-state-metrics',
      });
    }
  });

  it('keeps the labels of ours that are called like its own', async () => {
    const [created] = await prometheus.queried('kube_namespace_created{namespace="kube-system"}');
    expect(created?.labels).to.include({ job: JOB, service: SERVICE, node: POD.node });
    const [service] = await prometheus.queried('kube_service_info{service="kubernetes"}');
    expect(service?.labels).to.include({ job: JOB, namespace: 'default' });
    const pod = `kube_pod_info{namespace="${NAMESPACE}",pod="${POD.name}",node="${POD.node}"}`;
    expect((await prometheus.queried(pod))[0]?.value).to.equal(1);
  });

  it('has what we tell of ourselves, too', async () => {
    const listed = 'kube_state_metrics_list_total{result="success",resource="*v1.Pod"}';
    const [pods] = await prometheus.queried(listed);
    expect(pods?.labels).to.include({ job: JOB, service: SERVICE });
    expect(pods?.labels.instance).to.equal(`${POD.ip}:8081`);
  });

  it('finds the second port where the Service has one alone: the container names it', async () => {
    await cluster.must('PUT', `${SLICES}/${SERVICE}-1`, slice({ http: 8080 }));
    const labelled = async () => {
      const targets = await prometheus.targets();
      const named = targets.filter(({ discoveredLabels }) => PORT_NAME in discoveredLabels);
      return named.length === 1 ? true : undefined;
    };
    await until('one port less in the slice', labelled, UP_TIMEOUT_MS);
    expect(await targetsUp()).to.deep.equal([
      `${JOB} http://${POD.ip}:8080/metrics`,
      `${JOB} http://${POD.ip}:8081/metrics`,
    ]);
  });

  /** Waits until all targets are up, and tells the job and address of each. */
  async function targetsUp(): Promise<string[]> {
    const areUp = async (): Promise<readonly Target[] | undefined> => {
      const targets = await prometheus.targets();
      return targets.length > 0 && targets.every(({ health }) => health === 'up')
        ? targets
        : undefined;
    };
    const targets = await until('all targets up', areUp, UP_TIMEOUT_MS);
    return targets.map(({ labels, scrapeUrl }) => `${labels.job} ${scrapeUrl}`).sort();
  }

  /** Prometheus' own account, which may read what its discovery asks for. */
  async function createScraper(): Promise<void> {
    const metadata = { name: 'prometheus-server' };
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    await cluster.must('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata });
    const verbs = ['get', 'list', 'watch'];
    const rules = [
      { apiGroups: [''], resources: ['services', 'pods'], verbs },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs },
    ];
    await cluster.must('POST', `${rbac}/clusterroles`, { metadata, rules });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', ...metadata };
    const subjects = [{ kind: 'ServiceAccount', namespace: NAMESPACE, ...metadata }];
    await cluster.must('POST', `${rbac}/clusterrolebindings`, { metadata, roleRef, subjects });
  }
});

/** Only a target that comes of the slice, and not of a container alone, is labelled so. */
const PORT_NAME = '__meta_kubernetes_endpointslice_port_name';

/** What the controller of slices makes of the Service and its pod. */
const slice = (ports: Readonly<Record<string, number>>): object => ({
  metadata: { name: `${SERVICE}-1`, labels: { 'kubernetes.io/service-name': SERVICE } },
  addressType: 'IPv4',
  ports: Object.entries(ports).map(([name, port]) => ({ name, port, protocol: 'TCP' })),
  endpoints: [
    {
      addresses: [POD.ip],
      conditions: { ready: true },
      nodeName: POD.node,
      targetRef: { kind: 'Pod', namespace: NAMESPACE, name: POD.name },
    },
  ],
});

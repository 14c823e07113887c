// What the stacks of docs/recipes.md do with their values: whom they select, by whose rights.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { RealCluster } from '../../tools/apiserver/start.ts';
import { recipeDefinitionFiles } from './definitions.ts';
import type { Job } from './operator.ts';
import type { Recipe } from './recipePage.ts';

export const NAME = 'kube-state-metrics';

const root = join(import.meta.dirname, '../..');

export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

export type Tree = Readonly<Record<string, unknown>>;

/** The values of a recipe for the chart of kube-state-metrics in another one. */
export function exporterValuesIn({ blocks }: Recipe): Tree {
  const [block] = blocks.filter(({ language }) => language === 'yaml');
  const values = parse(block?.text ?? '');
  const { deploy: _, ...own } = values[NAME] ?? values.telemetryServices[NAME];
  return own;
}

/** The path of each value that is no map. */
export const pathsIn = (tree: Tree): string[][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? pathsIn(value as Tree).map((path) => [key, ...path])
      : [[key]],
  );

export const imageOf = ({ image }: Tree): string => {
  const { registry, repository, tag } = image as Readonly<Record<string, string>>;
  return `${registry}/${repository}:${tag}`;
};

/**
 * What kube-state-metrics' chart renders as a part of the stack, with port 8081 and this image. It
 * has the label of the stack's release, and leaves intervals to Prometheus.
 */
export function exporterOfStack(image: string): string {
  const recorded = textOf('test/chart/rendered/monitor.yaml');
  const exporter = recorded
    .replace('registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0', image)
    .replace('release: prom\n', 'release: kube-prometheus-stack\n')
    .replaceAll(/^ *(interval|scrapeTimeout): .*\n/gm, '');
  if (exporter.includes(`image: ${image}\n`)) return exporter;
  throw new Error('expected the image of v2.20.0 in the recorded manifests, got another');
}

/** The Prometheus of the stack: it selects by the label of the release, in all namespaces. */
export function stackPrometheus(name: string): object {
  const own = { matchLabels: { release: 'kube-prometheus-stack' } };
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'Prometheus',
    metadata: { name },
    spec: {
      serviceMonitorSelector: own,
      serviceMonitorNamespaceSelector: {},
      ruleSelector: own,
      ruleNamespaceSelector: {},
      scrapeInterval: '1s',
      scrapeTimeout: '1s',
      evaluationInterval: '1s',
    },
  };
}

/** How Alloy finds the exporter by these values of k8s-monitoring, in the words of Prometheus. */
export function alloyJob(values: {
  namespace: string;
  labelMatchers: Record<string, string>;
}): Job {
  const label = Object.entries(values.labelMatchers).map((pair) => pair.join('='));
  const role = 'endpoints';
  return Object.assign(
    {
      job_name: `integrations/kubernetes/${NAME}`,
      kubernetes_sd_configs: [
        {
          role,
          namespaces: { names: [values.namespace] },
          selectors: [{ role, label: label.join() }],
        },
      ],
    },
    {
      relabel_configs: [
        {
          source_labels: ['__meta_kubernetes_endpoint_port_name'],
          regex: 'http',
          action: 'keep',
        },
      ],
    },
  );
}

/** A kubeconfig of an account that may read what discovery asks for. */
export async function scraperOf(cluster: RealCluster, namespace: string): Promise<string> {
  const create = ['-n', namespace, 'create'];
  await cluster.kubectl([...create, 'serviceaccount', 'prometheus']);
  const what = 'services,endpoints,pods,endpointslices.discovery.k8s.io';
  const role = ['clusterrole', 'prometheus', '--verb=get,list,watch', `--resource=${what}`];
  await cluster.kubectl([...create, ...role]);
  const account = `--serviceaccount=${namespace}:prometheus`;
  const binding = ['clusterrolebinding', 'prometheus', '--clusterrole=prometheus', account];
  await cluster.kubectl([...create, ...binding]);
  return cluster.kubeconfig({ token: await cluster.accountToken(namespace, 'prometheus') });
}

/** The kinds of other projects that the recipes have to do with, or their operators ask for. */
const DEFINED = [
  'servicemonitors.monitoring.coreos.com',
  'podmonitors.monitoring.coreos.com',
  'probes.monitoring.coreos.com',
  'prometheusrules.monitoring.coreos.com',
  'prometheuses.monitoring.coreos.com',
  'vmservicescrapes.operator.victoriametrics.com',
  'vmrules.operator.victoriametrics.com',
  'applications.argoproj.io',
  'helmreleases.helm.toolkit.fluxcd.io',
  'helmcharts.source.toolkit.fluxcd.io',
  'helmrepositories.source.toolkit.fluxcd.io',
  'gitrepositories.source.toolkit.fluxcd.io',
  'ocirepositories.source.toolkit.fluxcd.io',
];

/** Defines them, and waits until they are served. */
export async function define(cluster: RealCluster): Promise<void> {
  const yaml = recipeDefinitionFiles.flatMap((file) => readFileSync(file, 'utf8').split(/^---$/m));
  const flux = textOf('test/custom/packs/flux.definitions.jsonl').split('\n');
  const all = [...yaml, ...flux];
  const texts = DEFINED.map((name) => {
    const found = all.find((text) => text.includes(name));
    if (found === undefined) throw new Error(`expected a definition of ${name}, got none`);
    return found;
  });
  await cluster.kubectl(['apply', '--server-side', '-f', '-'], texts.join('\n---\n'));
  const served = ['wait', '--for=condition=Established', '--timeout=30s'];
  await cluster.kubectl([...served, ...DEFINED.map((name) => `customresourcedefinition/${name}`)]);
}

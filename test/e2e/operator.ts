// The Prometheus operator on a real API server: what it makes of monitors and rules, read back.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'yaml';
import type { RealCluster } from '../../tools/apiserver/start.ts';
import { prometheusOperator } from '../../tools/prometheusOperator/program.ts';
import { freePorts } from '../../tools/serverProcess.ts';
import { Program } from './program.ts';

export interface Job {
  readonly job_name: string;
  readonly kubernetes_sd_configs?: readonly object[];
}

/** A Prometheus object, by which the operator is asked for a configuration. */
export interface Asked {
  readonly namespace: string;
  readonly name: string;
}

/** What a Prometheus of the operator is started with. */
export interface Generated {
  readonly config: { readonly scrape_configs?: readonly Job[] };
  /** Texts of rule files by file name. */
  readonly rules: Readonly<Record<string, string>>;
}

/** Starts it as the administrator, and waits until it is ready. */
export async function startOperator(cluster: RealCluster): Promise<Program> {
  const [port = 0] = await freePorts(1);
  const program = new Program('env', [
    `KUBECONFIG=${cluster.kubeconfig()}`,
    prometheusOperator,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  await program.answers(`http://127.0.0.1:${port}/healthz`);
  return program;
}

/** What it has generated so far, or undefined where that is nothing. */
export async function generated(
  cluster: RealCluster,
  { namespace, name }: Asked,
): Promise<Generated | undefined> {
  const core = `/api/v1/namespaces/${namespace}`;
  const secret = await cluster.request<{ data?: Record<string, string> }>(
    'GET',
    `${core}/secrets/prometheus-${name}`,
  );
  const packed = secret.body.data?.['prometheus.yaml.gz'];
  if (packed === undefined) return undefined;
  const label = encodeURIComponent(`prometheus-name=${name}`);
  const { items } = await cluster.must<{ items: { data?: Record<string, string> }[] }>(
    'GET',
    `${core}/configmaps?labelSelector=${label}`,
  );
  const text = gunzipSync(Buffer.from(packed, 'base64')).toString();
  return {
    // The operator's reloader, beside Prometheus in its pod, puts in which shard that is.
    config: parse(text.replaceAll('$(SHARD)', '0')),
    rules: Object.assign({}, ...items.map(({ data }) => data)),
  };
}

/** Jobs that look for targets by this kubeconfig, as Prometheus is no pod here. */
export const discovering = (jobs: readonly Job[], kubeconfig: string): Job[] =>
  jobs.map(({ kubernetes_sd_configs: discoveries, ...job }) => ({
    ...job,
    ...(discoveries && {
      kubernetes_sd_configs: discoveries.map((one) => ({ ...one, kubeconfig_file: kubeconfig })),
    }),
  }));

/** The configuration as Prometheus reads it, its rules in a folder that is made. */
export function configIn(folder: string, { config, rules }: Generated, kubeconfig: string): object {
  mkdirSync(folder);
  for (const [file, text] of Object.entries(rules)) writeFileSync(join(folder, file), text);
  const scrape_configs = discovering(config.scrape_configs ?? [], kubeconfig);
  return { ...config, scrape_configs, rule_files: [join(folder, '*.yaml')] };
}

// Flux's helm-controller on a real API server, and stand-ins for what it works with.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RealCluster } from '../../tools/apiserver/start.ts';
import { helmController } from '../../tools/flux/program.ts';
import { freePorts } from '../../tools/serverProcess.ts';
import { until } from '../../tools/until.ts';
import type { ApiObject } from './kubelet.ts';
import { Program } from './program.ts';

const SOON_MS = 30_000;
/** Of an object whose spec nobody has changed since it was made. */
const STATUS = { observedGeneration: 1 };

/** Starts it as the administrator, and waits until it is ready. */
export async function startHelmController(cluster: RealCluster): Promise<Program> {
  const [health = 0, metrics = 0] = await freePorts(2);
  const program = new Program('env', [
    `KUBECONFIG=${cluster.kubeconfig()}`,
    helmController,
    `--health-addr=127.0.0.1:${health}`,
    `--metrics-addr=127.0.0.1:${metrics}`,
    '--graceful-shutdown-timeout=1s',
  ]);
  await program.answers(`http://127.0.0.1:${health}/readyz`);
  return program;
}

/**
 * Does to a source what the source-controller does: makes it ready, with a packaged chart as the
 * artifact, which is served on loopback. Returns the end of that.
 */
export async function serveSource(
  cluster: RealCluster,
  path: string,
  archive: string,
): Promise<() => Promise<unknown>> {
  const chart = readFileSync(archive);
  const server = createServer((_, response) => response.end(chart)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const now = new Date().toISOString();
  const digest = `sha256:${createHash('sha256').update(chart).digest('hex')}`;
  const ready = { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'stored' };
  await cluster.must('PATCH', `${path}/status`, {
    status: {
      ...STATUS,
      conditions: [{ ...ready, lastTransitionTime: now }],
      artifact: {
        path: 'chart.tgz',
        url: `http://127.0.0.1:${port}/chart.tgz`,
        revision: `1.0.0@${digest}`,
        digest,
        size: chart.length,
        lastUpdateTime: now,
      },
    },
  });
  return () => once(server.close(), 'close');
}

/** Does to a Deployment what its controller does where all pods are ready, once it is there. */
export async function becomesReady(
  cluster: RealCluster,
  namespace: string,
  name: string,
): Promise<void> {
  const apps = `/apis/apps/v1/namespaces/${namespace}`;
  const found = async (): Promise<ApiObject | undefined> => {
    const answer = await cluster.request<ApiObject>('GET', `${apps}/deployments/${name}`);
    return answer.status === 200 ? answer.body : undefined;
  };
  const deployment = await until(`the deployment ${name}`, found, SOON_MS);
  const { apiVersion, kind, metadata, spec } = deployment;
  const owner = { apiVersion, kind, name, uid: metadata.uid, controller: true };
  const hash = { 'pod-template-hash': '1' };
  const template = {
    ...spec.template,
    metadata: { labels: { ...spec.template.metadata.labels, ...hash } },
  };
  const count = spec.replicas ?? 1;
  const counted = { replicas: count, readyReplicas: count, availableReplicas: count };
  const status = { ...STATUS, ...counted };
  await cluster.must('POST', `${apps}/replicasets`, {
    metadata: { name: `${name}-1`, labels: template.metadata.labels, ownerReferences: [owner] },
    spec: { replicas: count, selector: { matchLabels: template.metadata.labels }, template },
  });
  await cluster.must('PATCH', `${apps}/replicasets/${name}-1/status`, { status });
  await cluster.must('PATCH', `${apps}/deployments/${name}/status`, {
    status: { ...status, updatedReplicas: count },
  });
}

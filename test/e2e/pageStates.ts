// Serves the two pages with every state that a resource can have, and frames that measure pages.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { metricsPage } from '../../src/http/pages/metricsPage.ts';
import type { ResourceReport, StatusReport } from '../../src/http/pages/statusReport.ts';
import { telemetryPage } from '../../src/http/pages/telemetryPage.ts';
import type { ResourceStatus } from '../../src/http/readiness.ts';
import type { LeaderStatus } from '../../src/leader/status.ts';
import type { LoggedLine } from '../../src/lib/logRing.ts';
import { nowMs, reportOf, resourceOf } from '../http/pages/reportOf.ts';
import { get } from './get.ts';

const status = (resource: string, more: Partial<ResourceStatus>): ResourceStatus => ({
  resource,
  synced: false,
  refused: false,
  detail: '',
  ...more,
});

const synced = { synced: true, detail: 'watching' };
const longName =
  'internalverticalpodautoscalercheckpointpolicies.platform.team-payments.example-company.com/' +
  'v1alpha1';
const longDetail =
  'https://kubernetes.default.svc.cluster.local/apis/platform.example.com/v1alpha1/namespaces/' +
  'shop/internalverticalpodautoscalercheckpointpolicies?resourceVersion=0&sendInitialEvents=true ' +
  'answered 403: User "system:serviceaccount:kube-system:kube-state-metrics" cannot list them';

/** A resource in each state, custom kinds among them, with names and details of any length. */
export const everyState: readonly ResourceStatus[] = [
  status('pods', synced),
  status('validatingadmissionpolicybindings', synced),
  status('secrets', { refused: true, detail: longDetail }),
  status('nodes', { detail: 'the first list is being read: 1,500 objects' }),
  status('deployments', {
    ...synced,
    behind: { untilMs: 0, ageMs: 90_000, why: 'connect ECONNREFUSED 10.96.0.1:443' },
  }),
  status(longName, { optional: 'absent', detail: 'no CustomResourceDefinition has this kind' }),
  status('gateways.gateway.networking.k8s.io/v1', {
    optional: 'joining',
    detail: `installed 3 s ago; ${longDetail}`,
  }),
];

const leaderStatus: LeaderStatus = {
  serves: false,
  keepsConnections: false,
  ready: true,
  sentence:
    'Following kube-state-metrics-6d5f9c8b7d-internal-platform-x2x4q, which holds the Lease ' +
    'kube-system/kube-state-metrics-with-a-name-as-long-as-names-may-be.',
};

const size = { objects: 1_234_567, series: 98_765_432, bytes: 12_345_678_901 };

const pages: Readonly<Record<string, (ctx: Koa.Context) => void>> = {
  '/metrics-page': (ctx) =>
    metricsPage(ctx, {
      version: '1.0.0-rc.1+0123456789abcdef',
      telemetryPort: 8081,
      statuses: everyState,
      leaderStatus,
      stores: new Map(everyState.map(({ resource }) => [resource, { size }])),
    }),
  '/telemetry-page': (ctx) =>
    telemetryPage(ctx, {
      report: fullReport(),
      metricsPort: 8080,
      statuses: everyState,
      leaderStatus,
      profiling: true,
    }),
};

/** A report in which everything has happened, with texts of any length. */
function fullReport(): StatusReport {
  const { build, memory, scrapes } = reportOf();
  const full = { usedBytes: 98_765_432_100, limitBytes: 100_000_000_000 };
  const last = [0.004, 0.2, 12.3].map((seconds) => ({
    method: 'get' as const,
    seconds,
    endedMs: nowMs - 90_000,
  }));
  return reportOf({
    build: { ...build, version: '1.0.0-rc.1+0123456789abcdef' },
    apiServer: { server: longDetail, version: undefined, failure: longDetail, atMs: nowMs },
    changedOptions: [
      { flag: '--resources', value: `pods,${longName}` },
      { flag: '--continue-without-custom-resource-state-config-file', value: 'true' },
    ],
    configFiles: [
      { filename: '/etc/config.yaml', inForce: true, hash: 281474976710655, sinceMs: nowMs },
      { filename: `/etc/${longName}.yaml`, inForce: false, hash: 7, sinceMs: nowMs },
      { filename: '/etc/wrong.yaml', inForce: false, hash: undefined, sinceMs: undefined },
    ],
    resources: new Map(everyState.map(({ resource }) => [resource, fullResource()])),
    memory: { ...memory, heap: full, container: full, residentBytes: 98_765_432_100 },
    scrapes: { ...scrapes, last },
    log: { lines: Array.from({ length: 100 }, (_, i) => loggedLine(i)), total: 98_765 },
  });
}

function fullResource(): ResourceReport {
  const counts = { start: 1, gone: 98_765, 'version-refused': 3, resharded: 7 };
  const relists = {
    byValue: new Map(Object.entries(counts)),
    last: { value: 'version-refused', atMs: nowMs - 7_200_000 },
  };
  const [reflector] = resourceOf().reflectors;
  const reflectors = Array.from({ length: 25 }, (_, i) => ({
    ...(reflector as NonNullable<typeof reflector>),
    namespace: `team-payments-internal-platform-production-${i}`,
    fieldSelector: 'spec.nodeName=ip-10-0-123-45.eu-central-1.compute.internal',
    resourceVersion: '12345678901234567890',
  }));
  return resourceOf({ reflectors, relists });
}

const loggedLine = (i: number): LoggedLine => ({
  level: i % 3 === 0 ? 'error' : 'warn',
  time: new Date(nowMs - i * 61_000).toISOString(),
  message: 'request failed, retrying',
  fields: [
    ['resource', longName],
    ['detail', longDetail],
    ['err', `TypeError: ${'unbroken'.repeat(30)}`],
  ],
  lostFields: i === 1 ? 3 : undefined,
});

export interface PageStates {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * `/metrics-page` and `/telemetry-page` are the pages in every state; `/at/PORT` is a page that
 * listens elsewhere; `/frames/WIDTH,WIDTH/PATH` shows one of these in frames, because no window is
 * as narrow as a phone, and writes how wide each frame and its content are.
 */
export async function startPageStates(): Promise<PageStates> {
  const app = new Koa();
  app.use(async (ctx) => {
    const [, port] = /^\/at\/(\d+)$/.exec(ctx.path) ?? [];
    const [, widths, path] = /^\/frames\/([\d,]+)(\/.+)$/.exec(ctx.path) ?? [];
    if (widths !== undefined) {
      ctx.type = 'text/html';
      ctx.body = frameOf(widths.split(','), String(path));
    } else if (port !== undefined) {
      const { body, headers } = await get(`http://127.0.0.1:${port}/`);
      ctx.type = 'text/html';
      ctx.set('Content-Security-Policy', String(headers['content-security-policy']));
      ctx.body = body;
    } else {
      pages[ctx.path]?.(ctx);
    }
  });
  const server = createServer(app.callback());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const frameOf = (widths: readonly string[], path: string): string => `<!doctype html>
<style>
body { margin: 0; display: flex; background: #888 }
iframe { flex: none; border: 0; height: 200000px }
</style>
${widths.map((width) => `<iframe src="${path}" style="width: ${width}px"></iframe>`).join('\n')}
<p id="widths" hidden></p>
<script>
onload = () => {
  const widths = [...document.querySelectorAll('iframe')].map((frame) => {
    // What is folded must not be too wide either.
    for (const fold of frame.contentDocument.querySelectorAll('details')) fold.open = true;
    const { scrollWidth, clientWidth } = frame.contentDocument.documentElement;
    return [clientWidth, scrollWidth];
  });
  document.querySelector('#widths').textContent = JSON.stringify(widths);
};
</script>
`;

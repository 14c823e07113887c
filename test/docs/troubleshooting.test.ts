// The lines that docs/troubleshooting.md shows: the program says each where the page says so.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Heap, HeapWatch } from '../../src/app/heap.ts';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { errorMessage } from '../../src/lib/errors.ts';
import { certificate, key } from '../kube/certificate.ts';
import { TestClock } from '../support/clock.ts';
import * as faults from '../support/faults.ts';
import { kubeconfigOf } from '../support/kubeconfig.ts';
import { outcomeOf } from '../support/outcome.ts';
import { pod } from '../support/program.ts';
import { start } from '../support/start.ts';
import { blocksOf, textOf } from './markdown.ts';
import { constantPart, told } from './told.ts';

const page = 'docs/troubleshooting.md';
const two = ['--resources=pods,services'];
const timeoutMs = 60_000;

const forbidden = (server: ApiServer): void => {
  server.faults.add({ resource: 'pods', act: faults.forbid });
};

/** What is said in each section, by its heading. */
const sections: Readonly<Record<string, (folder: string) => Promise<string[]>>> = {
  '`/metrics` and `/readyz` answer 503': () =>
    told({ args: two, ms: 5_000, before: (server) => server.close() }),
  'What is served is old': () => told({ args: two, ms: 60_000, later: (server) => server.close() }),
  '403: forbidden': () => told({ args: two, ms: 40_000, before: forbidden }),
  'The pod ends with exit code 2 or 1': async () => [
    `kubestate: ${await start(['--resources=podz']).then(() => '', errorMessage)}`,
  ],
  'OOMKilled (exit code 137) and exit code 134': async () => [...nearlyFull(), ...outOfHeap()],
  'A family or a series is missing': () =>
    told({
      args: [...two, '--metric-denylist=kube_pod_inof', '--object-limit=1'],
      ms: 2_000,
      later: (server) => void server.create(pod('three') as never),
    }),
  'The start is slow': () =>
    told({
      args: two,
      ms: 1_000,
      before: (server) => void server.faults.add({ resource: 'pods', act: faults.silent(1) }),
    }),
  'TLS errors': selfSigned,
  'A scrape is refused with 401 or 403': () => told({ args: [...two, '--auth-filter'], ms: 1_000 }),
  'A custom resource has no series': customResource,
  'Only one of two replicas answers': () => told(follower),
};

/** The two warnings of little memory, as the program's own watch says them. */
function nearlyFull(): string[] {
  const lines: string[] = [];
  const log = { warn: (keys: object, msg: string) => lines.push(logged('warn', keys, msg)) };
  const heap: Heap = { usedBytes: 93, limitBytes: 100 };
  const calls: (() => void)[] = [];
  const onCollected = (call: () => void) => {
    calls.push(call);
    return () => undefined;
  };
  const watch = new HeapWatch({
    heap: { read: () => heap, onCollected },
    container: { read: () => heap },
    clock: new TestClock({ wallMs: 0 }),
    log: log as never,
    objects: () => ({ held: 1, listing: 0 }),
  });
  for (const call of calls) call();
  watch.close();
  return lines;
}

const logged = (level: string, keys: object, msg: string): string =>
  JSON.stringify({ level, ...keys, msg });

/** What V8 writes as it ends a process: the same, whatever filled the heap. */
function outOfHeap(): string[] {
  const fill = 'const all = []; for (;;) all.push({});';
  const { stderr, signal, status } = outcomeOf(process.execPath, [
    '--max-old-space-size=20',
    '-e',
    fill,
  ]);
  // A shell, and Kubernetes, tell the signal as 128 + 6.
  expect(signal ?? status).to.be.oneOf(['SIGABRT', 134]);
  return stderr.split('\n').flatMap((line) => line.match(/FATAL ERROR: .*/) ?? []);
}

async function selfSigned(folder: string): Promise<string[]> {
  const server = createServer({ key, cert: certificate }, (_, response) => response.end('{}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, kubeconfig(url));
  try {
    return await told({ where: `--kubeconfig=${file}`, args: two, ms: 5_000 });
  } finally {
    server.close();
  }
}

const kubeconfig = (server: string): string => kubeconfigOf({ server }, { token: 'x' });

function customResource(folder: string): Promise<string[]> {
  const file = join(folder, 'custom.yaml');
  writeFileSync(file, configuration);
  return told({
    args: ['--resources=pods', `--custom-resource-state-config-file=${file}`],
    ms: 5_000,
  });
}

const configuration = `kind: CustomResourceStateMetrics
spec:
  resources:
    - groupVersionKind: { group: shop.example.com, version: v1, kind: Order }
      metrics:
        - name: items
          each: { type: Gauge, gauge: { path: [spec, items] } }
        - name: phase
          each: { type: Guage, gauge: { path: [status, phase] } }
`;

const leader = 'kube-state-metrics-1';
const follower = {
  args: [...two, '--leader-elect', '--pod=one', '--pod-namespace=default'],
  ms: 3_000,
  before(server: ApiServer): void {
    server.create({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace: 'default', name: 'kube-state-metrics' },
      spec: { holderIdentity: `${leader}_x`, leaseDurationSeconds: 300, leaseTransitions: 1 },
    } as never);
  },
};

/** The lines that the page shows below a heading. */
function shownBelow(heading: string): string[] {
  const [, below = ''] = textOf(page).split(`\n## ${heading}\n`);
  const [section = ''] = below.split('\n## ');
  return blocksOf(section)
    .filter(({ language }) => language === 'text')
    .flatMap(({ text }) => text.split('\n'));
}

describe('docs/troubleshooting.md', function () {
  this.timeout(timeoutMs);

  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-docs-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const [heading, say] of Object.entries(sections)) {
    it(`shows what the program says: ${heading}`, async () => {
      const shown = shownBelow(heading);
      expect(shown).to.have.length.above(0);
      const said = (await say(folder)).map(constantPart);
      const unsaid = shown.filter((line) => !said.includes(constantPart(line)));
      expect(unsaid, `said was:\n${said.join('\n')}`).to.deep.equal([]);
    });
  }

  it('shows no line that no test has said', () => {
    const headings = [...textOf(page).matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
    const shown = headings.filter((heading) => shownBelow(heading).length > 0);
    expect(shown).to.have.members(Object.keys(sections));
  });

  it('is compared word by word', () => {
    expect(constantPart('pods   waiting  retrying: connect ECONNREFUSED 10.0.0.1:443')).to.equal(
      constantPart('pods waiting retrying: connect ECONNREFUSED 127.0.0.1:8443'),
    );
    expect(constantPart('pods stale')).to.not.equal(constantPart('pods synced'));
  });
});

// The plain manifests on a real API server: applied as users do, and run by what stands in them.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import type { Rule } from '../../src/app/rules.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import type { Exporter } from './exporter.ts';
import { defaults, installs, mayRead, NAME } from './installs.ts';
import { type ApiObject, type Pod, podsOf, startPod } from './kubelet.ts';
import { promtool } from './promtool.ts';

const root = join(import.meta.dirname, '../..');
const NODES = ['node-a', 'node-b'];
const SOON_MS = 20_000;
const POLL_MS = 100;
const AT_ONCE = { gracePeriodSeconds: 0 };

describe('the plain manifests on a real API server', function () {
  this.timeout(120_000);

  let cluster: RealCluster;
  /** The kinds that users can make, as kubectl takes them. */
  let kinds: string;
  /** What any account may do. */
  let anyone: ReadonlySet<string>;

  before(async () => {
    cluster = await startApiServer();
    const verbs = '--verbs=list,create,delete';
    const names = await cluster.kubectl(['api-resources', verbs, '--output=name']);
    kinds = names.trim().split('\n').join(',');
    for (const name of NODES) await cluster.must('POST', '/api/v1/nodes', { metadata: { name } });
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await cluster.must('POST', '/api/v1/namespaces', { metadata: { name: 'team', labels } });
    for (const namespace of ['default', 'team']) await fill(namespace);
    const path = '/api/v1/namespaces/team/serviceaccounts';
    await cluster.must('POST', path, { metadata: { name: 'anyone' } });
    anyone = await rightsOf('team/anyone', 'team');
  });

  after(() => cluster.stop());

  for (const install of installs) {
    describe(`kubectl apply ${install.source.join(' ')}`, () => {
      let applied: string[];
      let objects: ApiObject[];
      let pods: Pod[];
      const exporters: { readonly pod: Pod; readonly exporter: Exporter }[] = [];

      before(async () => {
        applied = linesOf(await cluster.kubectl(['apply', ...install.source]));
        objects = await ours();
        const workloads = objects.filter(({ kind }) => /Deployment|Set$/.test(kind));
        pods = workloads.flatMap((workload) => podsOf(workload, NODES));
      });

      after(async () => {
        for (const { exporter } of exporters) await exporter.stop();
      });

      it('makes these objects, no others, and has nothing to change after that', async () => {
        expect(objects.map(summaryOf)).to.have.members(install.objects);
        expect(applied).to.have.length(install.objects.length);
        for (const line of applied) expect(line).to.match(/ created$/);
        await cluster.kubectl(['apply', ...install.source]);
        expect((await ours()).map(versionOf)).to.deep.equal(objects.map(versionOf));
      });

      it('gives its accounts what they need and no more', async () => {
        const accounts = new Set(pods.map(accountOf));
        expect([...accounts]).to.have.members(Object.keys(install.rights));
        for (const [name, rights] of Object.entries(install.rights)) {
          const everywhere = rights[''] ?? [];
          for (const namespace of ['default', 'kube-system', NAME, 'team']) {
            const expected = new Set([...everywhere, ...(rights[namespace] ?? [])]);
            await soon(async () => {
              const found = [...(await rightsOf(name, namespace))].filter(
                (one) => !anyone.has(one),
              );
              expect(found, `${name} in ${namespace}`).to.have.members([...expected]);
            });
          }
          const as = `--as=system:serviceaccount:${name.replace('/', ':')}`;
          const question = ['auth', 'can-i', 'get', 'secrets', '--all-namespaces', as];
          await cluster.kubectl(question).then(
            (said) => expect.fail(said),
            (refusal) => expect(`${refusal}`).to.match(/ended with 1: no\n$/),
          );
        }
      });

      it('makes pods that the restricted Pod Security Standard admits', async () => {
        const path = '/api/v1/namespaces/team/pods?dryRun=All';
        for (const { metadata, spec } of pods) {
          const { name, labels } = metadata;
          await cluster.must('POST', path, { metadata: { name, labels }, spec });
        }
      });

      it('becomes ready by its own flags and accounts, and serves each object once', async () => {
        for (const pod of pods) await cluster.must('POST', podPath(pod.metadata.namespace), pod);
        const starting = pods.map(async (pod) => {
          exporters.push({ pod, exporter: await startPod(cluster, pod) });
        });
        await Promise.all(starting);
        for (const { pod, exporter } of exporters) {
          const { text = '' } = (await exporter.readyz()) ?? {};
          const may = Object.values(install.rights[accountOf(pod)] ?? {}).flat();
          const expected = defaults.filter((table) => may.includes(mayRead([table])[0] as string));
          expect(syncedIn(text), text).to.have.members(expected.map(({ plural }) => plural));
        }
        await soon(async () => expect(await scraped()).to.deep.equal(await existing()));
      });

      it('is gone when it is deleted', async () => {
        const codes = await Promise.all(exporters.splice(0).map(({ exporter }) => exporter.stop()));
        expect(codes).to.deep.equal(pods.map(() => 0));
        for (const { metadata } of pods) {
          const path = `${podPath(metadata.namespace)}/${metadata.name}`;
          await cluster.must('DELETE', path, AT_ONCE);
        }
        await cluster.kubectl(['delete', '--wait=false', ...install.source]);
        for (const { kind, metadata } of await ours()) {
          // What the controllers of namespaces and of garbage would do.
          const path = kind === 'Namespace' ? `/api/v1/namespaces/${metadata.name}/finalize` : '';
          if (path) await cluster.must('PUT', path, { metadata, spec: { finalizers: [] } });
          if (kind === 'Lease') await cluster.must('DELETE', leasePath(metadata));
        }
        expect((await ours()).map(summaryOf)).to.deep.equal([]);
      });

      /** What scrapers get who ask each pod that a Service leads to. */
      async function scraped(): Promise<string[]> {
        const services = objects.filter(({ kind }) => kind === 'Service');
        const scrapes = [];
        for (const { metadata, spec } of services) {
          const selector = Object.entries(spec.selector).map((pair) => pair.join('='));
          const query = `?labelSelector=${encodeURIComponent(selector.join())}`;
          const path = podPath(metadata.namespace ?? '') + query;
          const { items } = await cluster.must<{ items: ApiObject[] }>('GET', path);
          const names = items.map((pod) => pod.metadata.name);
          const ends = exporters.filter(({ pod }) => names.includes(pod.metadata.name));
          for (const { exporter } of ends) scrapes.push(await exporter.scrape());
        }
        expect(scrapes).to.have.length(pods.length - (install.followers ?? 0));
        return scrapes.flatMap(servedIn).sort();
      }

      /** What there is to serve. */
      async function existing(): Promise<string[]> {
        const answer = await cluster.kubectl(['get', SHOWN.join(), '-A', '--output=json']);
        const { items } = JSON.parse(answer) as { items: ApiObject[] };
        const { namespaces } = install;
        return items
          .filter(({ metadata }) => namespaces?.includes(metadata.namespace ?? '') ?? true)
          .map(
            ({ kind, metadata: { namespace, name } }) =>
              `${kind.toLowerCase()} ${kind === 'Namespace' ? name : `${namespace}/${name}`}`,
          )
          .sort();
      }
    });
  }

  it('tell a shard its place by the Role alone', async () => {
    await cluster.kubectl(['apply', '-f', 'rbac/autosharding/']);
    const path = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${NAME}`;
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] }];
    await cluster.must('PATCH', path, { rules });
    const [workload] = (await ours()).filter(({ kind }) => kind === 'StatefulSet');
    const [, pod] = podsOf(workload as ApiObject, NODES);
    if (pod === undefined) throw new Error('expected two replicas, got fewer');
    await cluster.must('POST', podPath('kube-system'), pod);
    const exporter = await startPod(cluster, pod, '--resources=pods');
    const telemetry = await exporter.telemetry();
    expect(await exporter.stop()).to.equal(0);
    await cluster.must('DELETE', `${podPath('kube-system')}/${pod.metadata.name}`, AT_ONCE);
    await cluster.kubectl(['delete', '-f', 'rbac/autosharding/']);
    expect(telemetry).to.include('kube_state_metrics_shard_ordinal{shard_ordinal="1"} 1\n');
    expect(telemetry).to.include('kube_state_metrics_total_shards 2\n');
  });

  it('are the same objects to kustomize', async () => {
    const below = readdirSync(join(root, 'rbac'), { withFileTypes: true });
    const folders = below.filter((one) => one.isDirectory()).map(({ name }) => `rbac/${name}`);
    expect(folders).to.have.length(4);
    for (const folder of ['rbac', ...folders]) {
      const files = readdirSync(join(root, folder)).filter((file) => file.endsWith('.yaml'));
      const read = files.map((file) => parse(readFileSync(join(root, folder, file), 'utf8')));
      expect(await kustomized(folder), folder).to.have.deep.members(read);
    }
    expect(await kustomized('.')).to.deep.equal(await kustomized('rbac'));
  });

  it('move to another namespace and image by the kustomization of the README', async () => {
    cpSync(join(root, 'rbac'), join(cluster.folder, 'rbac'), { recursive: true });
    mkdirSync(join(cluster.folder, 'mine'));
    writeFileSync(join(cluster.folder, 'mine/kustomization.yaml'), blockOf('namespace'));
    const objects = await kustomized(join(cluster.folder, 'mine'));
    const text = JSON.stringify(objects);
    expect(text.match(/"namespace":"\w+/g)).to.have.length(4);
    expect(text).to.not.include('"namespace":"kube-system"');
    expect(text).to.include('"image":"registry.example.com/');
  });

  it('are scraped by the configuration of the README', () => {
    const path = join(cluster.folder, 'prometheus.yaml');
    writeFileSync(path, blockOf('scrape_configs'));
    const { status, said } = promtool(['check', 'config', path]);
    expect(status, said).to.equal(0);
  });

  /** Objects that are called as we call ours, whatever their kind; no pods. */
  async function ours(): Promise<ApiObject[]> {
    const answer = await cluster.kubectl(['get', kinds, '-A', '--output=json']);
    const { items } = JSON.parse(answer) as { items: ApiObject[] };
    return items.filter(
      ({ kind, metadata }) => metadata.name.startsWith(NAME) && kind !== 'Pod' && kind !== 'Event',
    );
  }

  async function rightsOf(name: string, namespace: string): Promise<Set<string>> {
    const token = await cluster.accountToken(...(name.split('/') as [string, string]));
    const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    const kind = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview' };
    const body = { ...kind, spec: { namespace } };
    const { status } = await cluster.must<RulesReview>('POST', path, body, { token });
    expect(status.incomplete).to.equal(false);
    return new Set(status.resourceRules.flatMap(rightsIn));
  }

  /** A pod on each node and one on none, and a config map. */
  async function fill(namespace: string): Promise<void> {
    const securityContext = {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    };
    const containers = [{ name: 'main', image: 'example', securityContext }];
    for (const nodeName of [...NODES, undefined]) {
      const metadata = { name: `on-${nodeName ?? 'none'}` };
      await cluster.must('POST', podPath(namespace), { metadata, spec: { containers, nodeName } });
    }
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await cluster.must('POST', path, { metadata: { name: 'settings' } });
  }

  const kustomized = async (folder: string): Promise<object[]> =>
    parseAllDocuments(await cluster.kubectl(['kustomize', folder])).map((one) => one.toJS());
});

interface RulesReview {
  readonly status: { readonly incomplete: boolean; readonly resourceRules: readonly Rule[] };
}

const rightsIn = ({ verbs, apiGroups, resources: plurals, resourceNames = [''] }: Rule) =>
  verbs.flatMap((verb) =>
    apiGroups.flatMap((group) =>
      plurals.flatMap((plural) =>
        resourceNames.map((name) => `${verb} ${plural}.${group}${name && `/${name}`}`),
      ),
    ),
  );

/** Tries what has to hold until it does; both RBAC and series follow what is written later. */
async function soon(holds: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + SOON_MS;
  for (;;) {
    try {
      await holds();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(POLL_MS);
    }
  }
}

const podPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;
const leasePath = ({ namespace, name }: ApiObject['metadata']): string =>
  `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
const accountOf = ({ metadata, spec }: Pod): string =>
  `${metadata.namespace}/${spec.serviceAccountName}`;
const linesOf = (text: string): string[] => text.trim().split('\n');

const versionOf = ({ metadata }: ApiObject): string => metadata.resourceVersion;

function summaryOf({ kind, metadata: { namespace, name }, spec }: ApiObject): string {
  const path = namespace === undefined ? name : `${namespace}/${name}`;
  return `${kind} ${path}${spec?.replicas === undefined ? '' : ` ${spec.replicas}`}`;
}

/** What is compared between the API server and all scrapes. */
const SHOWN = ['pods', 'configmaps', 'namespaces'];
const SERIES = /^kube_(?:(pod|configmap)_info|(namespace)_created)\{namespace="([^"]*)"/;

/** The objects in an exposition, as `kind namespace/name`, as often as they are there. */
const servedIn = (text: string): string[] =>
  linesOf(text).flatMap((line) => {
    const [, kind, namespace, where] = SERIES.exec(line) ?? [];
    if (namespace !== undefined) return [`namespace ${where}`];
    if (kind === undefined) return [];
    return [`${kind} ${where}/${/(?:pod|configmap)="([^"]*)"/.exec(line)?.[1]}`];
  });

/** The resources of /readyz that are synced; any other line of a resource is kept as it is. */
const syncedIn = (text: string): string[] =>
  linesOf(text)
    .filter((line) => /^[a-z]+ {2,}/.test(line))
    .map((line) => /^([a-z]+) +synced/.exec(line)?.[1] ?? line);

/** The code block of rbac/README.md that begins with this key. */
function blockOf(key: string): string {
  const text = readFileSync(join(root, 'rbac/README.md'), 'utf8');
  const [, block] = new RegExp(`\`\`\`yaml\n(${key}:.*?)\`\`\``, 's').exec(text) ?? [];
  if (block === undefined) throw new Error(`expected a block ${key}: in rbac/README.md, got none`);
  return block;
}

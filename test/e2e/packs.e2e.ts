// The packs on a real API server: the projects' definitions, objects, and what both programs serve.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { packNames } from '../../src/custom/packs.ts';
import { formatNumber } from '../../src/metrics/text.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { packEntries, packResources } from '../../tools/generate/packs.ts';
import { until } from '../../tools/until.ts';
import { type Difference, differencesBetween, inWords } from '../conformance/compare.ts';
import {
  type SampleDefinition,
  type SampleObject,
  sampleDefinitions,
  sampleExposition,
  sampleObjects,
} from '../custom/packSamples.ts';
import { Exporter } from './exporter.ts';
import { get } from './get.ts';
import { Reference } from './reference.ts';

const START_TIMEOUT_MS = 120_000;
/** The reference asks for definitions every few seconds. */
const AGREE_TIMEOUT_MS = 40_000;

const definitions = packNames.flatMap(sampleDefinitions);
const objects = packNames.flatMap(sampleObjects);

/** What the objects were given by the API server. */
interface Created {
  readonly metadata: { readonly uid: string; readonly creationTimestamp: string };
}

function definitionOf({ apiVersion, kind }: SampleObject): SampleDefinition {
  const found = definitions.find(
    ({ spec }) => spec.names.kind === kind && apiVersion.startsWith(`${spec.group}/`),
  );
  if (found === undefined) throw new Error(`expected a definition of ${apiVersion} ${kind}`);
  return found;
}

function collectionOf(object: SampleObject): string {
  const { spec } = definitionOf(object);
  const { namespace } = object.metadata;
  const inside = spec.scope === 'Namespaced' ? `namespaces/${namespace}/` : '';
  return `/apis/${object.apiVersion}/${inside}${spec.names.plural}`;
}

/** The recordings with uids and times of creation as the API server has given them. */
function expected(created: ReadonlyMap<SampleObject, Created>): string {
  const text = packNames.map(sampleExposition).join('');
  return text
    .split('\n')
    .map((line) => {
      const found = [...created].find(([object]) => isOf(object, line));
      if (found === undefined) return line;
      const [object, { metadata }] = found;
      const withUid = line.replace(`uid="${object.metadata.uid}"`, `uid="${metadata.uid}"`);
      if (!/^\w+_created\{/.test(line)) return withUid;
      const seconds = Date.parse(metadata.creationTimestamp) / 1_000;
      return withUid.replace(/ \S+$/, ` ${formatNumber(seconds)}`);
    })
    .join('\n');
}

/** Whether a line is a series of an object: packs name it by `name` or by its kind. */
function isOf({ kind, metadata }: SampleObject, line: string): boolean {
  const { name, namespace } = metadata;
  const naming = new RegExp(`[{,](?:name|${kind.toLowerCase()})="${name}"`);
  return (
    line.includes(`customresource_kind="${kind}"`) &&
    naming.test(line) &&
    (namespace === undefined || line.includes(`namespace="${namespace}"`))
  );
}

/** What differs, but for the order of families, which is not the packs' concern. */
const unlike = (wanted: string, got: string, free: readonly Difference['kind'][]): string[] =>
  differencesBetween(wanted, got)
    .filter(({ kind }) => kind !== 'order' && !free.includes(kind))
    .map(inWords);

describe('packs on a real API server', function () {
  this.timeout(START_TIMEOUT_MS);
  let cluster: RealCluster;
  let wanted: string;

  before(async () => {
    cluster = await startApiServer({ users: { packs: [] } });
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    for (const definition of definitions) await cluster.must('POST', path, definition);
    for (const { metadata } of definitions) {
      await until(
        `definition ${metadata.name}`,
        () => established(`${path}/${metadata.name}`),
        20_000,
      );
    }
    const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
    for (const name of namespaces) {
      await cluster.must('POST', '/api/v1/namespaces', { metadata: { name } });
    }
    const created = new Map<SampleObject, Created>();
    for (const object of objects) created.set(object, await create(object));
    wanted = expected(created);
    await allow('packs');
  });

  after(() => cluster?.stop());

  async function established(path: string): Promise<true | undefined> {
    const { status } = await cluster.must<{ status?: { conditions?: Condition[] } }>('GET', path);
    const is = status?.conditions?.some(
      (one) => one.type === 'Established' && one.status === 'True',
    );
    return is || undefined;
  }

  async function create({ status, ...object }: SampleObject): Promise<Created> {
    const { uid: _, creationTimestamp: __, ...metadata } = object.metadata;
    const path = collectionOf(object);
    const created = await cluster.must<Created>('POST', path, { ...object, metadata });
    if (status !== undefined) {
      await cluster.must('PATCH', `${path}/${metadata.name}/status`, { status });
    }
    return created;
  }

  /** Allows the user what the chart allows for all packs, and no more. */
  async function allow(user: string): Promise<void> {
    const path = '/apis/rbac.authorization.k8s.io/v1';
    const verbs = ['list', 'watch'];
    const rules = [
      ...packResources().map(({ group, resources }) => ({ apiGroups: [group], resources, verbs })),
      { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs },
    ];
    const metadata = { name: user };
    await cluster.must('POST', `${path}/clusterroles`, { metadata, rules });
    await cluster.must('POST', `${path}/clusterrolebindings`, {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: user },
      subjects: [{ kind: 'User', name: user }],
    });
  }

  it('give the recorded series, with the rights that the chart gives', async () => {
    const exporter = await Exporter.start(
      cluster.kubeconfig({ token: cluster.token('packs') }),
      '--custom-resource-state-only',
      `--custom-resource-pack=${packNames.join()}`,
    );
    try {
      await agree(() => exporter.scrape());
    } finally {
      await exporter.stop();
    }
  });

  it('give the same by kube-state-metrics', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-packs-'));
    const file = join(folder, 'packs.yaml');
    const resources = packNames.flatMap(packEntries);
    writeFileSync(
      file,
      JSON.stringify({ kind: 'CustomResourceStateMetrics', spec: { resources } }),
    );
    const reference = await Reference.start([
      `--kubeconfig=${cluster.kubeconfig()}`,
      '--custom-resource-state-only',
      `--custom-resource-state-config-file=${file}`,
    ]);
    try {
      // It serves a family of several kinds in several groups.
      await agree(async () => (await get(reference.metricsUrl)).body.toString(), ['form']);
    } finally {
      await reference.stop();
      rmSync(folder, { recursive: true });
    }
  });

  /** Waits for a scrape that is as recorded; fails with the differences of the last one. */
  async function agree(
    scrape: () => Promise<string>,
    free: readonly Difference['kind'][] = [],
  ): Promise<void> {
    let found: string[] = [];
    const isSame = async () => {
      found = unlike(wanted, await scrape(), free);
      return found.length === 0 || undefined;
    };
    await until('the recorded series', isSame, AGREE_TIMEOUT_MS).catch(() => undefined);
    expect(found).to.deep.equal([]);
  }
});

interface Condition {
  readonly type: string;
  readonly status: string;
}

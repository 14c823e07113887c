// A real API server: what the role of rbac/ lets us see, each resource's life, and secrets' data.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { builtinKinds } from '../../src/demo/apiserver/kinds.ts';
import { type ResourceName, resources } from '../../src/resources/index.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { rulesOf } from '../../tools/generate/rules.ts';
import { openTap } from '../support/tap.ts';
import { Exporter } from './exporter.ts';

const root = join(import.meta.dirname, '../..');

const START_TIMEOUT_MS = 120_000;
const AGREE_TIMEOUT_MS = 20_000;
const ACCOUNT = 'system:serviceaccount:kube-system:kube-state-metrics';
const ALL = `--resources=${Object.keys(resources).join(',')}`;

interface Item {
  readonly shown: string;
  readonly change?: object;
  readonly then?: string;
  readonly stays?: boolean;
  readonly object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string };
  };
}

const items: readonly Item[] = parse(
  readFileSync(join(import.meta.dirname, 'objects.yaml'), 'utf8'),
);

const tables = Object.entries(resources).map(([plural, table]) => ({
  plural: plural as ResourceName,
  ...table,
}));

function tableOf({ object: { kind } }: Item): (typeof tables)[number] {
  const table = tables.find((one) => one.kind === kind);
  if (table === undefined) throw new Error(`expected the kind of a resource, got ${kind}`);
  return table;
}

/** Where the API server has the resource of an item: its collection's path. */
function pathOf(item: Item): string {
  const { apiVersion } = item.object;
  const table = tableOf(item);
  const api = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${api}${table.scope === 'namespace' ? '/namespaces/e2e' : ''}/${table.plural}`;
}

/** A line of the exposition, with what is known only now in its place. */
const lineOf = (template: string, uid: string, step: string): string =>
  template.replace('UID', uid).replace('STEP', step);

/** The API server writes Events of its own, such as of a cluster IP whose record it saw late. */
const isEventOfServer = (line: string): boolean =>
  line.startsWith('kube_events_total{') &&
  line.includes('involved_kind="Service",reason="ClusterIP');

/** The lines in an order of their own: objects come in another order by a list than one by one. */
const linesOf = (text: string): string => text.split('\n').sort().join('\n');

const hasLine = (text: string, line: string): boolean => text.split('\n').includes(line);

describe('on a real API server', function () {
  this.timeout(START_TIMEOUT_MS);

  let cluster: RealCluster;
  let token: string;
  /** What a test leaves running would keep the runner from its end. */
  const started: { stop(): Promise<unknown> }[] = [];

  before(async () => {
    cluster = await startApiServer({ users: { all: [] } });
    await cluster.kubectl(['apply', '-f', join(root, 'rbac')]);
    token = await cluster.accountToken('kube-system', 'kube-state-metrics');
    // What is off by default is not in the role of rbac/: the same rules for all, for another user.
    const path = '/apis/rbac.authorization.k8s.io/v1';
    const metadata = { name: 'all' };
    const rules = rulesOf(resources);
    await cluster.must('POST', `${path}/clusterroles`, { metadata, rules });
    await cluster.must('POST', `${path}/clusterrolebindings`, {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'all' },
      subjects: [{ kind: 'User', name: 'all' }],
    });
  });

  afterEach(async () => {
    for (const one of started.splice(0)) await one.stop();
  });

  after(() => cluster.stop());

  it('may list and watch what is on by default by the role in rbac/, and no more', async () => {
    for (const { plural, group, default: isDefault } of tables) {
      for (const verb of ['list', 'watch', 'get', 'create', 'delete']) {
        const allowed = await mayDo({ verb, resource: plural, group });
        expect(allowed, `${verb} ${plural}`).to.equal(isDefault && /list|watch/.test(verb));
      }
    }
    const exporter = await Exporter.start(cluster.kubeconfig({ token }));
    started.push(exporter);
    const lines = ((await exporter.readyz())?.text ?? '')
      .split('\n')
      .filter((one) => / synced /.test(one));
    expect(lines).to.have.length(tables.filter((table) => table.default).length);
    expect(await exporter.stop()).to.equal(0);
  });

  it('shows the objects of each resource appear, change and vanish, as those of JSON', async () => {
    const { exporter, inJson, tap, agree } = await bothEncodings();
    const { text: readyz = '' } = (await exporter.readyz()) ?? {};
    for (const { plural } of tables) expect(readyz).to.include(plural);

    const uids = new Map<Item, string>();
    for (const item of items) {
      const metadata = { ...item.object.metadata, labels: { step: 'one' } };
      const object = { ...item.object, metadata };
      const created = await cluster.must<Created>('POST', pathOf(item), object);
      uids.set(item, created.metadata.uid);
      const { counted } = builtinKinds[tableOf(item).plural];
      const generation = counted ? 1 : undefined;
      const kinds = `${item.object.kind} in src/demo/apiserver/kinds.ts: gen where it is set`;
      expect(created.metadata.generation, kinds).to.equal(generation);
    }
    const line = (item: Item, template: string, step: string): string =>
      lineOf(template, uids.get(item) ?? '', step);
    for (const item of items) {
      const shown = line(item, item.shown, 'one');
      await exporter.shows(shown, (text) => hasLine(text, shown));
    }

    await agree();

    for (const item of items) {
      const patch = item.change ?? { metadata: { labels: { step: 'two' } } };
      await cluster.must('PATCH', `${pathOf(item)}/e2e`, patch);
    }
    for (const item of items) {
      const then = line(item, item.then ?? item.shown, 'two');
      const before = line(item, item.shown, 'one');
      expect(then).to.not.equal(before);
      await exporter.shows(then, (text) => hasLine(text, then) && !hasLine(text, before));
    }

    await agree();
    expect(tap.bytes().includes('application/vnd.kubernetes.protobuf;stream=watch')).to.equal(true);
    expect(tap.bytes().includes('k8s\0')).to.equal(true);

    await deleteAll();
    const stays = (item: Item): boolean => item.stays === true;
    const last = (item: Item): string => line(item, item.then ?? item.shown, 'two');
    for (const then of items.filter((item) => !stays(item)).map(last)) {
      await exporter.shows(`no more ${then}`, (text) => !hasLine(text, then));
    }
    const left = (await exporter.scrape()).split('\n').filter((one) => one.includes('"e2e"'));
    expect(left.filter((one) => !isEventOfServer(one))).to.deep.equal(
      items.filter(stays).map(last),
    );
    await agree();
    expect(exporter.program.stderr).to.not.include('protobuf');
    expect(await inJson.stop()).to.equal(0);
    expect(await exporter.stop()).to.equal(0);
  });

  it('reads no byte of what secrets hold, and serves none of their annotations', async () => {
    const marker = 'marker-of-a-secret';
    const encoded = Buffer.from(marker).toString('base64');
    const secret = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'example.com/kind',
      metadata: { name, annotations: { 'example.com/note': 'marker-of-a-note' } },
      data: { password: encoded },
      stringData: { text: marker },
    });
    const path = '/api/v1/namespaces/default/secrets';
    await cluster.must('POST', path, secret('first'));
    const tap = await openTap(cluster.url, cluster.ca);
    started.push({ stop: () => tap.close() });
    const exporter = await Exporter.start(cluster.kubeconfig({ token, url: tap.url }));
    started.push(exporter);
    await cluster.must('POST', path, secret('second'));
    await cluster.must('PATCH', `${path}/first`, { stringData: { more: marker } });
    await exporter.shows('the second secret', (text) => text.includes('secret="second"'));
    await cluster.must('DELETE', `${path}/first`);
    await exporter.shows('no first secret', (text) => !text.includes('secret="first"'));
    const served = (await exporter.scrape()) + (await exporter.telemetry());
    expect(await exporter.stop()).to.equal(0);
    const read = tap.bytes().toString('latin1');
    // Where the secret is asked for as other objects are, the tap does see what it holds.
    const headers = { authorization: `Bearer ${cluster.adminToken}` };
    await (await fetch(`${tap.url}${path}/second`, { headers })).text();
    expect(tap.bytes().toString('latin1')).to.include(encoded);
    await cluster.must('DELETE', `${path}/second`);
    expect(read).to.include('example.com/kind');
    for (const text of [read, served, exporter.program.stderr]) {
      expect(text.includes(marker)).to.equal(false);
      expect(text.includes(encoded)).to.equal(false);
    }
    expect(served).to.include('kube_secret_type{namespace="default",secret="second"');
    expect(served).to.not.include('marker-of-a-note');
  });

  /** Two that serve all labels and annotations: one reads protobuf through a tap, one JSON. */
  async function bothEncodings() {
    const tap = await openTap(cluster.url, cluster.ca);
    started.push({ stop: () => tap.close() });
    const start = async (url: string, ...flags: string[]): Promise<Exporter> => {
      const kubeconfig = cluster.kubeconfig({ token: cluster.token('all'), url });
      const every = ['--metric-labels-allowlist=*=[step]', '--metric-annotations-allowlist=*=[*]'];
      const exporter = await Exporter.start(kubeconfig, ALL, ...every, ...flags);
      started.push(exporter);
      return exporter;
    };
    const [exporter, inJson] = await Promise.all([
      start(tap.url),
      start(cluster.url, '--kube-api-protobuf=false'),
    ]);
    const same = async (): Promise<true | undefined> => {
      const [ours, other] = await Promise.all([exporter.scrape(), inJson.scrape()]);
      return linesOf(ours) === linesOf(other) || undefined;
    };
    const agree = () =>
      exporter.program.until('it served the same as of JSON', same, AGREE_TIMEOUT_MS);
    return { exporter, inJson, tap, agree };
  }

  async function mayDo(resourceAttributes: object): Promise<boolean> {
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    const review = await cluster.must<Review>('POST', path, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: ACCOUNT, resourceAttributes },
    });
    return review.status.allowed;
  }

  /** Namespaces need a controller to go, and there is none: what it would do is done here. */
  async function deleteAll(): Promise<void> {
    const options = { propagationPolicy: 'Background', gracePeriodSeconds: 0 };
    for (const item of items.toReversed()) {
      await cluster.must('DELETE', `${pathOf(item)}/e2e`, options);
      if (item.object.kind !== 'Namespace') continue;
      const body = { ...item.object, spec: { finalizers: [] } };
      await cluster.must('PUT', `${pathOf(item)}/e2e/finalize`, body);
    }
  }
});

interface Created {
  readonly metadata: { readonly uid: string; readonly generation?: number };
}

interface Review {
  readonly status: { readonly allowed: boolean };
}

// The explorer's API over real HTTP, on a simulated cluster: each answer beside /metrics.
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import type * as api from '../../src/explorer/api.ts';
import { parseExposition } from '../http/parse.ts';
import { until } from '../support/until.ts';
import { ExplorerBench, familiesOf } from './bench.ts';

const everything = ['--metric-labels-allowlist=*=[*]', '--metric-opt-in-list=.*'];

describe('the API of the explorer', () => {
  const bench = new ExplorerBench();
  before(() => bench.start(60, ...everything));
  after(() => bench.stop());

  it('lists every family of /metrics, with its series and bytes', async () => {
    const text = await bench.metrics();
    const { families } = await bench.get<api.Families>('families');
    const sizes = new Map(families.map(({ name, series, bytes }) => [name, { series, bytes }]));
    for (const [name, size] of familiesOf(text)) {
      expect(sizes.get(name), name).to.deep.equal(size);
      sizes.delete(name);
    }
    // A resource without objects is not on /metrics at all.
    expect([...sizes.values()].filter(({ series }) => series > 0)).to.deep.equal([]);
    const read = new Map(parseExposition(text).map((one) => [one.name, one]));
    for (const { name, type, stability, help } of families) {
      const family = read.get(name);
      if (family === undefined) continue;
      expect(family.help, name).to.equal(`${stability === 'STABLE' ? '[STABLE] ' : ''}${help}`);
      if (type === 'counter') expect(family.type, name).to.equal('counter');
      else expect(family.type, name).to.equal('gauge');
    }
    const bytes = families.map((family) => family.bytes);
    expect(bytes).to.deep.equal([...bytes].sort((a, b) => b - a));
  });

  it('has the same sums by resource and by namespace', async () => {
    const status = await bench.get<api.Status>('status');
    const { families } = await bench.get<api.Families>('families');
    const { namespaces, more } = await bench.get<api.Namespaces>('namespaces');
    const sum = (sizes: readonly { series: number; bytes: number }[]) => ({
      series: sizes.reduce((all, { series }) => all + series, 0),
      bytes: sizes.reduce((all, { bytes }) => all + bytes, 0),
    });
    const { objects, ...total } = status.total;
    expect(sum(families)).to.deep.equal(total);
    expect(sum(status.resources)).to.deep.equal(total);
    expect(sum(namespaces)).to.deep.equal(total);
    expect(sum(namespaces.flatMap(({ resources }) => resources))).to.deep.equal(total);
    expect(namespaces.reduce((all, one) => all + one.objects, 0)).to.equal(objects);
    expect(more).to.deep.equal({ namespaces: 0, objects: 0, series: 0, bytes: 0 });
    const { families: count } = status.resources.find((one) => one.resource === 'pods') ?? {};
    expect(count).to.equal(families.filter((one) => one.resource === 'pods').length);
  });

  it('cuts the list of namespaces, and says what is left out', async () => {
    const all = await bench.get<api.Namespaces>('namespaces');
    const { namespaces, more } = await bench.get<api.Namespaces>('namespaces?limit=1');
    expect(namespaces).to.deep.equal(all.namespaces.slice(0, 1));
    const others = all.namespaces.slice(1);
    expect(more).to.deep.equal({
      namespaces: others.length,
      objects: others.reduce((sum, one) => sum + one.objects, 0),
      series: others.reduce((sum, one) => sum + one.series, 0),
      bytes: others.reduce((sum, one) => sum + one.bytes, 0),
    });
  });

  it('says how fresh the state is, and of each resource what is followed', async () => {
    const status = await bench.get<api.Status>('status');
    expect(status.serves).to.equal(true);
    expect(status.freshness.good).to.equal(true);
    expect(status.freshness.sentence).to.match(/^Ready: \d+ resources synced\. /);
    expect(status.resources.every(({ state }) => state === 'synced')).to.equal(true);
    expect(status.telemetryPort).to.equal(bench.program.running.telemetry.port);
    expect(status.now).to.be.at.least(status.startedAt);
  });

  it('tells the labels of a family', async () => {
    const text = await bench.metrics();
    const families = new Map(parseExposition(text).map((family) => [family.name, family]));
    for (const name of [
      'kube_pod_container_info',
      'kube_pod_labels',
      'kube_node_status_condition',
    ]) {
      const { result } = await bench.slow<api.FamilyLabels>(`families/${name}/labels`);
      const samples = families.get(name)?.samples ?? [];
      const values = new Map<string, Set<string>>();
      for (const [label, value] of samples.flatMap(({ labels }) => [...labels])) {
        values.set(label, (values.get(label) ?? new Set()).add(value));
      }
      expect(result.family).to.deep.include({ name, series: samples.length });
      expect(new Map(result.labels.map((one) => [one.name, one.values])), name).to.deep.equal(
        new Map([...values].map(([label, of]) => [label, of.size])),
      );
      expect(result.zeros).to.equal(samples.filter(({ value }) => value === 0).length);
      expect(result.samples).to.have.length(10);
      for (const sample of result.samples) expect(text).to.include(`${sample}\n`);
      for (const { namespace, series } of result.namespaces) {
        const of = samples.filter(({ labels }) => labels.get('namespace') === namespace);
        expect(series, namespace).to.equal(of.length);
      }
    }
  });

  it('tells the zeros of every family', async () => {
    const { result, progress } = await bench.slow<api.Zeros>('zeros');
    const zeros = new Map(result.families.map((one) => [one.name, one]));
    for (const { name, samples } of parseExposition(await bench.metrics())) {
      expect(zeros.get(name), name).to.deep.equal({
        name,
        series: samples.length,
        zeros: samples.filter(({ value }) => value === 0).length,
      });
    }
    expect(progress).to.have.length.above(0);
  });

  it('tells the families of a namespace, which add up to its size', async () => {
    const { namespaces } = await bench.get<api.Namespaces>('namespaces');
    expect(namespaces.map(({ namespace }) => namespace)).to.include.members(['', 'kube-system']);
    for (const { namespace, series, bytes } of namespaces) {
      const path = `namespaces/${namespace || '-'}/families`;
      const { result } = await bench.slow<api.NamespaceFamilies>(path);
      expect(result.namespace).to.equal(namespace);
      const sum = (key: 'series' | 'bytes'): number =>
        result.families.reduce((all, family) => all + family[key], 0);
      expect([sum('series'), sum('bytes')], namespace).to.deep.equal([series, bytes]);
    }
  });

  it('finds objects by name, and tells all that is exported of one', async () => {
    const { objects, more } = await bench.get<api.Objects>('objects?search=coredns&limit=2');
    expect(objects).to.have.length(2);
    expect(more).to.equal(true);
    const all = await bench.get<api.Objects>('objects?search=coredns&limit=1000');
    expect(all.more).to.equal(false);
    const pod = all.objects.find(({ resource }) => resource === 'pods') as api.FoundObject;
    const path = `objects/pods/${pod.namespace}/${pod.name}`;
    const { families, ...found } = await bench.get<api.ObjectText>(path);
    expect(found).to.deep.include(pod);
    const exported = families.map(({ text }) => text).join('');
    const lines = (await bench.metrics())
      .split('\n')
      .filter((line) => line.startsWith('kube_pod_') && line.includes(`pod="${pod.name}"`));
    expect(exported.trimEnd().split('\n').sort()).to.deep.equal(lines.sort());
    expect(Buffer.byteLength(exported)).to.equal(pod.bytes);
    expect(lines).to.have.length(pod.series);
  });

  it('finds cluster-scoped objects', async () => {
    const [, name = ''] = /kube_node_info\{node="([^"]+)"/.exec(await bench.metrics()) ?? [];
    const { objects } = await bench.get<api.Objects>(`objects?search=${name}&limit=1000`);
    const node = objects.find(({ resource }) => resource === 'nodes') as api.FoundObject;
    expect(node.namespace).to.equal('');
    const { families } = await bench.get<api.ObjectText>(`objects/nodes/-/${node.name}`);
    expect(families.map(({ name }) => name)).to.include('kube_node_info');
  });

  it('compresses long answers for those who accept it, and lets no proxy keep them', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const answer = await bench.ask('families', { headers });
    expect(answer.headers).to.include({
      'content-encoding': 'gzip',
      'cache-control': 'private, no-cache',
      'content-type': 'application/json; charset=utf-8',
    });
    const { families } = JSON.parse(gunzipSync(answer.body).toString()) as api.Families;
    expect(families).to.have.length.above(250);
    const short = await bench.ask('history', { headers });
    expect(short.headers['content-encoding']).to.equal(undefined);
    expect(short.headers['cache-control']).to.equal('no-store');
  });

  it('answers 304 to who has the sizes of this snapshot, until there is another', async () => {
    const paths = ['families', 'namespaces', 'namespaces?limit=1'];
    const tagged = (path: string, tag?: string) =>
      bench.ask(path, {
        headers:
          tag === undefined ? {} : { 'if-none-match': `"x", ${tag}`, 'cache-control': 'no-cache' },
      });
    const tags = new Map<string, string>();
    for (const path of paths) tags.set(path, (await tagged(path)).headers.etag ?? '');
    for (const [path, tag] of tags) {
      const { status, body, headers } = await tagged(path, tag);
      expect([status, body.length, headers.etag], path).to.deep.equal([304, 0, tag]);
      expect((await tagged(path, 'W/"another"')).status).to.equal(200);
    }
    expect((await tagged('namespaces?limit=x', tags.get('namespaces'))).status).to.equal(400);
    bench.server.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'another-snapshot', namespace: 'kube-system' },
    });
    await until(async () => (await tagged('families', tags.get('families'))).status === 200);
    for (const [path, tag] of tags) {
      const { status, headers } = await tagged(path, tag);
      expect([status, headers.etag === tag], path).to.deep.equal([200, false]);
    }
  });

  it('has every namespace where there are many, and the same sums', async () => {
    const name = (i: number): string => `many-${String(i).padStart(4, '0')}`;
    for (let i = 0; i < 1_200; i++) {
      const metadata = { name: 'one', namespace: name(i) };
      bench.server.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    }
    await until(async () => {
      const { namespaces, more } = await bench.get<api.Namespaces>('namespaces?limit=1');
      return namespaces.length + more.namespaces > 1_200;
    });
    const { total, snapshot } = await bench.get<api.Status>('status');
    const { namespaces, more, ...others } =
      await bench.get<api.Namespaces>('namespaces?limit=10000');
    expect(others).to.deep.equal({ snapshot });
    const all = new Map(namespaces.map((one) => [one.namespace, one]));
    expect(all.size).to.equal(namespaces.length);
    for (let i = 0; i < 1_200; i++) expect(all.get(name(i))?.objects, name(i)).to.equal(1);
    const sum = (key: 'objects' | 'series' | 'bytes'): number =>
      namespaces.reduce((sum, one) => sum + one[key], 0);
    expect(total).to.deep.equal({
      objects: sum('objects'),
      series: sum('series'),
      bytes: sum('bytes'),
    });
  });

  it('answers HEAD with the headers alone, and makes no slow answer for it', async () => {
    for (const path of ['status', 'zeros']) {
      const { status, body, headers } = await bench.ask(path, { method: 'HEAD' });
      expect([status, body.length]).to.deep.equal([200, 0]);
      expect(headers['cache-control']).to.equal('no-store');
    }
  });

  // biome-ignore format: one row per refusal
  const refusals: readonly [path: string, status: number, sentence: RegExp, method?: string][] = [
    ['families/kube_nothing/labels', 404, /^Expected a family that is served, got "kube_nothing": /],
    ['namespaces/nowhere/families', 404, /^Expected a namespace with objects .*, got "nowhere": /],
    ['objects/gadgets/-/x', 404, /^Expected a resource that is served, got "gadgets": /],
    ['objects/pods/shop/gone', 404, /^Expected one of the pods that are held, got "shop\/gone": /],
    ['objects', 400, /^Expected \?search= with 1 to 512 characters, got none\.$/],
    ['objects?search=', 400, /got none\.$/],
    [`objects?search=${'x'.repeat(513)}`, 400, /got 513 characters\.$/],
    ['objects?search=a&search=b', 400, /^Expected \?search= once, got it 2 times\.$/],
    ['objects?search=a&limit=0', 400, /^Expected a limit from 1 to 1000, got "0"\.$/],
    ['objects?search=a&limit=1e3', 400, /got "1e3"\.$/],
    ['namespaces?limit=x', 400, /^Expected a limit from 1 to 10000, got "x"\.$/],
    ['nothing', 404, /^Expected a path of api\/v1\/openapi\.json, got "\/api\/v1\/nothing"\.$/],
    ['status', 405, /^\/api\/v1\/status answers GET and HEAD, not POST\.$/, 'POST'],
  ];
  for (const [path, status, sentence, method = 'GET'] of refusals) {
    it(`refuses ${method} ${path.slice(0, 40)} with ${status} and a sentence`, async () => {
      const answer = await bench.ask(path, { method });
      expect(answer.status).to.equal(status);
      expect(answer.headers['content-type']).to.match(/^application\/json/);
      expect((JSON.parse(answer.body.toString()) as api.ApiError).error).to.match(sentence);
    });
  }

  it('follows changes', async () => {
    const before = await bench.get<api.Status>('status');
    bench.server.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'made-by-a-test', namespace: 'kube-system' },
    });
    await until(async () => {
      const { objects } = await bench.get<api.Objects>('objects?search=made-by-a-test');
      return objects.length === 1;
    });
    await until(async () => (await bench.get<api.Status>('status')).snapshot > before.snapshot);
    const { total, resources } = await bench.get<api.Status>('status');
    expect(total.objects).to.equal(before.total.objects + 1);
    const configMaps = resources.find(({ resource }) => resource === 'configmaps');
    expect(configMaps?.lastEventSeconds).to.be.below(60);
  });
});

// Load and fill: what they write, and what they leave alone.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Cluster } from '../../bench/lib/cluster.ts';
import { holding } from '../../bench/lib/contents.ts';
import { fill } from '../../bench/lib/fill.ts';
import { Load, type Mix, mixes, suffixes, type Write } from '../../bench/lib/load.ts';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';

const contents = { pods: 300, managedFields: false };
const pace = { stepsPerSecond: 300, seconds: 0.2 };

const namesIn = (server: ApiServer, limited: ReadonlySet<string | undefined>): string[] =>
  [...server.objects('pods')]
    .filter(({ metadata }) => limited.has(metadata.namespace))
    .map(({ metadata }) => metadata.name)
    .sort();

describe('the load', () => {
  let server: ApiServer;
  let cluster: Cluster;

  beforeEach(async () => {
    server = holding(contents);
    const { url } = await server.listen(0, '127.0.0.1');
    cluster = { name: 'simulated', url, stop: () => server.close() };
  });

  afterEach(() => server.close());

  for (const mix of Object.keys(mixes) as Mix[]) {
    it(`can be run again on a cluster that it has changed: ${mix}`, async () => {
      for (let run = 1; run <= 2; run++) {
        const load = await Load.open(cluster);
        expect(await load.run([mix], pace)).to.be.above(0);
        await load.close();
      }
    });
  }

  it('leaves pods in namespaces with a quota alone', async () => {
    const limited = new Set(
      [...server.objects('resourcequotas')].map(({ metadata }) => metadata.namespace),
    );
    const before = namesIn(server, limited);
    expect(before).to.have.length.above(0);
    const load = await Load.open(cluster);
    await load.run(['pods replaced', 'short-lived pods'], pace);
    await load.close();
    expect(namesIn(server, limited)).to.deep.equal(before);
  });

  it('tells each write that a scrape will show', async () => {
    const writes: Write[] = [];
    const load = await Load.open(cluster, (write) => writes.push(write));
    await load.run(['pods replaced'], pace);
    await load.close();
    const shown = new Set([...server.objects('pods')].map(({ metadata }) => metadata.name));
    expect(new Set(writes.map(({ shows }) => shows))).to.have.all.keys('absent', 'present');
    const absent = writes.filter(({ shows }) => shows === 'absent').map(({ place }) => place.name);
    const lasting = writes.filter(
      ({ shows, place }) => shows === 'present' && !absent.includes(place.name),
    );
    for (const { place } of lasting) expect(shown).to.include(place.name);
    for (const name of absent) expect(shown).to.not.include(name);
  });
});

describe('names of new pods', () => {
  it('differ within a run, and between runs', () => {
    const [one, other] = [suffixes(), suffixes()];
    const made = Array.from({ length: 100 }, () => [one(), other()]).flat();
    expect(new Set(made).size).to.equal(made.length);
    for (const suffix of made) expect(suffix).to.match(/^[a-z0-9]{8}$/);
  });
});

describe('a cluster that refuses what it is filled with', () => {
  const asked: string[] = [];
  let answers: (method: string, path: string) => [code: number, reason: string];
  let server: Server;
  let cluster: Cluster;

  before(async () => {
    server = createServer((request, response) => {
      const { method = '', url = '' } = request;
      request.resume();
      asked.push(`${method} ${url}`);
      const [code, reason] = answers(method, url);
      response.writeHead(code).end(JSON.stringify({ kind: 'Status', reason }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    cluster = { name: 'refusing', url, stop: async () => undefined };
  });

  beforeEach(() => asked.splice(0));

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const filled = (): Promise<void> => fill(cluster, contents, () => undefined);

  it('is left as it is where a quota refuses an object that is there', async () => {
    answers = (method) => (method === 'POST' ? [403, 'Forbidden'] : [200, '']);
    await filled();
    expect(asked.filter((line) => line.startsWith('PUT'))).to.deep.equal([]);
  });

  it('fails where a quota refuses an object that is not there', async () => {
    answers = (method) => (method === 'POST' ? [403, 'Forbidden'] : [404, 'NotFound']);
    const error = await filled().then(
      () => undefined,
      (reason: unknown) => String(reason),
    );
    expect(error).to.include('expected 2xx, got 403');
  });

  it('is asked again where writers met at one quota', async () => {
    const refused = new Set<string>();
    answers = (method, path) => {
      if (method !== 'POST' || refused.has(path)) return [201, ''];
      refused.add(path);
      return [409, 'Conflict'];
    };
    let objects = 0;
    await fill(cluster, contents, (_, all) => {
      objects = all;
    });
    const posts = asked.filter((line) => line.startsWith('POST'));
    expect(refused.size).to.be.above(0);
    expect(posts).to.have.length(objects + refused.size);
  });
});

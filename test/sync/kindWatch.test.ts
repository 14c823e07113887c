// Kinds of a custom-resource configuration: which of those that are served the patterns mean.
import { expect } from 'chai';
import type { KindPattern, ServedKind } from '../../src/custom/types.ts';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { KindWatch, nameOf, resolve } from '../../src/sync/kindWatch.ts';
import { clientOf, recordingLog, recordingObserver } from '../kube/harness.ts';
import { definition } from '../support/customs.ts';
import { forbid, status } from '../support/faults.ts';
import { hastyClock } from '../support/start.ts';
import { until } from '../support/until.ts';

const pattern = (text: string, plural?: string): KindPattern => {
  const [group = '', version = '', kind = ''] = text.split('/');
  return { group, version, kind, plural };
};

describe('Patterns of kinds', () => {
  const kindOf = (text: string, plural?: string): ServedKind => {
    const { group, version, kind } = pattern(text);
    return { group, version, kind, plural: plural ?? `${kind.toLowerCase()}s`, scope: 'cluster' };
  };
  const served = [
    kindOf('a/v1/One'),
    kindOf('a/v2/One'),
    kindOf('a/v1/Two'),
    kindOf('b/v1/One'),
    kindOf('b/v1/Many', 'many'),
    kindOf('b/v1/Many', 'manies'),
  ];
  // biome-ignore format: one row per pattern
  const rows: readonly [pattern: KindPattern, kinds: readonly string[]][] = [
    [pattern('a/v1/One'), ['ones.v1.a']],
    [pattern('a/*/One'), ['ones.v1.a', 'ones.v2.a']],
    [pattern('a/v1/*'), ['ones.v1.a', 'twos.v1.a']],
    [pattern('a/*/*'), ['ones.v1.a', 'ones.v2.a', 'twos.v1.a']],
    [pattern('c/*/*'), []],
    [pattern('a/v3/One'), []],
    // Kinds have capital letters that count.
    [pattern('a/v1/one'), []],
    [pattern('b/v1/Many'), ['manies.v1.b', 'many.v1.b']],
    [pattern('b/v1/Many', 'many'), ['many.v1.b']],
    // The server knows better how a kind is called.
    [pattern('a/v1/One', 'onez'), ['ones.v1.a']],
  ];
  for (const [one, kinds] of rows) {
    const { group, version, kind, plural } = one;
    it(`mean what is served: ${group}/${version}/${kind} ${plural ?? ''}`, () => {
      expect(resolve([one], served).map(nameOf)).to.deep.equal(kinds);
    });
  }

  it('give each kind once, in their order, with all that mean it', () => {
    const all = resolve([pattern('b/v1/One'), pattern('a/*/One'), pattern('a/v1/*')], served);
    expect(all.map((kind) => [nameOf(kind), kind.patterns])).to.deep.equal([
      ['ones.v1.b', [0]],
      ['ones.v1.a', [1, 2]],
      ['ones.v2.a', [1]],
      ['twos.v1.a', [2]],
    ]);
  });
});

describe('KindWatch', () => {
  let server: ApiServer;
  let ending = new AbortController();
  let done: Promise<void> = Promise.resolve();

  beforeEach(() => {
    server = new ApiServer({ clock: systemClock, random: seededRandom(1) });
    ending = new AbortController();
  });
  afterEach(async () => {
    ending.abort();
    await done;
    await server.close();
  });

  const follow = (...patterns: readonly KindPattern[]) => followAt(50, patterns);

  /** So many times faster than real time. */
  async function followAt(times: number, patterns: readonly KindPattern[]) {
    const { url } = await server.listen(0, '127.0.0.1');
    const clock = hastyClock(times);
    const log = recordingLog();
    const client = clientOf(url, clock, log);
    const counts = { added: () => undefined, updated: () => undefined, deleted: () => undefined };
    const observer = recordingObserver();
    let changes = 0;
    const kinds = new KindWatch({
      patterns,
      client,
      clock,
      random: () => 0,
      log,
      observer,
      counts,
      onChange: () => {
        changes++;
      },
    });
    done = kinds.run(ending.signal);
    return {
      kinds,
      log,
      told: observer.told,
      changes: () => changes,
      names: () => kinds.kinds.map(nameOf).join(),
    };
  }

  it('takes versions that are served, of definitions that are established', async () => {
    // New names that were refused end nothing: the server goes on under the old ones.
    const conditions = { Established: 'True', NamesAccepted: 'False' };
    server.create(definition('Order', { versions: ['v1', 'v2'], scope: 'Cluster' }));
    server.create(definition('Truck', { conditions }));
    server.create(definition('Crate', { conditions: {} }));
    const { kinds, names } = await follow(pattern('shop.example.com/*/*'));
    await until(() => names() !== '');
    const group = 'shop.example.com';
    expect(names()).to.equal(`orders.v1.${group},orders.v2.${group},trucks.v1.${group}`);
    const scopes = ['cluster', 'cluster', 'namespace'];
    expect(kinds.kinds.map(({ scope }) => scope)).to.deep.equal(scopes);
    const crate = server.get('customresourcedefinitions', undefined, 'crates.shop.example.com');
    server.update({ ...crate, ...definition('Crate') } as never);
    await until(() => names().includes('crates.v1'));
  });

  it('asks discovery for what has no definition, and not for what has', async () => {
    server.create(definition('Order'));
    const { kinds, names } = await follow(
      pattern('shop.example.com/v1/Order'),
      pattern('/v1/Pod'),
      pattern('apps/*/Deployment'),
      pattern('nowhere.example.com/v1/Thing'),
    );
    const all = 'orders.v1.shop.example.com,pods.v1,deployments.v1.apps';
    await until(() => names() === all);
    expect(kinds.missing.map(({ kind }) => kind)).to.deep.equal(['Thing']);
    const paths = server.requests.map(({ path }) => path);
    expect(paths).to.include('/apis/apps').and.include('/api/v1');
    expect(paths.filter((path) => path.startsWith('/apis/shop'))).to.deep.equal([]);
  });

  it('drops a kind at once whose group has lost its last definition', async () => {
    server.create(definition('Order'));
    const { names } = await follow(pattern('shop.example.com/*/Order'));
    await until(() => names() !== '');
    server.delete('customresourcedefinitions', undefined, 'orders.shop.example.com');
    await until(() => names() === '');
    server.create(definition('Order', { versions: ['v3'] }));
    await until(() => names() === 'orders.v3.shop.example.com');
  });

  it('takes definitions again once they may be read', async () => {
    const rule = { resource: 'customresourcedefinitions', act: forbid };
    const take = server.faults.add(rule);
    server.create(definition('Order'));
    const order = [pattern('shop.example.com/v1/Order')];
    const { kinds, log, names, told } = await followAt(300, order);
    await until(() => names() !== '');
    expect(kinds.definitions).to.equal(0);
    const asked = () => server.requests.filter(({ path }) => path.includes('definitions')).length;
    const first = asked();
    await until(() => asked() > first);
    // That is known: neither the log nor an alert about failed lists needs to hear it again.
    expect(log.lines.filter((line) => line.startsWith('warn'))).to.have.length(1);
    expect(told.filter((call) => call === 'list error')).to.have.length(1);
    take();
    await until(() => kinds.definitions === 1);
    expect(names()).to.equal('orders.v1.shop.example.com');
  });

  it('waits for a group that hangs no longer than some seconds', async () => {
    const { kinds, log, names } = await follow(pattern('/v1/Pod'), pattern('apps/v1/Deployment'));
    server.faults.add({ verb: 'discovery', times: 1, act: { answer: 'hang' } });
    await until(() => names() !== '');
    expect(kinds.kinds).to.have.length(1);
    expect(log.lines.filter((line) => line.includes('no answer'))).to.have.length(1);
    await until(() => kinds.kinds.length === 2);
  });

  it('waits until the server can be asked, and goes on where discovery is refused', async () => {
    const broken = server.faults.add({ verb: 'discovery', act: { answer: 'reset' } });
    const { changes, names } = await follow(pattern('/v1/Pod'));
    await until(() => server.requests.filter(({ path }) => path === '/api/v1').length > 2);
    expect(changes()).to.equal(0);
    broken();
    await until(() => names() === 'pods.v1');
    server.faults.add({ verb: 'discovery', act: status(503, 'ServiceUnavailable') });
    const before = changes();
    await until(() => changes() > before + 1);
    expect(names()).to.equal('pods.v1');
  });
});

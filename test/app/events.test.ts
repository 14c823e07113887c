// Events of a running program: restarts, reloads, shards and scopes count each occurrence once.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { countersMax } from '../../src/store/counters.ts';
import { totalsIn } from '../store/counted.ts';
import { eventOf } from '../support/events.ts';
import { clusterOf, TestProgram } from '../support/program.ts';
import { until } from '../support/until.ts';
import { namespaceOf } from '../sync/labelledCluster.ts';

type Totals = Readonly<Record<string, number>>;

/** An Event of this year's first second. */
function old(namespace: string): ApiObject {
  const labels = { team: namespace };
  const event = eventOf('old', { namespace, reason: 'BackOff', count: 57, labels });
  const creationTimestamp = '2026-01-01T00:00:00Z';
  return { ...event, metadata: { ...event.metadata, creationTimestamp } };
}

describe('A program that counts Events', () => {
  let server: ApiServer;
  let url: string;
  let folder: string;
  const programs: TestProgram[] = [];

  beforeEach(async () => {
    const namespaces = ['x', 'y'].map((name) => namespaceOf(name, { team: name }));
    ({ server, url } = await clusterOf(...namespaces, old('x'), old('y')));
    folder = mkdtempSync(join(tmpdir(), 'kubestate-events-'));
  });

  afterEach(async () => {
    for (const program of programs.splice(0)) await program.stop();
    await server.close();
    rmSync(folder, { recursive: true });
  });

  const start = async (...flags: string[]): Promise<TestProgram> => {
    const program = new TestProgram();
    programs.push(program);
    await program.start('--resources=events', `--apiserver=${url}`, ...flags);
    await until(async () => !(await program.scrape()).startsWith('503'));
    return program;
  };
  const totalsOf = async (program: TestProgram): Promise<Totals> =>
    totalsIn(await program.scrape());
  const shows = (program: TestProgram, totals: Totals): Promise<void> =>
    until(async () => {
      const shown = await totalsOf(program);
      return Object.entries(totals).every(([series, total]) => shown[series] === total);
    });
  /** The Event comes so many times more. */
  const repeat = (namespace: string, times: number, name = 'old'): void => {
    const now = server.get<ApiObject & { deprecatedCount: number }>('events', namespace, name);
    if (now === undefined) throw new Error(`expected the Event ${namespace}/${name}`);
    server.update({ ...now, deprecatedCount: now.deprecatedCount + times } as ApiObject);
  };
  const happens = (namespace: string, name: string, count = 1): void => {
    server.create(eventOf(name, { namespace, reason: 'BackOff', count }));
  };

  it('begins at 0 with each start, and counts what comes', async () => {
    const first = await start();
    expect(await totalsOf(first)).to.deep.equal({ 'x BackOff': 0, 'y BackOff': 0 });
    repeat('x', 3);
    happens('x', 'new', 2);
    await shows(first, { 'x BackOff': 5, 'y BackOff': 0 });
    await first.stop();
    repeat('x', 3);
    const second = await start();
    expect(await totalsOf(second)).to.deep.equal({ 'x BackOff': 0, 'y BackOff': 0 });
  });

  it('goes on counting where another configuration takes over', async () => {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, 'resources: {events: {}}\n');
    const program = await start(`--config=${file}`);
    repeat('x', 3);
    await shows(program, { 'x BackOff': 3 });
    const seen: number[] = [];
    const look = async (): Promise<void> => {
      seen.push((await totalsOf(program))['x BackOff'] ?? -1);
    };
    writeFileSync(file, 'resources: {events: {}, pods: {}}\n');
    await until(async () => {
      repeat('x', 1);
      await look();
      return program.said('the new configuration took over').length > 0;
    });
    for (let i = 0; i < 5; i++) {
      repeat('x', 1);
      await look();
    }
    const { deprecatedCount } = server.get('events', 'x', 'old') as never as Totals;
    await shows(program, { 'x BackOff': (deprecatedCount ?? 0) - 57 });
    expect(seen).to.deep.equal(seen.toSorted((a, b) => a - b));
  });

  it('counts each Event in one shard', async () => {
    const shards = [
      await start('--shard=0', '--total-shards=2'),
      await start('--shard=1', '--total-shards=2'),
    ];
    for (let i = 0; i < 40; i++) happens('x', `new-${i}`, 2);
    await until(async () => {
      const counts = (await Promise.all(shards.map(totalsOf))).map((one) => one['x BackOff'] ?? 0);
      return counts.every((one) => one > 0) && counts.reduce((sum, one) => sum + one) === 80;
    });
  });

  it('counts those of --namespaces alone', async () => {
    const program = await start('--namespaces=y');
    happens('x', 'new');
    happens('y', 'new');
    await shows(program, { 'y BackOff': 1 });
    expect(await totalsOf(program)).to.deep.equal({ 'y BackOff': 1 });
  });

  it('counts those that match --object-selector alone', async () => {
    const program = await start('--object-selector=events:team=y');
    repeat('x', 1);
    repeat('y', 1);
    await shows(program, { 'y BackOff': 1 });
    expect(await totalsOf(program)).to.deep.equal({ 'y BackOff': 1 });
  });

  it('says where there are too many series, and counts what has none of its own', async () => {
    const program = await start();
    for (let i = 0; i <= countersMax; i++) {
      server.create(eventOf(`new-${i}`, { reason: `R${i}`, count: 1 }));
    }
    await shows(program, { ' ': 3 });
    const [said, ...more] = program.said(
      'too many series, what is new is counted in one without label values',
    );
    expect(more).to.deep.equal([]);
    const keys = { resource: 'events', family: 'kube_events_total', limit: countersMax };
    expect(said).to.deep.include({ level: 'warn', keys });
    expect(await program.self('kube_state_metrics_counters_full_total')).to.deep.equal([
      'kube_state_metrics_counters_full_total{resource="events",family="kube_events_total"} 3',
    ]);
  });

  it('follows --namespace-selector: what joins begins at 0, what leaves is gone', async () => {
    const program = await start('--namespace-selector=team=x');
    repeat('x', 2);
    await shows(program, { 'x BackOff': 2 });
    expect(await totalsOf(program)).to.not.have.property('y BackOff');
    const label = (name: string, team: string): void => {
      const now = server.get<ApiObject>('namespaces', undefined, name) as ApiObject;
      server.update({ ...now, metadata: { ...now.metadata, labels: { team } } });
    };
    label('y', 'x');
    await shows(program, { 'y BackOff': 0 });
    repeat('y', 4);
    await shows(program, { 'x BackOff': 2, 'y BackOff': 4 });
    label('x', 'none');
    await until(async () => !('x BackOff' in (await totalsOf(program))));
    await shows(program, { 'y BackOff': 4 });
  });
});

// --deleted-grace and counted terminations through the whole program: reloads, selectors, shards.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { deletedGraceOf } from '../../src/app/deletedGrace.ts';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { TestClock } from '../support/clock.ts';
import { clusterOf, node, pod, statefulSet, TestProgram } from '../support/program.ts';
import { fastClock } from '../support/start.ts';
import { until } from '../support/until.ts';

const grace = '--deleted-grace=60s';
/** Twenty times faster than real time. */
const clock = fastClock(20);

/** The namespace of all pods. */
const namespaceOf = (team: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'default', labels: { team } },
  status: { phase: 'Active' },
});

describe('the flag --deleted-grace', () => {
  const open = (ms: number) => {
    const lines: object[] = [];
    const now = new TestClock();
    const warn = (keys: object, message: string) => void lines.push({ ...keys, message });
    const made = deletedGraceOf({ 'deleted-grace': ms }, { clock: now, log: { warn } as never });
    return { made, lines, now };
  };

  it('keeps nothing by default', () => expect(open(0).made).to.equal(undefined));

  it('says every five minutes that not all are kept', () => {
    const { made, lines, now } = open(1_000);
    for (let i = 0; i < 3; i++) made?.onFull();
    now.advance(300_000);
    made?.onFull();
    const message =
      'more deleted objects than --deleted-grace keeps: the series of others go at once';
    expect(lines).to.deep.equal([1, 2].map(() => ({ limit: 10_000, message })));
  });
});

describe('a program that keeps deleted objects', () => {
  let folder: string;
  let server: ApiServer;
  let url: string;
  let program: TestProgram;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-grace-'));
    program = new TestProgram(undefined, clock);
  });
  afterEach(async () => {
    await program.stop();
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  const cluster = async (...objects: readonly object[]): Promise<void> => {
    ({ server, url } = await clusterOf(...objects));
  };
  const start = (...args: string[]): Promise<void> =>
    program.start(`--apiserver=${url}`, grace, ...args);
  /** The pods that are served, those that are marked with a cross. */
  const pods = async (): Promise<string> => {
    const text = await program.scrape();
    const named = (family: string): string[] =>
      [...text.matchAll(new RegExp(`^${family}\\{.*?pod="(.*?)"`, 'gm'))].map(
        ([, one = '']) => one,
      );
    const marked = named('kube_pod_deletion_timestamp');
    const all = named('kube_pod_info').sort();
    return all.map((one) => (marked.includes(one) ? `${one}✝` : one)).join(' ');
  };
  const serves = (expected: string): Promise<void> =>
    until(async () => (await pods()) === expected).catch(async () => {
      expect(await pods()).to.equal(expected);
    });
  /** What the node says of the container of a pod. */
  const report = (name: string, restartCount: number, ...reasons: readonly string[]): void => {
    const now = server.get<ApiObject>('pods', 'default', name) as ApiObject;
    const terminated = { reason: reasons[0], containerID: `c://${restartCount}` };
    const lastState = reasons.length > 0 ? { terminated } : {};
    const containerStatuses = [{ name: 'a', restartCount, state: { running: {} }, lastState }];
    server.update({ ...now, status: { phase: 'Running', containerStatuses } } as never);
  };
  const counts = async (name: string): Promise<Record<string, number>> => {
    const line = new RegExp(
      `^kube_pod_container_terminations_total\\{.*pod="${name}".*reason="(.*)"\\} (.*)$`,
      'gm',
    );
    return Object.fromEntries(
      [...(await program.scrape()).matchAll(line)].map(([, reason, count]) => [
        reason,
        Number(count),
      ]),
    );
  };

  const relabel = (team: string): void => {
    const now = server.get<ApiObject>('namespaces', undefined, 'default') as ApiObject;
    server.update({ ...now, metadata: { ...now.metadata, labels: { team } } });
  };

  it('goes on with what it keeps, and with what it counted, after a reload', async () => {
    await cluster(pod('stays'), pod('goes'), node('n'));
    const file = join(folder, 'config.yaml');
    writeFileSync(file, 'resources: {pods: {}}\n');
    report('stays', 0);
    await start(`--config=${file}`, '--metric-opt-in-list=_terminations_total$');
    await serves('goes stays');
    report('stays', 1, 'OOMKilled');
    await until(async () => (await counts('stays')).OOMKilled === 1);
    server.delete('pods', 'default', 'goes');
    await serves('goes✝ stays');
    writeFileSync(file, 'resources: {pods: {}, nodes: {}}\n');
    await until(async () => (await program.scrape()).includes('kube_node_info{'));
    expect(await pods()).to.equal('goes✝ stays');
    report('stays', 4, 'Error');
    await until(async () => (await counts('stays')).Error === 1);
    const expected = { OOMKilled: 1, Error: 1, Completed: 0, unknown: 2 };
    expect(await counts('stays')).to.deep.equal(expected);
    await serves('stays');
  });

  it('keeps nothing that a reload has put out of what is served', async () => {
    await cluster(pod('stays'), pod('goes'));
    const file = join(folder, 'config.yaml');
    writeFileSync(file, 'resources: {pods: {}}\n');
    await start(`--config=${file}`);
    await serves('goes stays');
    server.delete('pods', 'default', 'goes');
    await serves('goes✝ stays');
    writeFileSync(file, 'resources: {pods: {}}\nnamespaces: {other: {}}\n');
    await serves('');
  });

  it('counts the last state of a deleted pod, and a restart that no scrape shows', async () => {
    await cluster(pod('stays'), pod('goes'));
    for (const name of ['stays', 'goes']) report(name, 0);
    await start('--resources=pods', '--metric-opt-in-list=_terminations_total$');
    await serves('goes stays');
    report('goes', 1, 'OOMKilled');
    report('goes', 2, 'Error');
    server.delete('pods', 'default', 'goes');
    await serves('goes✝ stays');
    expect(await counts('goes')).to.deep.equal({ OOMKilled: 1, Error: 1, Completed: 0 });
  });

  it('counts by workload, over pods that are gone and over a reload', async () => {
    const of = (kind: string, name: string, by?: object) => ({
      apiVersion: 'apps/v1',
      kind,
      metadata: { name, namespace: 'default', ...(by && { ownerReferences: [by] }) },
      spec: { replicas: 1, selector: { matchLabels: {} }, template: {} },
      status: {},
    });
    const owner = (kind: string, name: string, uid: string) =>
      ({ apiVersion: 'apps/v1', kind, name, uid, controller: true }) as const;
    await cluster(of('Deployment', 'web'));
    const uidOf = (plural: string, name: string): string =>
      server.get<ApiObject>(plural, 'default', name)?.metadata.uid ?? '';
    const deployment = owner('Deployment', 'web', uidOf('deployments', 'web'));
    server.create(of('ReplicaSet', 'web-1', deployment) as never);
    const replicaSet = owner('ReplicaSet', 'web-1', uidOf('replicasets', 'web-1'));
    for (const name of ['stays', 'goes']) server.create(pod(name, {}, replicaSet) as never);
    for (const name of ['stays', 'goes']) report(name, 0);
    const file = join(folder, 'config.yaml');
    writeFileSync(file, 'resources: {pods: {}}\n');
    await start(`--config=${file}`, '--metric-opt-in-list=_by_workload_total$');
    await serves('goes stays');
    const labels = 'namespace="default",workload="web",workload_type="deployment",container="a"';
    const name = 'kube_pod_container_terminations_by_workload_total';
    const shows = (reason: string, value: number): Promise<void> =>
      until(async () =>
        (await program.scrape()).includes(`${name}{${labels},reason="${reason}"} ${value}\n`),
      );
    report('goes', 1, 'OOMKilled');
    report('goes', 2, 'Error');
    server.delete('pods', 'default', 'goes');
    await shows('OOMKilled', 1);
    await shows('Error', 1);
    report('stays', 1, 'OOMKilled');
    await shows('OOMKilled', 2);
    writeFileSync(file, 'resources: {pods: {}, nodes: {}}\n');
    await until(() => program.said('the new configuration took over').length === 1);
    await shows('OOMKilled', 2);
    await shows('Error', 1);
    report('stays', 2, 'OOMKilled');
    await shows('OOMKilled', 3);
  });

  it('says at the start of which resources it keeps nothing, for want of a mark', async () => {
    const said = () =>
      program.lines.filter(({ message }) => message.startsWith(grace.slice(0, 15)));
    await cluster(pod('stays'));
    await start('--resources=pods,nodes,events', '--metric-denylist=^kube_pod_deletion_timestamp$');
    const message =
      '--deleted-grace keeps nothing of these resources: ' +
      'their metric _deletion_timestamp is left out';
    expect(said().map(({ keys, message: one }) => [keys, one])).to.deep.equal([
      [{ resources: ['pods'] }, message],
    ]);
    await program.stop();
    program = new TestProgram(undefined, clock);
    await start('--resources=pods,nodes,events');
    expect(said()).to.deep.equal([]);
  });

  it('lets go in time of what has got other labels meanwhile', async () => {
    await cluster(namespaceOf('a'), pod('stays'), pod('goes'));
    const file = join(folder, 'config.yaml');
    writeFileSync(file, 'resources: {pods: {}}\n');
    await start(`--config=${file}`, '--promote-labels=namespaces=[team]->pods');
    await serves('goes stays');
    server.delete('pods', 'default', 'goes');
    await serves('goes✝ stays');
    relabel('b');
    const info = /^kube_pod_info\{.*pod="goes".*team="b"/m;
    await until(async () => info.test(await program.scrape()));
    writeFileSync(file, 'resources: {pods: {}, nodes: {}}\n');
    await until(() => program.said('the new configuration took over').length === 1);
    expect(await program.scrape()).to.match(info);
    await serves('stays');
  });

  it('lets go at once what is in no selected namespace any more', async () => {
    await cluster(namespaceOf('a'), pod('stays'), pod('goes'));
    report('stays', 0);
    const byWorkload = '--metric-opt-in-list=_by_workload_total$';
    await start('--resources=pods', '--namespace-selector=team=a', byWorkload);
    await serves('goes stays');
    report('stays', 1, 'OOMKilled');
    await until(async () => (await program.scrape()).includes('workload="stays"'));
    server.delete('pods', 'default', 'goes');
    await serves('goes✝ stays');
    relabel('b');
    await until(async () => {
      const served = await pods();
      expect(served).not.to.include('stays✝');
      return !served.includes('stays');
    });
    await until(async () => !(await program.scrape()).includes('workload="stays"'));
  });

  it('of what labels select, keeps what was terminating, not what matches no more', async () => {
    await cluster(
      pod('stays', { team: 'a' }),
      pod('ends', { team: 'a' }),
      pod('moves', { team: 'a' }),
    );
    await start('--resources=pods', '--object-selector=pods:team=a');
    await serves('ends moves stays');
    const moves = server.get<ApiObject>('pods', 'default', 'moves') as ApiObject;
    server.update({ ...moves, metadata: { ...moves.metadata, labels: { team: 'b' } } });
    await serves('ends stays');
    const ends = server.get<ApiObject>('pods', 'default', 'ends') as ApiObject;
    const deletionTimestamp = '2026-01-01T00:00:00Z';
    server.update({ ...ends, metadata: { ...ends.metadata, deletionTimestamp } });
    server.delete('pods', 'default', 'ends');
    await serves('ends✝ stays');
  });

  it('marks nothing that another shard serves', async () => {
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      name: 'ksm',
      uid: 's',
      controller: true,
    };
    const many = Array.from({ length: 40 }, (_, i) => pod(`p${i}`));
    await cluster(statefulSet('ksm', 1, 1), pod('ksm-0', {}, owner), ...many);
    await start('--resources=pods', '--pod=ksm-0', '--pod-namespace=default');
    await until(async () => (await pods()).split(' ').length === 41);
    const now = server.get<ApiObject>('statefulsets', 'default', 'ksm') as ApiObject;
    server.update({ ...now, ...statefulSet('ksm', 2, 2), metadata: now.metadata } as never);
    await until(async () => {
      const served = await pods();
      expect(served).not.to.include('✝');
      return served.split(' ').length < 30;
    });
  });
});

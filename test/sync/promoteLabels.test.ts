// --promote-labels through the whole program: inherited labels, as they change and under faults.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ApiObject } from '../../src/demo/objects.ts';
import { forbid, gone } from '../support/faults.ts';
import type { TestProgram } from '../support/program.ts';
import { node } from '../support/program.ts';
import { until } from '../support/until.ts';
import {
  called,
  LabelledCluster,
  namespaceIn,
  namespaceOf,
  objectIn,
  resources,
  seriesOf,
} from './labelledCluster.ts';

const flags = [
  '--promote-labels=pods=[tier],namespaces=[team]->pods,nodes=[zone]->pods',
  '--promote-labels=namespaces=[team]->configmaps',
];

/** A series without promoted labels. */
const plain = (line: string): string => line.replace(/,(?:tier|team|zone)="[^"]*"/g, '');

describe('A program with --promote-labels', () => {
  let scene: LabelledCluster;
  beforeEach(async () => {
    scene = await LabelledCluster.open();
  });
  afterEach(() => scene.close());

  const isOwn = ([, name = '']: RegExpExecArray): boolean =>
    ['tier', 'team', 'zone'].includes(name);

  /** The labels of an object that a series should have. */
  function expected(line: string): Record<string, string> {
    const name = objectIn(line);
    const space = namespaceIn(line);
    const isPod = line.startsWith('kube_pod_');
    const labelsOf = (resource: string, within: string | undefined, called: string) =>
      scene.server.get<ApiObject>(resource, within, called)?.metadata.labels ?? {};
    if (!isPod && !line.startsWith('kube_configmap_')) return {};
    const { team } = labelsOf('namespaces', undefined, space);
    const { tier } = isPod ? labelsOf('pods', space, name) : {};
    const { zone } = isPod ? labelsOf('nodes', undefined, 'n1') : {};
    const all = { tier, team, zone };
    return JSON.parse(JSON.stringify(all));
  }

  const promotedIn = (line: string): Record<string, string> =>
    Object.fromEntries(
      [...line.matchAll(/,(\w+)="([^"]*)"/g)].filter(isOwn).map(([, name, value]) => [name, value]),
    );

  /** Waits until each series has the labels of now, and no other one is there or missing. */
  async function servesAll(program: TestProgram, whole: TestProgram): Promise<void> {
    const wrong = async (): Promise<string[]> => {
      const lines = seriesOf(await program.scrape());
      const others = new Set(seriesOf(await whole.scrape()));
      const extra = lines.map(plain).filter((line) => !others.delete(line));
      const stale = lines.filter(
        (line) => JSON.stringify(promotedIn(line)) !== JSON.stringify(expected(line)),
      );
      return [...extra, ...others, ...stale];
    };
    await until(async () => (await wrong()).length === 0, 10_000).catch(async () => {
      expect(await wrong()).to.deep.equal([]);
    });
  }

  it('serves the labels of namespaces and nodes, as they change, come and go', async () => {
    scene.relabel('nodes', undefined, 'n1', { zone: 'z' });
    const whole = await scene.synced(resources);
    const program = await scene.synced(resources, ...flags);
    const first = seriesOf(await program.scrape());
    expect(first.some((line) => line.includes(',tier="web",team="a",zone="z"'))).to.equal(true);
    await servesAll(program, whole);
    scene.relabel('namespaces', undefined, 'a', { team: 'other' });
    scene.relabel('namespaces', undefined, 'c', { team: 'late' });
    await servesAll(program, whole);
    scene.relabel('nodes', undefined, 'n1', {});
    scene.server.delete('namespaces', undefined, 'b');
    await servesAll(program, whole);
    scene.server.create(called('Pod', 900, 'd', { tier: 'first' }));
    await servesAll(program, whole);
    scene.server.create(namespaceOf('d', { team: 'd' }));
    scene.relabel('pods', 'a', 'o0', { tier: 'moved' });
    await servesAll(program, whole);
    const [changed] = await program.self(
      'kube_state_metrics_promoted_labels_changed_objects_total',
    );
    expect(Number(changed?.split(' ')[1])).to.be.above(10);
    expect(await program.self('kube_state_metrics_promoted_labels_waiting_objects')).to.deep.equal([
      'kube_state_metrics_promoted_labels_waiting_objects 0',
    ]);
  });

  it('is not told by another shard: each follows all namespaces and nodes', async () => {
    const whole = await scene.synced(resources);
    const shards = [
      await scene.synced(resources, ...flags, '--total-shards=2', '--shard=0'),
      await scene.synced(resources, ...flags, '--total-shards=2', '--shard=1'),
    ];
    scene.relabel('namespaces', undefined, 'a', { team: 'new' });
    scene.relabel('nodes', undefined, 'n1', { zone: 'new' });
    const both = {
      scrape: async () => (await Promise.all(shards.map((one) => one.scrape()))).join('\n'),
    };
    await servesAll(both as TestProgram, whole);
  });

  it('finds what changed while no watch was open', async () => {
    const whole = await scene.synced(resources);
    const program = await scene.synced(resources, ...flags);
    scene.server.faults.add({ resource: 'namespaces', verb: 'watch', act: gone, times: 3 });
    scene.server.cut();
    scene.relabel('namespaces', undefined, 'a', { team: 'meanwhile' });
    scene.server.delete('namespaces', undefined, 'b');
    await servesAll(program, whole);
  });

  it('serves nothing before it knows the labels, and says what it waits for', async () => {
    scene.server.faults.add({ resource: 'namespaces', act: { answer: 'hang' } });
    const program = await scene.start('--resources=pods,configmaps', ...flags);
    const detail = () =>
      program.running.readiness().find(({ resource }) => resource === 'pods')?.detail;
    await until(() => detail() === 'waiting for the labels of namespaces (--promote-labels)');
    expect(await program.scrape()).to.match(/^503 /);
    scene.server.faults.clear();
    scene.server.cut();
    await until(async () => !(await program.scrape()).startsWith('503'));
    const lines = seriesOf(await program.scrape()).filter((line) => namespaceIn(line) === 'a');
    expect(lines.every((line) => line.includes(',team="a"'))).to.equal(true);
  });

  it('serves without labels that it may not read, says so, and adds them once it may', async () => {
    scene.server.faults.add({ resource: 'namespaces', act: forbid });
    const program = await scene.start('--resources=pods', ...flags.slice(0, 1));
    await until(async () => !(await program.scrape()).startsWith('503'), 20_000);
    const [said] = program.said('refused by the API server');
    expect(said?.keys).to.include({ resource: 'namespaces', for: '--promote-labels' });
    const status = program.running
      .readiness()
      .find(({ resource }) => resource === 'namespaces (--promote-labels)');
    expect(status).to.include({ synced: false, refused: true });
    expect(await program.scrape()).to.not.include('team=');
    scene.server.faults.clear();
    await until(async () => (await program.scrape()).includes(',team="a"'), 20_000);
  });

  it('follows a change of the config file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-promote-'));
    try {
      const file = join(folder, 'config.yaml');
      writeFileSync(file, 'resources: [pods]\n');
      const program = await scene.synced(`--config=${file}`);
      expect(await program.scrape()).to.not.include('team=');
      writeFileSync(file, 'resources: [pods]\npromote_labels:\n  namespaces->pods: [team]\n');
      await until(async () => (await program.scrape()).includes(',team="a"'), 10_000);
      scene.relabel('namespaces', undefined, 'a', { team: 'changed' });
      await until(async () => (await program.scrape()).includes(',team="changed"'), 10_000);
      writeFileSync(file, 'resources: [pods]\npromote_labels:\n  namespaces->pods: [namespace]\n');
      await until(() => program.lines.some(({ level }) => level === 'error'), 10_000);
      expect(await program.scrape()).to.include(',team="changed"');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('follows a node that comes after its pods', async () => {
    scene.server.delete('nodes', undefined, 'n1');
    const program = await scene.synced('--resources=pods', ...flags.slice(0, 1));
    expect(await program.scrape()).to.not.include('zone=');
    scene.server.create({
      ...node('n1'),
      metadata: { name: 'n1', labels: { zone: 'z' } },
    } as never);
    await until(async () => (await program.scrape()).includes(',zone="z"'), 10_000);
  });
});

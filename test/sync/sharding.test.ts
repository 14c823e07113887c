// Autosharding through the whole program: its place is that of its pod in a StatefulSet.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { Stopped } from '../../src/lib/errors.ts';
import { hang } from '../support/faults.ts';
import { clusterOf, pod, statefulSet, TestProgram } from '../support/program.ts';
import { expectRefusal, type Facts, rejectionOf } from '../support/refusal.ts';
import { until } from '../support/until.ts';

describe('Automatic sharding', () => {
  const names = Array.from({ length: 40 }, (_, i) => `work-${i}`);
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ksm', uid: 'u' };
  const ours = [0, 1].map((i) => pod(`ksm-${i}`, {}, { ...owner, controller: true }));
  let server: ApiServer;
  let url: string;
  let programs: TestProgram[];

  beforeEach(async () => {
    const work = names.map((name) => pod(name));
    ({ server, url } = await clusterOf(statefulSet('ksm', 1, 1), ...ours, ...work));
    programs = [];
  });

  afterEach(async () => {
    for (const program of programs) await program.stop();
    await server.close();
  });

  async function start(...args: string[]): Promise<TestProgram> {
    const program = new TestProgram();
    programs.push(program);
    await program.start('--resources=pods', `--apiserver=${url}`, ...args);
    return program;
  }
  const startAs = (name: string, ...args: string[]): Promise<TestProgram> =>
    start(`--pod=${name}`, '--pod-namespace=default', ...args);

  const served = async (program: TestProgram): Promise<string[]> =>
    [...(await program.scrape()).matchAll(/kube_pod_info\{.*?pod="(work-\d+)"/g)]
      .map(([, name]) => name as string)
      .sort();

  const scale = (replicas: number, readyReplicas: number): void => {
    const set = server.get<ApiObject>('statefulsets', 'default', 'ksm') as ApiObject;
    const { spec, status } = statefulSet('ksm', replicas, readyReplicas);
    server.update({ ...set, spec, status } as ApiObject);
  };

  it('follows its StatefulSet: no gap when it grows, and all again when it shrinks', async () => {
    const first = await startAs('ksm-0');
    await until(async () => (await served(first)).length === names.length);

    scale(2, 1);
    const second = await startAs('ksm-1');
    await until(async () => (await served(second)).length > 0);
    await until(
      async () => (await first.self('kube_state_metrics_total_shards'))[0]?.endsWith(' 2') === true,
    );
    expect(await served(first)).to.have.length(names.length);

    scale(2, 2);
    await until(async () => (await served(first)).length < names.length);
    const [left, right] = [await served(first), await served(second)];
    expect([...left, ...right].sort()).to.deep.equal([...names].sort());
    expect(await second.self('kube_state_metrics_shard_ordinal')).to.deep.equal([
      'kube_state_metrics_shard_ordinal{shard_ordinal="1"} 1',
    ]);
    expect(
      await first.self('kube_state_metrics_relists_total{resource="pods",reason="resharded"}'),
    ).to.deep.equal(['kube_state_metrics_relists_total{resource="pods",reason="resharded"} 1']);

    scale(1, 1);
    const placeless = 'the StatefulSet was scaled down below this shard';
    await until(async () => second.said(placeless).length === 1);
    const ended = second.stop();
    await until(async () => (await served(first)).length === names.length);
    const [leaving] = second.said('serving until other shards have listed the objects of this one');
    expect(leaving?.keys.leaveMs, 'and as long as lists take').to.be.above(5_000);
    await ended;
  });

  it('serves what either scheme gives it in any roll-out, if its flag is unreadable', async () => {
    const roll = (status: object): void => {
      const set = server.get<ApiObject>('statefulsets', 'default', 'ksm') as ApiObject;
      server.update({ ...set, status: { ...(set.status as object), ...status } } as ApiObject);
    };
    scale(2, 2);
    // As from a variable: the arguments of the pods do not have it.
    const program = await startAs('ksm-0', '--server-side-sharding=auto');
    await until(async () => (await served(program)).length > 0);
    const own = await served(program);
    roll({ updatedReplicas: 0, currentRevision: 'a', updateRevision: 'b' });
    await until(async () => (await served(program)).length > own.length);
    expect(await served(program)).to.include.members(own);
    roll({ updatedReplicas: 2, currentRevision: 'b', updateRevision: 'b' });
    await until(async () => (await served(program)).length === own.length);
    expect(await served(program)).to.deep.equal(own);
  });

  it('keeps what other shards do not have yet, also over a change of the config file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-sharding-'));
    const config = join(folder, 'config.yaml');
    try {
      writeFileSync(config, 'resources: {pods: {}}\n');
      const first = await startAs('ksm-0', `--config=${config}`);
      await until(async () => (await served(first)).length === names.length);
      scale(2, 1);
      await until(() => first.said('the shards changed').length === 1);
      writeFileSync(config, 'resources: {pods: {}, nodes: {}}\n');
      await until(() => first.said('the new configuration took over').length === 1);
      expect(await served(first)).to.have.length(names.length);
      scale(2, 2);
      await until(async () => (await served(first)).length < names.length);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('takes its shard from the StatefulSet, whatever --shard and --total-shards say', async () => {
    const program = await startAs('ksm-0', '--shard=1', '--total-shards=2');
    await until(async () => (await served(program)).length === names.length);
    expect(
      program.said('the StatefulSet decides the shard, these flags are ignored'),
    ).to.have.length(1);
  });

  it('is not ready while its pod cannot be read, and syncs once it can', async () => {
    server.tokens = [];
    const program = await startAs('ksm-0');
    expect(program.running.readiness().some(({ synced, refused }) => synced || refused)).to.equal(
      false,
    );
    expect(await program.scrape()).to.match(/^503 /);
    server.tokens = undefined;
    await until(async () => (await served(program)).length === names.length);
  });

  it('ends its start at once on SIGTERM, though the API server hangs', async () => {
    server.faults.add({ act: hang });
    const stopping = new AbortController();
    const program = new TestProgram(stopping.signal);
    const ended = program
      .start(`--apiserver=${url}`, '--pod=ksm-0', '--pod-namespace=default')
      .then(
        () => 'started',
        (reason: unknown) => reason,
      );
    await until(() => server.requests.some(({ path }) => path.endsWith('/pods/ksm-0')));
    stopping.abort(new Stopped('SIGTERM'));
    expect(await ended).to.equal(stopping.signal.reason);
    expect(program.lines.map(({ message }) => message)).to.deep.equal([]);
  });

  const refused: [what: string, args: string[], facts: Facts][] = [
    [
      'a pod that no StatefulSet controls',
      ['--pod=work-1', '--pod-namespace=default'],
      {
        flag: '--pod',
        expected: 'a pod that a StatefulSet controls',
        got: 'default/work-1, which none does',
      },
    ],
    [
      'a pod that is not there',
      ['--pod=ksm-9', '--pod-namespace=default'],
      {
        flag: ['--pod', '--pod-namespace'],
        expected: 'the pod that kubestate runs in',
        got: 'default/ksm-9, which is not there',
      },
    ],
    [
      'a pod without its namespace',
      ['--pod=ksm-0'],
      { flag: '--pod', expected: '--pod-namespace beside it', got: 'it alone', hint: 'give both' },
    ],
    [
      'a namespace without its pod',
      ['--pod-namespace=default'],
      { flag: '--pod-namespace', expected: '--pod beside it', got: 'it alone', hint: 'give both' },
    ],
  ];
  for (const [what, args, facts] of refused) {
    it(`does not start with ${what}`, async () => {
      expectRefusal(await rejectionOf(start(...args)), facts);
    });
  }
});

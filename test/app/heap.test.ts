// The heap fills up: what is said before V8 ends the process, when, and how often.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import type { ContainerUse } from '../../src/app/containerMemory.ts';
import { type Heap, HeapWatch, systemHeap, youngBytesMax } from '../../src/app/heap.ts';
import { recordingLog } from '../kube/harness.ts';
import { TestClock } from '../support/clock.ts';
import { clusterOf } from '../support/program.ts';
import { until } from '../support/until.ts';

const mib = 2 ** 20;

describe('The watch over the heap', () => {
  const open = (containerLimit?: number) => {
    let use: ContainerUse | undefined =
      containerLimit === undefined ? undefined : { usedBytes: 0, limitBytes: containerLimit };
    const container = { read: () => use };
    const clock = new TestClock();
    const log = recordingLog();
    let heap: Heap = { usedBytes: 0, limitBytes: 100 * mib };
    let collected: (() => void) | undefined;
    const source = {
      read: () => heap,
      onCollected(call: () => void) {
        collected = call;
        return () => {
          collected = undefined;
        };
      },
    };
    const objects = () => ({ held: 24_353, listing: 1_000 });
    const watch = new HeapWatch({ heap: source, container, clock, log, objects });
    const fill = (usedBytes: number): void => {
      heap = { ...heap, usedBytes };
      collected?.();
    };
    const fillContainer = (usedBytes: number): void => {
      use = use && { ...use, usedBytes };
    };
    return { clock, log, watch, fill, fillContainer };
  };

  it('says nothing below nine tenths, and then how full, how many objects, what to raise', () => {
    const { log, fill } = open();
    fill(90 * mib - 1);
    expect(log.lines).to.deep.equal([]);
    fill(90 * mib);
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]).to.match(
      /^warn the heap is at 90 % .*--max-old-space-size.*--total-shards/,
    );
    expect(log.keys[0]).to.include({
      usedBytes: 90 * mib,
      limitBytes: 100 * mib,
      held: 24_353,
      listing: 1_000,
    });
  });

  it('says it once a minute, however often the heap is collected', () => {
    const { clock, log, fill } = open();
    for (let second = 0; second < 180; second++) {
      for (let i = 0; i < 10; i++) fill(95 * mib);
      clock.advance(1_000);
    }
    expect(log.lines).to.have.length(3);
  });

  it('hears nothing more once it is closed', () => {
    const { log, watch, fill } = open();
    watch.close();
    fill(99 * mib);
    expect(log.lines).to.deep.equal([]);
  });

  it('says where the container is nearly full, whatever the heap is, once a minute', async () => {
    const { clock, log, watch, fillContainer } = open(128 * mib);
    fillContainer(115 * mib);
    await clock.pass(2_000);
    await until(() => clock.pending.length > 0);
    expect(log.lines).to.deep.equal([]);
    fillContainer(116 * mib);
    await clock.pass(50);
    for (let second = 0; second < 30; second += 2) await clock.pass(2_000);
    await until(() => clock.pending.length > 0);
    watch.close();
    expect(log.lines).to.have.length(1);
    expect(log.lines[0]).to.match(
      /^warn the container is at 91 % of its memory limit, .*--total-shards/,
    );
    expect(log.keys[0]).to.include({ usedBytes: 116 * mib, limitBytes: 128 * mib, held: 24_353 });
  });

  it('says so at a collection too, and not again at the next look', () => {
    const { log, watch, fill, fillContainer } = open(128 * mib);
    fillContainer(127 * mib);
    fill(mib);
    fill(mib);
    watch.close();
    expect(log.lines).to.have.length(1);
  });

  it('wakes nobody where nothing limits the container, or once it is closed', async () => {
    expect(open().clock.pending).to.deep.equal([]);
    const { clock, watch } = open(128 * mib);
    expect(clock.pending).to.deep.equal([2_000]);
    watch.close();
    await until(() => clock.pending.length === 0);
  });

  for (const [usedMib, ms] of [
    [0, 2_000],
    [64, 1_074],
    [112, 67],
    [115, 50],
    [127, 2_000],
  ] as const) {
    it(`looks at a container of 128 MiB again after ${ms} ms, at ${usedMib} MiB`, async () => {
      const { clock, watch, fillContainer } = open(128 * mib);
      fillContainer(usedMib * mib);
      await clock.pass(2_000);
      await until(() => clock.pending.length > 0);
      expect(clock.pending[0]).to.be.closeTo(ms, 1);
      watch.close();
    });
  }

  it('takes the young generation out of the limit, as it was chosen last', () => {
    expect(youngBytesMax('')).to.equal(96 * mib);
    expect(youngBytesMax('--max-semi-space-size=4')).to.equal(12 * mib);
    expect(youngBytesMax('--max_semi_space_size 4 --max-semi-space-size=8')).to.equal(24 * mib);
  });

  it('knows that of this process', () => {
    const { usedBytes, limitBytes } = systemHeap('').read();
    expect(usedBytes).to.be.above(mib);
    expect(limitBytes).to.be.above(usedBytes);
  });
});

const main = new URL('../../src/main.ts', import.meta.url).pathname;
/** Of the program's old generation; the sources alone take about half of it. */
const heapMib = 34;
const objectsMax = 60_000;
const endMsMax = 180_000;

describe('The program with a cluster that does not fit', () => {
  it('says so before V8 ends it, with the number of objects and what to raise', async function () {
    this.timeout(endMsMax);
    const { server, url } = await clusterOf();
    for (let i = 0; i < objectsMax; i++) {
      const metadata = { name: `one-of-many-${i}`, namespace: 'default' };
      server.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    }
    const flags = ['--host=127.0.0.1', '--telemetry-host=127.0.0.1', '--port=0'];
    const child = spawn(
      process.execPath,
      [
        `--max-old-space-size=${heapMib}`,
        '--max-semi-space-size=4',
        main,
        ...flags,
        '--telemetry-port=0',
        '--resources=configmaps',
        `--apiserver=${url}`,
      ],
      { env: { PATH: process.env.PATH }, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let stderr = '';
    let ended = false;
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (stderr += piece));
    const closed = once(child, 'close').then(() => (ended = true));
    try {
      await until(() => ended, endMsMax);
      const said = stderr.indexOf('"the heap is at ');
      expect(said, stderr).to.be.above(0);
      expect(stderr.indexOf('JavaScript heap out of memory'), stderr).to.be.above(said);
      const line = stderr.split('\n').find((one) => one.includes('the heap is at ')) ?? '';
      const { held, listing, level } = JSON.parse(line);
      expect(level).to.equal('warn');
      expect(held + listing).to.be.within(1_000, objectsMax);
    } finally {
      child.kill('SIGKILL');
      await closed;
      await server.close();
    }
  });
});

// A StatefulSet of exporters that grows and shrinks while all of them are scraped.
import { expect } from 'chai';
import type { Running } from '../../src/app/run.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { statefulSet } from '../support/program.ts';
import { pod, Scene, scrape, watches } from './scene.ts';

const workPods = 150;
/** How long a container whose pod is deleted lives on, at the least, with its other duties. */
const endingMs = 4_000;
const stepMs = 250;
/** Of a wait for what is served to be right, by the clock of the test. */
const settleMsMax = 40_000;

describe('Exporters that share a cluster out', () => {
  let scene: Scene;
  let exporters: Map<number, Running>;
  let short: string[];
  let looks: number;

  beforeEach(async () => {
    scene = new Scene();
    scene.fill(workPods);
    exporters = new Map();
    short = [];
    looks = 0;
    const set = statefulSet('ksm', 2, 2) as ApiObject;
    scene.server.create({ ...set, metadata: { ...set.metadata, namespace: 'x' } });
    for (let i = 0; i < 3; i++) scene.server.create(pod(`ksm-${i}`, 'one', owned));
    await scene.listen();
  });
  afterEach(() => scene.stop());

  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ksm', uid: 'u' };
  const owned = { ownerReferences: [{ ...owner, controller: true }] };

  async function begin(ordinal: number): Promise<Running> {
    const program = await scene.start(`--pod=ksm-${ordinal}`, '--pod-namespace=x');
    exporters.set(ordinal, program);
    return program;
  }

  function scale(replicas: number, ready: number): void {
    const now = scene.server.get<ApiObject>('statefulsets', 'x', 'ksm') as ApiObject;
    const { spec, status } = statefulSet('ksm', replicas, ready);
    scene.server.update({ ...now, spec, status } as ApiObject);
  }

  /** The pods that all shards together show, each as often as it is shown. */
  async function shown(): Promise<string[]> {
    const pods: string[] = [];
    for (const program of exporters.values()) {
      const { status, text } = await scrape(program);
      if (status !== 200) continue;
      for (const [, name] of text.matchAll(/^kube_pod_info\{.*?pod="(.*?)"/gm)) {
        pods.push(name as string);
      }
    }
    return pods;
  }

  async function look(): Promise<void> {
    const pods = new Set(await shown());
    looks++;
    const missing = [...scene.server.objects('pods')].filter(
      ({ metadata: { name } }) => !pods.has(name),
    );
    if (missing.length > 0) short.push(`${missing.length} at look ${looks}`);
  }

  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      await scene.clock.step(stepMs);
      await look();
    }
  }

  const each = (): Promise<boolean> =>
    shown().then((pods) => pods.length === [...scene.server.objects('pods')].length);

  it('from two to three and back to two, without a series missing at any time', async () => {
    await Promise.all([begin(0), begin(1)].map(async (program) => watchesSoon(await program)));
    await pass(2_000);
    expect(await each(), 'each pod once with two').to.equal(true);

    scale(3, 2);
    await pass(5_000);
    const third = await begin(2);
    await pass(10_000);
    expect(watches(third)).to.equal(true);
    scale(3, 3);
    await pass(10_000);
    expect(await each(), 'each pod once with three').to.equal(true);
    expect((await scrape(third)).text).to.include('kube_pod_info');

    scale(2, 2);
    await pass(endingMs);
    exporters.delete(2);
    await pass(10_000);
    expect(await each(), 'each pod once with two again').to.equal(true);
    expect(short, `of ${looks} looks`).to.deep.equal([]);
  });

  it('one that is told to stop before any tick stays until others have its objects', async () => {
    scale(3, 3);
    await Promise.all([begin(0), begin(1), begin(2)].map(async (one) => watchesSoon(await one)));
    await pass(2_000);
    scale(2, 2);
    // The change is on its way, and no time passes: only the end of the third one reads it.
    await scene.clock.brief(0);
    const third = exporters.get(2) as Running;
    const ended = third.stop();
    await scene.clock.brief(0);
    expect(scene.log.lines).to.include(
      'info serving until other shards have listed the objects of this one',
    );
    await pass(endingMs);
    exporters.delete(2);
    await pass(10_000);
    await ended;
    expect(await each(), 'each pod once with two').to.equal(true);
    expect(short, `of ${looks} looks`).to.deep.equal([]);
  });

  for (const betweenMs of [0, 50, 100, 200, 350, 700]) {
    it(`from one to two and back within ${betweenMs} ms, with nothing lost`, async () => {
      scene.fill(1_500);
      scale(1, 1);
      await watchesSoon(await begin(0));
      await pass(1_000);
      expect(await each(), 'each pod once with one').to.equal(true);
      for (let round = 0; round < 3; round++) {
        scale(2, 2);
        await scene.clock.brief(betweenMs);
        scale(1, 1);
        await scene.clock.brief(betweenMs);
      }
      // The clock runs ahead of a busy machine; what is lost stays so until something else relists.
      await scene.until(each, settleMsMax);
      await pass(1_000);
      expect(await each(), 'each pod once with one again').to.equal(true);
    });
  }

  async function watchesSoon(program: Running): Promise<void> {
    for (let i = 0; i < 400 && !watches(program); i++) await scene.clock.step(stepMs);
    expect(watches(program)).to.equal(true);
  }
});

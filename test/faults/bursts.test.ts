// Bursts of changes, as when everything is rolled out: no watch is closed, and no change is lost.
import { expect } from 'chai';
import type { Running } from '../../src/app/run.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { Scene } from './scene.ts';

const stepMs = 250;
const burstMs = 10_000;
/** How long after a burst all of it may take to be served. */
const settledMsMax = 10_000;
const staleness = 'kube_state_metrics_store_staleness_seconds';

/** Watches that were opened again, and lists after the first, for whatever reason. */
async function repairs(program: Running): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${program.telemetry.port}/metrics`);
  return (await answer.text())
    .split('\n')
    .filter((line) => /^kube_state_metrics_(watch_restarts|relists)_total\{/.test(line))
    .filter((line) => !line.includes('reason="start"') && !line.endsWith(' 0'));
}

describe('A burst of changes', () => {
  let scene: Scene;
  let program: Running;

  beforeEach(async () => {
    scene = new Scene();
    scene.fill(300);
    await scene.listen();
    program = await scene.startSynced();
  });
  afterEach(() => scene.stop());

  /** Changes a pod that `fill` has made; its first label stays as it is. */
  function flip(name: string, to: string, pad = 0): void {
    const now = scene.server.get<ApiObject>('pods', 'x', name) as ApiObject;
    const annotations = { at: to, pad: 'x'.repeat(pad) };
    scene.server.update({ ...now, metadata: { ...now.metadata, annotations } });
  }

  /** Each step of time begins with so many changes; returns how old the state was. */
  async function burst(perStep: number): Promise<number[]> {
    const random = seededRandom(3);
    const stale: number[] = [];
    for (let ms = 0; ms < burstMs; ms += stepMs) {
      for (let i = 0; i < perStep; i++) {
        flip(`steady-${Math.floor(random() * 300)}`, `${ms} ${i}`);
      }
      await scene.clock.step(stepMs);
      stale.push((await scene.self(program, staleness)) as number);
    }
    return stale;
  }

  for (const perSecond of [1_000, 5_000]) {
    it(`of ${perSecond} a second for ten seconds is served soon after`, async () => {
      await scene.pass(5_000);
      const stale = await burst((perSecond * stepMs) / 1_000);
      expect(Math.max(...stale)).to.be.at.most(2);
      scene.change();
      await scene.pass(settledMsMax);
      expect(await scene.self(program, staleness)).to.be.at.most(1);
      expect(await repairs(program)).to.deep.equal([]);
      await scene.recovers(program);
    });
  }

  it('of one large object, ten times a second, is read to its end', async () => {
    for (let i = 0; i < 30; i++) {
      flip('steady-7', `${i}`, 1_500_000);
      await scene.clock.step(100);
    }
    scene.change();
    await scene.pass(settledMsMax);
    expect(await scene.self(program, staleness)).to.be.at.most(1);
    expect(await repairs(program)).to.deep.equal([]);
    await scene.recovers(program);
  });
});

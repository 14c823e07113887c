// A server that sends a list, but so slowly that what is served grows old meanwhile.
import { expect } from 'chai';
import type { Running } from '../../src/app/run.ts';
import * as faults from '../support/faults.ts';
import { Scene, watches } from './scene.ts';

const stale = 'kube_state_metrics_resource_stale{resource="pods"}';

describe('A list that drips after a 410', () => {
  for (const [how, streams] of [
    ['as a list', false],
    ['as a stream', true],
  ] as const)
    it(`${how}: stale after 30 s, given up after a minute, whole once it flows again`, async () => {
      const scene = new Scene();
      try {
        scene.fill(200);
        await scene.listen();
        const program = await scene.startSynced();
        const drip = faults.dripping(scene.clock, 2_000, 1);
        if (!streams) {
          const act = faults.watchList('refused');
          scene.server.faults.add({ resource: 'pods', verb: 'watch', act });
        }
        scene.onLists(drip, { resource: 'pods' });
        const when: faults.FaultRule['when'] = ({ query }) => !!query.sendInitialEvents;
        scene.server.faults.add({ resource: 'pods', verb: 'watch', when, act: drip });
        scene.onWatches(faults.errorEvent(0), { resource: 'pods', times: 1 });
        scene.server.cut();
        await scene.pass(2_000);
        await drips(scene, program);
        scene.server.faults.clear();
        await scene.until(() => watches(program));
        expect(await scene.self(program, stale)).to.equal(0);
        await scene.recovers(program);
      } finally {
        await scene.stop();
      }
    });

  async function drips(scene: Scene, program: Running): Promise<void> {
    await scene.pass(20_000);
    expect(await scene.self(program, stale), 'after 20 s').to.equal(0);
    expect(scene.log.lines).to.not.include('warn request failed, retrying');
    await scene.pass(15_000);
    expect(await scene.self(program, stale), 'after 35 s').to.equal(1);
    const { text } = await scene.readyz(program);
    expect(text.split('\n')[0]).to.match(
      /^Serving the state of .*: it is listed again; affected: pods$/,
    );
    await scene.pass(30_000);
    const failures = scene.log.keys.filter(({ message }) => message.startsWith('request failed'));
    expect(failures.map(({ detail }) => detail)).to.deep.equal([
      'retrying: expected at least 64 KB/s of a list for a minute, got less',
    ]);
  }
});

// Objects that are odd, and times that jump: what is served stays what the server has.
import { expect } from 'chai';
import { builtinKinds } from '../../src/demo/apiserver/kinds.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import type * as faults from '../support/faults.ts';
import { pod, Scene, scrape } from './scene.ts';

describe('What is served is what the server has', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = new Scene();
    await scene.listen();
  });
  afterEach(() => scene.stop());

  it('though two objects have one uid', async () => {
    const { server } = scene;
    server.create(pod('twin-a', 'one', { uid: 'same' }));
    const program = await scene.startSynced();
    server.create(pod('twin-b', 'one', { uid: 'same' }));
    await scene.serves(program);
    server.delete('pods', 'x', 'twin-a');
    await scene.serves(program);
    server.create(pod('twin-a', 'two', { uid: 'same' }));
    scene.relistNext();
    await scene.recovers(program);
  });

  it('though objects have no uid', async () => {
    const { server } = scene;
    const all = [...server.objects('pods')];
    const without = (tier: string): ApiObject => pod('nameless', tier);
    server.load(builtinKinds.pods, [...all, without('one')]);
    const program = await scene.startSynced();
    server.load(builtinKinds.pods, [...all, without('two')]);
    await scene.serves(program);
    // What breaks off again and again is asked for more and more slowly: this is to be the first.
    await scene.pass(130_000);
    // A version on, or a watch from where it was would be taken for one that missed nothing.
    server.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node' } });
    server.load(builtinKinds.pods, all);
    await scene.recovers(program);
  });

  it('though an object was never told of before it changes', async () => {
    const { server } = scene;
    const program = await scene.startSynced();
    scene.onWatches(onlyChanges);
    server.cut();
    await scene.pass(2_000);
    const late = server.create(pod('late'));
    await scene.pass(2_000);
    server.update({ ...late, metadata: { ...late.metadata, labels: { tier: 'two' } } });
    await scene.recovers(program);
  });

  it('after the machine slept for an hour', async () => {
    const program = await scene.startSynced();
    scene.change();
    scene.clock.advance(3_600_000);
    await scene.recovers(program);
  });

  for (const ms of [3_600_000, -3_600_000, 36 * 3_600_000, -36 * 3_600_000]) {
    it(`after the time of day was set by ${ms / 60_000} minutes`, async () => {
      const program = await scene.startSynced();
      await scene.pass(61_000);
      const relists = 'kube_state_metrics_relists_total{resource="pods",reason="retry"}';
      const lists = 'kube_state_metrics_list_total{resource="*v1.Pod",result="success"}';
      const before = [await scene.self(program, relists), await scene.self(program, lists)];
      scene.clock.setWall(ms);
      await scene.pass(40_000);
      expect([await scene.self(program, relists), await scene.self(program, lists)], 'lists')
        .to.deep.equal(before)
        .and.not.include(undefined);
      const { text } = await scene.readyz(program);
      expect(text.split('\n')[0]).to.equal('Ready: 2 resources synced.');
      const stale = 'kube_state_metrics_resource_stale{resource="pods"}';
      expect(await scene.self(program, stale)).to.equal(0);
      expect(await scene.self(program, 'kube_state_metrics_state_age_seconds')).to.equal(0);
      scene.change();
      await scene.recovers(program);
      const last = await scene.self(
        program,
        'kube_state_metrics_resource_last_event_timestamp_seconds{resource="pods"}',
      );
      expect(last).to.be.closeTo(scene.clock.wall() / 1_000, 15);
      for (const reason of ['silence', 'reset', 'refused']) {
        const labels = `{resource="pods",reason="${reason}"}`;
        const series = `kube_state_metrics_watch_restarts_total${labels}`;
        expect(await scene.self(program, series), series).to.equal(0);
      }
    });
  }

  it('up to --object-limit, and a relist lets what is served stay', async () => {
    const held = [...scene.server.objects('pods')].length;
    const program = await scene.startSynced(`--object-limit=${held}`);
    // By their names they come first in every list.
    for (let i = 0; i < 5; i++) scene.server.create(pod(`a-${i}`));
    await scene.pass(2_000);
    scene.relistNext();
    await scene.pass(10_000);
    expect(
      await scene.self(program, 'kube_state_metrics_relists_total{resource="pods",reason="gone"}'),
    ).to.equal(1);
    expect((await scrape(program)).text).not.to.include('pod="a-');
    expect(scene.wrong).to.deep.equal([]);
  });
});

/** A watch that never tells of an object's beginning. */
const onlyChanges: faults.Fault = {
  async *pieces(pieces) {
    for await (const piece of pieces) {
      if (!piece.toString('latin1', 0, 16).startsWith('{"type":"ADDED"')) yield piece;
    }
  },
};

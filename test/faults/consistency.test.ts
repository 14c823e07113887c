// The consistency check through the whole program: what it finds, heals, and takes for no drift.
import { expect } from 'chai';
import type { Running } from '../../src/app/run.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import type * as faults from '../support/faults.ts';
import { expectRefusal, rejectionOf } from '../support/refusal.ts';
import { pod, Scene } from './scene.ts';

const every = '--consistency-check-interval=10s';
const drift = 'kube_state_metrics_resource_drift_objects{resource="pods"}';
const checks = (result: string): string =>
  `kube_state_metrics_consistency_checks_total{resource="pods",result="${result}"}`;
const healed = 'kube_state_metrics_relists_total{resource="pods",reason="drift"}';

/** A watch that tells of nothing that happens to these pods, but goes on with its bookmarks. */
const deafTo = (name: string): faults.Fault => ({
  async *pieces(pieces) {
    for await (const piece of pieces) {
      if (!piece.includes(`"name":"${name}"`)) yield piece;
    }
  },
});

describe('The consistency check', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = new Scene();
    await scene.listen();
  });
  afterEach(() => scene.stop());

  const metadataLists = () =>
    scene.server.requests.filter(
      ({ path, query }) => path === '/api/v1/pods' && query.watch !== 'true',
    );

  it('is off unless it is asked for', async () => {
    const program = await scene.startSynced();
    await scene.pass(120_000);
    expect(await scene.self(program, drift)).to.equal(undefined);
    expect(await scene.self(program, checks('consistent'))).to.equal(undefined);
    expect(metadataLists()).to.deep.equal([]);
  });

  it('asks for metadata alone, from the memory of the server, and finds nothing', async () => {
    const program = await scene.startSynced(every);
    await scene.pass(60_000);
    expect(await scene.self(program, drift)).to.equal(0);
    expect(await scene.self(program, checks('consistent'))).to.be.at.least(3);
    expect(metadataLists()).to.have.length.at.least(3);
    for (const { accept, query } of metadataLists()) {
      expect(accept).to.match(/,application\/json;as=PartialObjectMetadataList;/);
      expect(query).to.have.keys('resourceVersion', 'resourceVersionMatch');
    }
    expect(await scene.self(program, healed)).to.equal(0);
  });

  it('asks for secrets as a table only', async () => {
    const secret = { metadata: { name: 's', namespace: 'x' }, type: 'Opaque' };
    scene.server.create({ apiVersion: 'v1', kind: 'Secret', ...secret } as ApiObject);
    const program = await scene.startSynced(every, '--resources=secrets');
    await scene.pass(30_000);
    const series = 'kube_state_metrics_resource_drift_objects{resource="secrets"}';
    expect(await scene.self(program, series)).to.equal(0);
    const asked = scene.server.requests.filter(({ path }) => path === '/api/v1/secrets');
    expect(asked).to.have.length.at.least(2);
    for (const { accept, query } of asked) {
      expect(accept).to.equal('application/json;as=Table;g=meta.k8s.io;v=v1');
      expect(query.includeObject).to.equal('Metadata');
    }
  });

  for (const late of ['watch', 'list'] as const) {
    it(`takes nothing for drift that is on its way while each ${late} comes late`, async () => {
      const program = await scene.startSynced(every);
      const when: faults.FaultRule['when'] = ({ query }) => query.sendInitialEvents === undefined;
      const act = delayed(scene, late === 'watch' ? 200 : 300);
      scene.server.faults.add({ resource: 'pods', verb: late, when, act });
      scene.server.cut();
      for (let i = 0; i < 200; i++) {
        scene.server.create(pod(`brief-${i}`));
        await scene.pass(250);
        scene.server.delete('pods', 'x', `brief-${i}`);
        await scene.pass(250);
      }
      expect(await scene.self(program, checks('consistent'))).to.be.at.least(3);
      expect(await scene.self(program, checks('drift'))).to.equal(0);
    });
  }

  const missed: [what: string, name: string, change: (scene: Scene) => void][] = [
    ['a deletion', 'goes', ({ server }) => server.delete('pods', 'x', 'goes')],
    ['a creation', 'late', ({ server }) => server.create(pod('late'))],
    ['a change', 'changes', ({ server }) => void server.update(retiered(server))],
    [
      'a re-creation',
      'is-replaced',
      (at) => {
        at.replace();
      },
    ],
  ];
  for (const [what, name, change] of missed) {
    it(`finds ${what} that was never told, says which object, and heals it`, async () => {
      const program = await scene.startSynced(every);
      scene.onWatches(deafTo(name));
      scene.server.cut();
      await scene.pass(2_000);
      change(scene);
      await scene.until(() => foundDrift(program));
      scene.server.faults.clear();
      await scene.recovers(program);
      expect(scene.log.lines).to.include(
        'warn stored objects differ from those of the API server, listing again',
      );
      await scene.until(async () => (await scene.self(program, drift)) === 0);
      expect(await scene.self(program, healed)).to.equal(1);
    });
  }

  it('does not list again and again what no list heals', async () => {
    const program = await scene.startSynced(every);
    // Only lists of metadata show it: as if the object itself could not be read.
    scene.server.faults.add({
      resource: 'pods',
      verb: 'list',
      act: hidden('goes'),
      when: ({ query }) => query.resourceVersionMatch === 'NotOlderThan',
    });
    await scene.pass(180_000);
    expect(await scene.self(program, checks('drift'))).to.be.at.least(5);
    expect(await scene.self(program, healed)).to.equal(1);
    expect(await scene.self(program, drift)).to.equal(1);
  });

  it('takes what --object-limit leaves out for no drift', async () => {
    const program = await scene.startSynced(every, '--object-limit=8');
    scene.server.create(pod('beyond'));
    await scene.pass(60_000);
    expect(await scene.self(program, checks('consistent'))).to.be.at.least(3);
    expect(await scene.self(program, drift)).to.equal(0);
  });

  it('compares each shard with what is its own', async () => {
    const program = await scene.startSynced(every, '--shard=0', '--total-shards=2');
    await scene.pass(60_000);
    expect(await scene.self(program, checks('consistent'))).to.be.at.least(3);
    expect(await scene.self(program, checks('drift'))).to.equal(0);
  });

  it('is refused where it would come too often', async () => {
    expectRefusal(await rejectionOf(scene.start('--consistency-check-interval=1s')), {
      flag: '--consistency-check-interval',
      expected: /^0 or at least /,
      got: '1s',
    });
  });

  const foundDrift = async (program: Running): Promise<boolean> =>
    Number(await scene.self(program, checks('drift'))) > 0;
});

/** Every piece of an answer comes so much later. */
const delayed = ({ clock }: Scene, ms: number): faults.Fault => ({
  async *pieces(pieces, { signal }) {
    for await (const piece of pieces) {
      await clock.sleep(ms, signal);
      yield piece;
    }
  },
});

function retiered(server: Scene['server']): ApiObject {
  const object = server.get<ApiObject>('pods', 'x', 'changes') as ApiObject;
  return { ...object, metadata: { ...object.metadata, labels: { tier: 'two' } } };
}

/** A list without the pod of that name. */
const hidden = (name: string): faults.Fault => ({
  async *pieces(pieces) {
    for await (const piece of pieces) {
      if (!piece.includes(`"name":"${name}"`)) yield piece;
    }
  },
});

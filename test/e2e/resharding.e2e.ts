// A StatefulSet of shards that grows and shrinks on a real API server, scraped all the while.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { StatefulShards } from './statefulShards.ts';

const objects = { pods: 60, configMaps: 300 };

describe('shards of a StatefulSet on a real API server', function () {
  this.timeout(240_000);

  let server: RealCluster;
  let set: StatefulShards;

  before(async () => {
    server = await startApiServer();
    set = await StatefulShards.open(server, 2, objects);
  });

  after(async () => {
    await set?.stop();
    await server?.stop();
  });

  it('grow to three and shrink to two, and no series is missing at any time', async () => {
    await Promise.all([set.begin(0), set.begin(1)]);
    await set.share('two shards share all objects', 0, 1);
    const { looks, short } = await set.lookedAt(async () => {
      await set.scale(3);
      await set.begin(2);
      expect(set.missing(await set.shown([0, 1])), 'while the third is not ready').to.deep.equal(
        [],
      );
      await set.reports(3);
      await set.share('three shards share all objects', 0, 1, 2);
      await set.shrink(3, 2);
      await set.share('two shards share all objects again', 0, 1);
      await sleep(500);
      await set.share('two shards share all objects at the end', 0, 1);
    });
    process.stdout.write(`    ${set.all.size} objects in each of ${looks} looks at all shards\n`);
    expect(short).to.deep.equal([]);
    expect(looks).to.be.above(10);
  });
});

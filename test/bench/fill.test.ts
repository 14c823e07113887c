// fill: creates a benchmark cluster over HTTP, on the simulated server.
import { expect } from 'chai';
import type { Cluster } from '../../bench/lib/cluster.ts';
import { type Contents, holding } from '../../bench/lib/contents.ts';
import { fill } from '../../bench/lib/fill.ts';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { Pod } from '../../src/demo/objects.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { systemClock } from '../../src/lib/clock.ts';

const contents: Contents = { pods: 50, managedFields: false, namespacesPerTeam: 5 };
const resources = ['leases', 'namespaces', 'nodes', 'pods', 'deployments', 'jobs', 'secrets'];

const sizes = (server: ApiServer): Record<string, number> =>
  Object.fromEntries(resources.map((resource) => [resource, server.storage(resource).size]));

describe('the contents of a benchmark cluster', () => {
  it('have the given number of pods, and a Lease for each node', () => {
    const { pods, leases, nodes } = sizes(holding(contents));
    expect(pods).to.equal(50);
    expect(leases).to.equal(nodes);
  });

  it('have a hundred namespaces with five per team', () => {
    const teams = [...holding({ ...contents, pods: 300 }).objects('namespaces')].filter(
      ({ metadata }) => /^team-\d+-\d$/.test(metadata.name),
    );
    expect(teams).to.have.length(100);
  });

  describe('created on an empty server', () => {
    let server: ApiServer;
    let cluster: Cluster;

    before(async () => {
      server = new ApiServer({ clock: systemClock, random: seededRandom(1) });
      const { url } = await server.listen(0, '127.0.0.1');
      cluster = { name: 'empty', url, stop: () => server.close() };
      let told = 0;
      await fill(cluster, contents, (done, all) => {
        told = done / all;
      });
      expect(told).to.equal(1);
    });

    after(() => server.close());

    it('are the same objects', () => {
      expect(sizes(server)).to.deep.equal(sizes(holding(contents)));
    });

    it('have running pods', () => {
      const running = [...server.objects<Pod>('pods')].filter(
        ({ status }) => status?.phase === 'Running',
      );
      expect(running).to.have.length.above(25);
    });

    it('stay unchanged when filled again', async () => {
      const { version } = server;
      await fill(cluster, contents, () => undefined);
      expect(server.version).to.equal(version);
    });
  });
});

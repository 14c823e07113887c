// Filling a cluster over HTTP, against the simulated server.
import { expect } from 'chai';
import type { Cluster } from '../../bench/lib/cluster.ts';
import { type Contents, holding } from '../../bench/lib/contents.ts';
import { fill } from '../../bench/lib/fill.ts';
import { systemClock } from '../../src/clock.ts';
import { ApiServer } from '../../src/demo/apiserver.ts';
import type { Pod } from '../../src/demo/objects.ts';

const contents: Contents = { pods: 50, managedFields: false, namespacesPerTeam: 5 };
const resources = ['leases', 'namespaces', 'nodes', 'pods', 'deployments', 'jobs', 'secrets'];

const sizes = (server: ApiServer): Record<string, number> =>
  Object.fromEntries(resources.map((resource) => [resource, server.storage(resource).size]));

describe('what a measured cluster holds', () => {
  it('has as many pods as asked for, and a Lease for each node', () => {
    const { pods, leases, nodes } = sizes(holding(contents));
    expect(pods).to.equal(50);
    expect(leases).to.equal(nodes);
  });

  it('lies in a hundred namespaces where each team has five', () => {
    const teams = [...holding({ ...contents, pods: 300 }).objects('namespaces')].filter(
      ({ metadata }) => /^team-\d+-\d$/.test(metadata.name),
    );
    expect(teams).to.have.length(100);
  });

  describe('put into an empty server', () => {
    let server: ApiServer;
    let cluster: Cluster;

    before(async () => {
      server = new ApiServer({ clock: systemClock, random: Math.random });
      const { url } = await server.listen(0, '127.0.0.1');
      cluster = { name: 'empty', url, stop: () => server.close() };
      let told = 0;
      await fill(cluster, contents, (done, all) => {
        told = done / all;
      });
      expect(told).to.equal(1);
    });

    after(() => server.close());

    it('is as much of everything', () => {
      expect(sizes(server)).to.deep.equal(sizes(holding(contents)));
    });

    it('has pods that run', () => {
      const running = [...server.objects<Pod>('pods')].filter(
        ({ status }) => status?.phase === 'Running',
      );
      expect(running).to.have.length.above(25);
    });

    it('stays as it is when it is filled again', async () => {
      const { version } = server;
      await fill(cluster, contents, () => undefined);
      expect(server.version).to.equal(version);
    });
  });
});

// Conformance: simulated API server → reflector → store → HTTP, compared with what KSM served.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { loadObjects } from '../../src/demo/apiserver/file.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { start } from '../support/start.ts';
import { until } from '../support/until.ts';
import { compare } from './compare.ts';

interface Case {
  readonly name: string;
  readonly clusters: readonly string[];
  readonly args: readonly string[];
  readonly path?: string;
  readonly accept?: string;
}

const folder = new URL('./', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, folder), 'utf8');
const cases = JSON.parse(read('cases.json')) as Case[];

describe('Conformance with kube-state-metrics v2.20', () => {
  /** By the names of the files that they were filled from. */
  const servers = new Map<string, { server: ApiServer; url: string }>();

  before(async () => {
    for (const { clusters } of cases) {
      if (servers.has(clusters.join())) continue;
      const server = new ApiServer({ clock: systemClock, random: seededRandom(1) });
      const objects = clusters.map((name) => read(`clusters/${name}`));
      loadObjects(server, objects.join('\n'), clusters.join());
      servers.set(clusters.join(), { server, url: (await server.listen(0, '127.0.0.1')).url });
    }
  });

  after(async () => {
    for (const { server } of servers.values()) await server.close();
  });

  for (const one of cases) {
    it(`holds for the case ${one.name}`, async () => {
      const { url } = servers.get(one.clusters.join()) as { url: string };
      const args = one.args.map((arg) => arg.replace('=configs/', `=${folder.pathname}configs/`));
      const running = await start([...args, `--apiserver=${url}`]);
      try {
        await until(() => running.readiness().every(({ synced }) => synced));
        const target = `http://127.0.0.1:${running.metrics.port}${one.path ?? '/metrics'}`;
        const headers = one.accept === undefined ? {} : { accept: one.accept };
        const answer = await fetch(target, { headers });
        expect(answer.status).to.equal(200);
        const expected = read(`expected/${one.name}.prom`);
        const { differences, families } = compare(expected, await answer.text());
        expect(differences).to.deep.equal([]);
        expect(families.same).to.be.above(0);
      } finally {
        await running.stop();
      }
    });
  }
});

// kubestate diff of what kubestate serves, and what kube-state-metrics served of the same objects.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { diff } from '../../src/cli/diff.ts';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { loadObjects } from '../../src/demo/apiserver/file.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { start } from '../support/start.ts';
import { until } from '../support/until.ts';
import { run } from './answering.ts';

const conformance = new URL('../conformance/', import.meta.url);
const recorded = (path: string): string => readFileSync(new URL(path, conformance), 'utf8');

describe('kubestate diff with what kube-state-metrics served', () => {
  interface Case {
    readonly name: string;
    readonly clusters: readonly string[];
    readonly args: readonly string[];
    readonly path?: string;
  }
  const cases = JSON.parse(recorded('cases.json')) as Case[];
  const apiServers = new Map<string, { server: ApiServer; url: string }>();

  after(async () => {
    for (const { server } of apiServers.values()) await server.close();
  });

  async function clusterOf(names: readonly string[]): Promise<string> {
    const known = apiServers.get(names.join());
    if (known !== undefined) return known.url;
    const server = new ApiServer({ clock: systemClock, random: seededRandom(1) });
    loadObjects(server, names.map((name) => recorded(`clusters/${name}`)).join('\n'), names.join());
    const { url } = await server.listen(0, '127.0.0.1');
    apiServers.set(names.join(), { server, url });
    return url;
  }

  for (const { name, clusters, args, path = '/metrics' } of cases) {
    it(`finds kubestate the same in the case ${name}`, async () => {
      const url = await clusterOf(clusters);
      const given = args.map((arg) => arg.replace('=configs/', `=${conformance.pathname}configs/`));
      const running = await start([...given, `--apiserver=${url}`]);
      try {
        await until(() => running.readiness().every(({ synced }) => synced));
        const file = new URL(`expected/${name}.prom`, conformance).pathname;
        const ours = `http://127.0.0.1:${running.metrics.port}${path}`;
        const { code, text } = await run(diff, [file, ours]);
        expect(text).to.match(/\nThe same\.\n$/);
        expect(code).to.equal(0);
      } finally {
        await running.stop();
      }
    });
  }
});

// Conformance: simulated API server → reflector → store → HTTP, compared with what KSM served.
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Flags } from '../../src/config/flags.ts';
import { flags } from '../../src/config/options.ts';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { loadObjects } from '../../src/demo/apiserver/file.ts';
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

/** Flags that other issues bring, and with them the cases that need them. */
const casesToCome = ['custom-and-core', 'custom-resources', 'custom-resources-openmetrics'];

describe('Conformance with kube-state-metrics v2.20', () => {
  const ready = cases.filter(({ name }) => !casesToCome.includes(name));
  const servers = new Map<string, { server: ApiServer; url: string }>();

  before(async () => {
    for (const cluster of new Set(ready.flatMap(({ clusters }) => clusters))) {
      const server = new ApiServer({ clock: systemClock, random: Math.random });
      loadObjects(server, read(`clusters/${cluster}`), cluster);
      servers.set(cluster, { server, url: (await server.listen(0, '127.0.0.1')).url });
    }
  });

  after(async () => {
    for (const { server } of servers.values()) await server.close();
  });

  for (const one of ready) {
    it(`holds for the case ${one.name}`, async () => {
      const { url } = servers.get(one.clusters[0] as string) as { url: string };
      const running = await start([...one.args, `--apiserver=${url}`]);
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

  it('is still to come only for the cases whose flags are not there yet', () => {
    const ready = Object.entries<Flags[string]>(flags).filter(
      ([, { unsupported }]) => !unsupported,
    );
    const names = ready.map(([name]) => name);
    const known = (arg: string): boolean =>
      names.includes(arg.replace(/^--/, '').replace(/=.*/s, ''));
    const unknown = cases.filter(({ args }) => !args.every(known)).map(({ name }) => name);
    expect(unknown.sort()).to.deep.equal(casesToCome);
  });
});

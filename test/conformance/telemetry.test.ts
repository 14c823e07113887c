// Conformance on :8081: the names, types and labels that KSM has for itself, and ours for them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { start } from '../support/start.ts';
import { until } from '../support/until.ts';

/** Each series of an exposition without its values: its name and the names of its labels. */
function shapesOf(exposition: string): Set<string> {
  const shapes = new Set<string>();
  for (const line of exposition.split('\n')) {
    const [, name, labels = ''] = /^(\w+)(?:\{(.*)\})?(?: |$)/.exec(line) ?? [];
    const type = /^# TYPE (\w+ \w+)$/.exec(line)?.[1];
    if (type !== undefined) shapes.add(`type ${type}`);
    if (name === undefined) continue;
    const names = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label);
    shapes.add(`${name} ${names.sort()}`);
  }
  return shapes;
}

describe('Telemetry', () => {
  it('has every family and label that kube-state-metrics has for itself', async () => {
    const recorded = readFileSync(new URL('self-metrics.txt', import.meta.url), 'utf8');
    const expected = [...shapesOf(recorded)];
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-telemetry-'));
    const config = join(folder, 'config.yaml');
    writeFileSync(config, 'resources: {pods: {}}\n');
    const server = new ApiServer({ clock: systemClock, random: seededRandom(1) });
    const { url } = await server.listen(0, '127.0.0.1');
    const running = await start([`--apiserver=${url}`, `--config=${config}`]);
    try {
      await until(() => running.readiness().every(({ synced }) => synced));
      for (const method of ['GET', 'HEAD']) {
        await (await fetch(`http://127.0.0.1:${running.metrics.port}/metrics`, { method })).text();
      }
      const answer = await fetch(`http://127.0.0.1:${running.telemetry.port}/metrics`);
      expect([...shapesOf(await answer.text())]).to.include.members(expected);
      expect(expected).to.have.lengthOf.above(15);
    } finally {
      await running.stop();
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });
});

// Writes test/custom/packs/*.prom: what kube-state-metrics serves by each pack of its samples.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PackName, packNames } from '../src/custom/packs.ts';
import { ApiServer } from '../src/demo/apiserver/apiserver.ts';
import { loadObjects } from '../src/demo/apiserver/file.ts';
import { seededRandom } from '../src/demo/random.ts';
import { systemClock } from '../src/lib/clock.ts';
import { sampleFile, sampleLines } from '../test/custom/packSamples.ts';
import { get } from '../test/e2e/get.ts';
import { Reference } from '../test/e2e/reference.ts';

/** It polls the definitions, and tells by nothing that it is done. */
const SETTLED_AFTER_MS = 8_000;

/** The exposition with the series of each family sorted: their order is free. */
function sorted(text: string): string {
  const groups = text.split(/^(?=# HELP )/m).map((group) => {
    const lines = group.trimEnd().split('\n');
    const series = lines.filter((line) => !line.startsWith('#'));
    return [...lines.filter((line) => line.startsWith('#')), ...series.sort()];
  });
  return `${groups.flat().join('\n')}\n`;
}

async function record(pack: PackName, folder: string): Promise<string> {
  const server = new ApiServer({ clock: systemClock, random: seededRandom(1) });
  loadObjects(server, sampleLines(pack), pack);
  const { url } = await server.listen(0, '127.0.0.1');
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = { name: 'a', cluster: { server: url } };
  const context = { name: 'a', context: { cluster: 'a', user: 'a' } };
  const [clusters, contexts, users] = [[cluster], [context], [{ name: 'a', user: {} }]];
  const kind = { apiVersion: 'v1', kind: 'Config', 'current-context': 'a' };
  writeFileSync(kubeconfig, JSON.stringify({ ...kind, clusters, contexts, users }));
  const file = join(import.meta.dirname, `../src/custom/packs/${pack}.yaml`);
  const reference = await Reference.start([
    `--kubeconfig=${kubeconfig}`,
    '--custom-resource-state-only',
    `--custom-resource-state-config-file=${file}`,
  ]);
  try {
    await sleep(SETTLED_AFTER_MS);
    const { body } = await get(reference.metricsUrl, { accept: 'text/plain' });
    if (process.argv.includes('--log')) process.stderr.write(reference.program.stderr);
    return sorted(body.toString());
  } finally {
    await reference.stop();
    await server.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'kubestate-packs-'));
try {
  for (const pack of packNames) {
    const text = await record(pack, folder);
    writeFileSync(sampleFile(pack, 'prom'), text);
    const series = text.split('\n').filter((line) => /^\w/.test(line));
    process.stdout.write(`${pack}: ${series.length} series\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

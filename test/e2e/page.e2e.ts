// The two pages as a browser has them: Chromium loads them without a complaint and shows the table.
import { join } from 'node:path';
import { expect } from 'chai';
import { opened } from '../../tools/chromium.ts';
import { get } from './get.ts';
import { Program } from './program.ts';

const kubestate = join(import.meta.dirname, '../../dist/kubestate.cjs');
const [port, telemetryPort] = [28_480, 28_481];
const readyTimeoutMs = 30_000;

describe('the pages in a browser', () => {
  let demo: Program;

  before(async () => {
    const flags = [`--port=${port}`, `--telemetry-port=${telemetryPort}`, '--speed=0'];
    demo = new Program(kubestate, ['demo', ...flags]);
    const ready = async () =>
      (await get(`http://127.0.0.1:${telemetryPort}/readyz`).catch(() => undefined))?.status ===
        200 || undefined;
    await demo.until('it was ready', ready, readyTimeoutMs);
  });

  after(() => demo?.stop());

  for (const [name, at, heading, row] of [
    ['metrics', port, 'What is served now, by resource', 'replicasets'],
    ['telemetry', telemetryPort, 'Each resource, and what its reflector is at', 'replicasets'],
  ] as const) {
    it(`show what they promise and break no rule of their own: ${name}`, () => {
      const { html, complaints } = opened(`http://127.0.0.1:${at}/`);
      expect(complaints).to.deep.equal([]);
      expect(html).to.include(heading).and.include(row).and.include('32 resources synced');
    });
  }
});

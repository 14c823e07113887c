// The two pages as a browser has them: Chromium loads them without a complaint and shows the table.
import { expect } from 'chai';
import { opened } from '../../tools/chromium.ts';
import { startDemo } from './demo.ts';
import type { Program } from './program.ts';

describe('the pages in a browser', () => {
  let demo: Program;

  before(async () => {
    demo = await startDemo('--speed=0');
  });

  after(() => demo?.stop());

  for (const [name, at, heading, row] of [
    ['metrics', 8080, 'What is served now, by resource', 'replicasets'],
    ['telemetry', 8081, 'Each resource, and what its reflector is doing', 'replicasets'],
  ] as const) {
    it(`show what they promise and break no rule of their own: ${name}`, () => {
      const { html, complaints } = opened(`http://127.0.0.1:${at}/`);
      expect(complaints).to.deep.equal([]);
      expect(html).to.include(heading).and.include(row).and.include('32 resources synced');
    });
  }
});

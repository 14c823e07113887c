// The two plain pages in a browser: no complaint, the table is there, and nothing is too wide.
import { expect } from 'chai';
import { opened } from '../../tools/chromium.ts';
import { startDemo } from './demo.ts';
import { type PageStates, startPageStates } from './pageStates.ts';
import type { Program } from './program.ts';

/** In CSS pixels: small and usual phones, a tablet, a screen. */
const WIDTHS = [320, 390, 768, 1_280];

describe('the pages in a browser', () => {
  let demo: Program;
  let states: PageStates;

  before(async () => {
    demo = await startDemo('--speed=0', '--explorer=false');
    states = await startPageStates();
  });

  after(async () => {
    await states?.stop();
    await demo?.stop();
  });

  for (const [name, at, heading, row] of [
    ['metrics', 8080, 'What is served now, by resource', 'replicasets'],
    ['telemetry', 8081, 'Each resource, and what its reflector is doing', 'replicasets'],
  ] as const) {
    it(`show what they promise and break no rule of their own: ${name}`, async () => {
      const { html, complaints } = await opened(`http://127.0.0.1:${at}/`);
      expect(complaints).to.deep.equal([]);
      expect(html).to.include(heading).and.include(row).and.include('32 resources synced');
    });
  }

  it('tells at night what a stranger needs to know of the process', async () => {
    const { html } = await opened('http://127.0.0.1:8081/');
    for (const words of ['resourceVersion', 'WatchList, ', 'Served text, hot (plain)']) {
      expect(html).to.include(words);
    }
    expect(html).to.match(/API server<\/dt><dd>v1\.\d+/);
  });

  for (const path of ['/at/8080', '/at/8081', '/metrics-page', '/telemetry-page']) {
    it(`have no sideways scroll on a phone or beside it: ${path}`, async () => {
      const { html, complaints } = await opened(
        `http://127.0.0.1:${states.port}/frames/${WIDTHS.join()}${path}`,
      );
      expect(complaints).to.deep.equal([]);
      const [, found = '[]'] = /<p id="widths"[^>]*>(.+?)</.exec(html) ?? [];
      expect(JSON.parse(found)).to.deep.equal(WIDTHS.map((width) => [width, width]));
    });
  }
});

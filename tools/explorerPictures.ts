// Takes the pictures of docs/explorer.md: each view of the explorer over a demo of many pods.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BrowserTab, type Look } from '../test/e2e/browserTab.ts';
import { startDemo } from './demo.ts';

const root = join(import.meta.dirname, '..');
const bytesMax = 150 * 1024;

const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '2000' },
    /** How long the demo lives before, so that there is something over time. */
    seconds: { type: 'string', default: '300' },
    /** The page of a server that runs, in place of a demo. */
    url: { type: 'string' },
    to: { type: 'string', default: join(root, 'docs/images/explorer') },
    /** Each view at 390, 820 and 1440 px, light and dark: to look at, not for the documents. */
    all: { type: 'boolean', default: false },
  },
});

/** Views with a text that shows that they are complete. */
const views: Readonly<Record<string, readonly [hash: string, complete: RegExp]>> = {
  state: ['#/', /Last event/],
  families: ['#/families', /kube_pod_info/],
  namespaces: ['#/families?map=namespace', /cluster-scoped/],
  family: ['#/family/kube_pod_status_phase', /Series from all over it/],
  object: ['#/objects', /Type a part/],
  cut: ['#/cut?without=kube-system&price=0.4', /Cut a group/],
  time: ['#/time', /Changes per second/],
};

const looks: readonly (readonly [suffix: string, look: Look])[] = values.all
  ? [390, 820, 1_440].flatMap((width) =>
      [false, true].map((dark): [string, Look] => [
        `-${width}${dark ? '-dark' : ''}`,
        { width, height: 1_500, dark },
      ]),
    )
  : [['', { width: 1_120, height: 800 }]];

const stops: (() => Promise<void>)[] = [];
try {
  const url = values.url ?? (await pageOfDemo());
  const browser = await BrowserTab.launch();
  stops.push(() => browser.close());
  mkdirSync(values.to, { recursive: true });
  for (const [name, [hash, complete]] of Object.entries(views)) {
    const tab = await BrowserTab.open(browser, `${url}${hash}`);
    await tab.shows(complete);
    await prepare(name, tab);
    for (const [suffix, look] of looks) {
      await tab.look(look);
      // The map is drawn anew for each width.
      await sleep(300);
      const file = join(values.to, `${name}${suffix}.png`) as `${string}.png`;
      await tab.page.screenshot({ path: file });
      const { size } = statSync(file);
      process.stdout.write(`${file}: ${Math.ceil(size / 1024)} KiB\n`);
      if (!values.all && size > bytesMax) throw new Error(`${file} has ${size} bytes`);
    }
    await tab.close();
  }
} finally {
  for (const stop of stops.toReversed()) await stop();
}

/** What a reader would do before there is something to see. */
async function prepare(name: string, tab: BrowserTab): Promise<void> {
  if (name === 'object') {
    await tab.fill('Search', 'checkout');
    await tab.shows(/pods/, 'tbody');
    const first = `[...document.querySelectorAll('tbody tr')]
      .find((row) => row.innerText.includes('pods')).querySelector('a')`;
    await tab.evaluate(`${first}.click()`);
    await tab.shows('kube_pod_info');
  }
  if (name === 'cut') {
    await tab.click('Cut');
    await tab.shows('--metric-', '#cutResult');
    await tab.shows(/series remain\s+\d/, '.remains');
    await tab.evaluate('document.activeElement.blur(); scrollTo(0, 0)');
  }
}

/** The page of a demo that has lived for a while. */
async function pageOfDemo(): Promise<string> {
  const demo = await startDemo(`--pods=${values.pods}`);
  stops.push(() => demo.stop());
  await sleep(Number(values.seconds) * 1_000);
  return demo.page;
}

// The explorer in a real Chromium over the demo: what a reader does, by mouse and by keyboard.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser } from 'puppeteer-core';
import type { Families } from '../../src/explorer/api.ts';
import { until } from '../../tools/until.ts';
import { BrowserTab } from './browserTab.ts';
import { startDemo } from './demo.ts';
import { get } from './get.ts';
import { kubestate, Program } from './program.ts';
import { promtool } from './promtool.ts';

const page = 'http://127.0.0.1:8080/';
const [cutPort, cutTelemetryPort] = [28_080, 28_081];

/** Reads three families by name, and those of a rule that is not given. */
const dashboard = JSON.stringify({
  title: 'Restarts',
  panels: [
    {
      targets: [
        { expr: 'sum by (namespace) (rate(kube_pod_container_status_restarts_total[5m]))' },
        { expr: 'kube_pod_info * on (pod) group_left kube_pod_status_phase{phase="Running"}' },
      ],
    },
  ],
});
const kept = ['kube_pod_container_status_restarts_total', 'kube_pod_info', 'kube_pod_status_phase'];

async function familiesOf(url: string): Promise<string[]> {
  const text = (await get(url)).body.toString();
  return [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name).sort();
}

describe('the explorer over a live cluster', () => {
  let demo: Program;
  let browser: Browser;
  let tab: BrowserTab;

  before(async () => {
    demo = await startDemo('--speed=1');
    browser = await BrowserTab.launch();
    const permissions = ['clipboard-read', 'clipboard-sanitized-write'] as const;
    await browser.defaultBrowserContext().overridePermissions(page, [...permissions]);
  });

  beforeEach(async () => {
    tab = await BrowserTab.open(browser, page);
  });

  afterEach(async () => {
    const { complaints } = tab;
    await tab.close();
    expect(complaints).to.deep.equal([]);
  });

  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  it('opens with the state, which says how fresh it is and moves', async () => {
    await tab.shows('32 resources synced');
    await tab.shows('Live');
    await tab.shows(/replicasets\s+synced/);
    const { body } = await get(`${page}api/v1/status`);
    const { total } = JSON.parse(body.toString()) as { total: { families: number } };
    expect(total).to.have.property('series').that.is.above(1_000);
    const before = await tab.text('main');
    await tab.page.waitForResponse((answer) => answer.url().endsWith('/api/v1/status'));
    await tab.shows(/Last event/);
    // The demo lives: within some polls a number is another.
    const end = Date.now() + 40_000;
    while ((await tab.text('main')) === before && Date.now() < end) {
      await tab.page.waitForResponse((answer) => answer.url().endsWith('/api/v1/status'));
    }
    expect(await tab.text('main')).not.to.equal(before);
  });

  it('finds, sorts and opens families', async () => {
    await tab.click('Families');
    await tab.shows(/\d+ of \d+ families/);
    const { families } = JSON.parse(
      (await get(`${page}api/v1/families`)).body.toString(),
    ) as Families;
    await tab.shows(`of ${families.length} families`);
    await tab.fill('Search', 'restarts');
    await tab.shows('kube_pod_container_status_restarts_total', 'table');
    expect(await tab.text('table')).not.to.include('kube_pod_info');
    await tab.fill('Search', '');
    await tab.click('Family');
    await tab.shows(/^\s*\S[\s\S]*?kube_configmap/, 'tbody');
    const isSorted = async (): Promise<true | undefined> =>
      (await tab.evaluate<string>('location.hash')) === '#/families?sort=name' || undefined;
    await until('the order is in the address', isSorted, 2_000);
    const names = await tab.evaluate<string[]>(
      "[...document.querySelectorAll('tbody th a')].map((a) => a.innerText)",
    );
    expect(names).to.have.length(families.length).and.deep.equal(names.toSorted());
    await tab.click('kube_pod_status_phase');
    await tab.shows('Labels');
    await tab.shows(/phase\s+5 values/);
    await tab.shows(/kube_pod_status_phase\{namespace="/, 'pre');
    await tab.shows('Read by');
  });

  it('finds an object by a part of its name and shows all that is exported about it', async () => {
    await tab.click('Objects');
    await tab.fill('Search', 'postgres');
    await tab.shows(/pods/, 'tbody');
    const name = await tab.evaluate<string>(
      `[...document.querySelectorAll('tbody tr')]
        .find((row) => row.innerText.includes('pods')).querySelector('a').innerText`,
    );
    await tab.click(name);
    await tab.shows('kube_pod_status_ready', 'table');
    await tab.click('as text');
    const text = await tab.text('pre');
    const lines = text.split('\n').filter((line) => !line.startsWith('#'));
    const metrics = (await get(`${page}metrics`)).body.toString().split('\n');
    const named = metrics.filter(
      (line) => line.startsWith('kube_pod_') && line.includes(`pod="${name}"`),
    );
    expect(lines.map((line) => line.replace(/ .*/, '')).sort()).to.deep.equal(
      named.map((line) => line.replace(/ .*/, '')).sort(),
    );
  });

  it('keeps what a dashboard reads, by flags that a second kubestate takes', async () => {
    await tab.click('The cut');
    await tab.fill('Or paste one', dashboard);
    await tab.click('Read it');
    await tab.shows('3 families');
    await tab.click('Keep exactly the 3 families they read');
    await tab.shows(/families\s+3\s+of \d+/);
    await tab.fill('Price of 1,000 series', '2.5');
    await tab.shows('cost');
    await tab.shows('--metric-allowlist', '#cutResult');
    await tab.click('Copy flags');
    await tab.shows('Copied');
    const flags = await tab.evaluate<string>('navigator.clipboard.readText()');
    const ports = `--port=${cutPort} --telemetry-port=${cutTelemetryPort}`;
    // By a shell, as a reader would: what is quoted is part of what is promised.
    const second = new Program('sh', ['-c', `exec ${kubestate} demo --speed=0 ${ports} ${flags}`]);
    try {
      await second.answers(`http://127.0.0.1:${cutTelemetryPort}/readyz`);
      expect(await familiesOf(`http://127.0.0.1:${cutPort}/metrics`)).to.deep.equal(kept);
    } finally {
      await second.stop();
    }
    const address = await tab.evaluate<string>('location.href');
    const colleague = await BrowserTab.open(browser, address);
    await colleague.shows(/families\s+3\s+of \d+/);
    await colleague.close();
  });

  it('gives the cut as chart values and as relabel rules, which promtool takes', async () => {
    await tab.go('#/cut?cut=drop.0kube_pod_info');
    await tab.click('Chart values');
    await tab.shows('metricDenylist:', '#cutResult');
    await tab.click('Relabel rules');
    await tab.shows('metric_relabel_configs:', '#cutResult');
    const rules = await tab.text('#cutResult');
    const folder = mkdtempSync(join(tmpdir(), 'kubestate-relabel-'));
    try {
      const indented = rules.replaceAll(/^(?=.)/gm, '    ');
      const config = `scrape_configs:\n  - job_name: kubestate\n${indented}\n`;
      const file = join(folder, 'prometheus.yml');
      writeFileSync(file, config);
      expect(config).to.include('kube_pod_info');
      const { status, said } = promtool(['check', 'config', '--syntax-only', file]);
      expect(status, said).to.equal(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is used from the first view to a cut without a mouse', async () => {
    await tab.shows('32 resources synced');
    await tab.press('Tab');
    await tab.shows('Skip to the content');
    await tab.press('Enter');
    expect(await tab.evaluate('document.activeElement.id')).to.equal('content');
    await tab.evaluate('document.activeElement.blur()');
    await tab.tabTo('Families');
    await tab.press('Enter');
    await tab.shows(/of \d+ families/);
    await tab.tabTo('Search');
    await tab.page.keyboard.type('kube_pod_info');
    await tab.shows(/\b1 of \d+ families/);
    await tab.tabTo('kube_pod_info · pods');
    await tab.tabTo('Cut kube_pod_info');
    await tab.press('Space');
    await tab.tabTo('kube_pod_info');
    await tab.press('Enter');
    await tab.shows('Labels');
    await tab.evaluate('document.activeElement.blur()');
    await tab.tabTo('The cut');
    await tab.press('Enter');
    await tab.tabTo('Flags');
    await tab.press('ArrowRight');
    await tab.shows('metricDenylist', '#cutResult');
    await tab.tabTo('Copy chart values');
    await tab.press('Enter');
    await tab.shows('Copied');
  });

  it('moves in the map with the arrow keys, and names each tile', async () => {
    await tab.go('#/families');
    await tab.shows('of');
    await tab.evaluate('document.querySelector(\'.tile[tabindex="0"]\').focus()');
    const first = await tab.text('figcaption');
    await tab.press('ArrowRight');
    const second = await tab.text('figcaption');
    expect(second)
      .to.match(/kube_\w+ · \w+ · [\d,]+ series · /)
      .and.not.equal(first);
    await tab.press('Home');
    expect(await tab.text('figcaption')).to.equal(first);
    await tab.press('Enter');
    await tab.shows('Labels');
  });

  it('shows the last hour', async () => {
    await tab.click('Over time');
    await tab.shows(/Changes per second|a point every \d+ s/);
  });
});

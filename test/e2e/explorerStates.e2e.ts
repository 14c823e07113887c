// The explorer in every state, width and colour scheme, at the size of 20,000 pods.
import { expect } from 'chai';
import type { Browser } from 'puppeteer-core';
import { until } from '../../tools/until.ts';
import { BrowserTab } from './browserTab.ts';
import { families } from './fakeAnswers.ts';
import { FakeExplorer, proxyPath, type Situation } from './fakeExplorer.ts';

const manyNames = families
  .slice(0, 40)
  .map(({ name }) => `0${name}`)
  .join('.');

/** Every view, and a text that shows that it is complete. */
const views: Readonly<Record<string, readonly [hash: string, complete: string]>> = {
  state: ['#/', 'resources without series'],
  // All 336 rows would keep axe busy for half a minute.
  families: ['#/families?search=container', 'kube_pod_container_info'],
  'families by namespace': ['#/families?map=namespace', 'team-search-1'],
  'families that a filter does not find': ['#/families?search=nothing', 'No family has'],
  family: ['#/family/kube_pod_status_phase', 'Series from all over it'],
  namespace: ['#/namespace/team-search-1', 'kube_pod_info'],
  objects: ['#/objects?search=checkout-1', 'There are more than these 50'],
  object: ['#/object/pods/team-payments-1/checkout-1-x1k', 'kube_pod_status_phase'],
  cut: [`#/cut?cut=drop.${manyNames}&without=kube-system&price=0.4`, '--metric-denylist'],
  time: ['#/time', 'Changes per second'],
};

const situations: Readonly<Record<Exclude<Situation, 'ready' | 'gone' | 'cut'>, RegExp>> = {
  starting: /Not ready: 39 of 39 resources[\s\S]*503/,
  follower: /Following kube-state-metrics-6d5f9c8b7d-x2x4q[\s\S]*503/,
  behind: /4 min old[\s\S]*pods\s+stale[\s\S]*secrets\s+refused[\s\S]*cannot list them/,
};

const widths = [320, 390, 820, 1_440];

describe('the explorer in every state', () => {
  let fake: FakeExplorer;
  let browser: Browser;
  let tab: BrowserTab;

  before(async () => {
    fake = await FakeExplorer.start();
    browser = await BrowserTab.launch();
  });

  beforeEach(async () => {
    fake.situation = 'ready';
    fake.stepMs = 5;
    tab = await BrowserTab.open(browser, fake.url);
  });

  afterEach(() => tab.close());

  after(async () => {
    await browser?.close();
    await fake?.stop();
  });

  for (const [name, [hash, complete]] of Object.entries(views)) {
    it(`has no sideways scroll and breaks no rule of accessibility: ${name}`, async () => {
      await tab.go(hash);
      await tab.shows(complete);
      for (const width of widths) {
        await tab.look({ width });
        expect(await tab.sideways(), `at ${width} px`).to.be.at.most(0);
      }
      for (const [width, dark] of [
        [1_440, false],
        [390, true],
      ] as const) {
        await tab.look({ width, dark });
        expect(await tab.violations(), `${width} px, dark: ${dark}`).to.deep.equal([]);
      }
      expect(tab.complaints).to.deep.equal([]);
    });
  }

  it('has no sideways scroll with all families', async () => {
    await tab.go('#/families');
    await tab.shows(/(\d{3}) of \1 families/);
    for (const width of widths) {
      await tab.look({ width });
      expect(await tab.sideways(), `at ${width} px`).to.be.at.most(0);
    }
  });

  it('is dark where the reader wants it dark', async () => {
    const paper = 'getComputedStyle(document.body).backgroundColor';
    expect(await tab.evaluate(paper)).to.equal('rgb(255, 255, 255)');
    await tab.look({ width: 1_440, dark: true });
    expect(await tab.evaluate(paper)).to.equal('rgb(17, 22, 29)');
  });

  it('asks no other server for anything', async () => {
    const others: string[] = [];
    tab.page.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol !== 'data:' && host !== new URL(fake.url).host) others.push(request.url());
    });
    for (const [hash, complete] of Object.values(views)) {
      await tab.go(hash);
      await tab.shows(complete);
    }
    expect(others).to.deep.equal([]);
  });

  it('works under the prefix of a proxy, such as that of an API server', async () => {
    const proxied = await BrowserTab.open(browser, `${fake.url}${proxyPath}`);
    for (const [hash, complete] of Object.values(views)) {
      await proxied.go(hash);
      await proxied.shows(complete);
    }
    const links = "[...document.querySelectorAll('footer a')].map((one) => one.pathname)";
    expect(await proxied.evaluate(links)).to.include(`/${proxyPath}metrics`);
    expect(proxied.complaints).to.deep.equal([]);
    await proxied.close();
  });

  for (const [situation, sentence] of Object.entries(situations)) {
    it(`says what is the matter: ${situation}`, async () => {
      fake.situation = situation as Situation;
      await tab.page.reload();
      await tab.shows(sentence);
      await tab.look({ width: 390 });
      expect(await tab.sideways()).to.be.at.most(0);
      expect(await tab.violations()).to.deep.equal([]);
    });
  }

  for (const situation of ['starting', 'follower'] as const) {
    it(`has a sentence in each view, and never a blank page: ${situation}`, async () => {
      fake.situation = situation;
      await tab.page.reload();
      for (const hash of ['#/families', '#/families?map=namespace', '#/cut', '#/time']) {
        await tab.go(hash);
        await tab.shows('There is nothing to count: ', 'main');
      }
      for (const hash of ['#/namespace/shop', '#/objects?search=a', '#/object/pods/shop/a']) {
        await tab.go(hash);
        await tab.shows('There is nothing to count: ', 'main');
      }
    });
  }

  it('keeps the last data, with their age, while the server is away', async () => {
    await tab.shows('Ready: 39 resources synced.');
    fake.situation = 'gone';
    await tab.shows(/kubestate does not answer: .* What you see is \d+ s old/);
    await tab.shows('No answer');
    await tab.shows('replicasets', 'main');
    expect(await tab.violations()).to.deep.equal([]);
    await tab.go('#/time');
    await tab.shows('kubestate does not answer', 'main');
    fake.situation = 'ready';
    await tab.shows('Live');
    await tab.shows('Changes per second', 'main');
  });

  it('shows the plain page if its scripts do not come', async () => {
    const bare = await browser.newPage();
    await bare.setRequestInterception(true);
    bare.on(
      'request',
      (request) =>
        void (request.resourceType() === 'script' ? request.abort() : request.continue()),
    );
    await bare.goto(fake.url);
    const visible =
      "document.querySelector('[href=metrics]')?.checkVisibility({ visibilityProperty: true })";
    await until(
      'the plain page shows',
      async () => (await bare.evaluate(visible)) || undefined,
      5_000,
    );
    await bare.close();
  });

  it('says of a family that was cut off meanwhile that it is not served', async () => {
    const [family] = families;
    fake.situation = 'cut';
    await tab.go(`#/family/${family?.name}`);
    await tab.shows(`${family?.name} is not served`);
    await tab.go('#/object/pods/shop/no-such-pod');
    await tab.shows('it may have been deleted');
    await tab.go('#/nowhere');
    await tab.shows('There is no view at /nowhere');
    await tab.go('#/cut?cut=drop.9x');
    await tab.shows('The cut in this address cannot be read whole');
  });

  it('says of each file that cannot be read where it is broken', async () => {
    await tab.go('#/cut');
    await tab.shows('Keep what is used');
    for (const [text, sentence] of [
      ['{"panels": [', /pasted text 1[:\d]*: expected .+, got .+/],
      ['groups:\n- rules: [a: b: c', /pasted text 2[:\d]*: expected .+/],
      ['<!doctype html><title>Sign in</title>', /pasted text 3: expected a Grafana dashboard/],
      [
        'groups:\n- name: g\n  rules:\n  - {alert: A, expr: sum((}',
        /pasted text 4:4:22: alert A in group g: expected "\)", got the end of "sum\(\("/,
      ],
    ] as const) {
      await tab.evaluate(`(() => {
        const area = document.querySelector('textarea');
        area.value = ${JSON.stringify(text)};
        area.dispatchEvent(new Event('input', { bubbles: true }));
      })()`);
      await tab.click('Read it');
      await tab.shows(sentence);
    }
    expect(await tab.violations()).to.deep.equal([]);
  });

  it('counts the namespaces of a cut that are there, whatever befell the others', async () => {
    const failing = 'namespaces/kube-system/families';
    fake.failing.add(failing);
    await tab.go('#/cut?cut=drop.0kube_pod_info&without=a-gone,kube-system,team-search-1');
    await tab.shows('The worker is gone.');
    const asked = async () => fake.asked.includes('namespaces/team-search-1/families') || undefined;
    await until('the next namespace is asked for', asked, 5_000);
    await tab.shows(/series remain\s+about [\d,]+\s+of/, '.remains');
    expect(fake.asked).not.to.include('namespaces/a-gone/families');
    fake.failing.delete(failing);
    const isExact = async () => !(await tab.text('.remains')).includes('about') || undefined;
    await until('what failed is asked for again with the next sizes', isExact, 20_000);
    expect(await tab.text('main')).not.to.include('The worker is gone.');
  });

  it('shows markup in names, values and titles as text', async () => {
    const markup = '<img src=x onerror="document.title=1">';
    for (const view of ['family', 'namespace', 'object/pods/a']) {
      await tab.go(`#/${view}/${encodeURIComponent(markup)}`);
      await tab.shows(markup, 'h1');
    }
    await tab.go('#/cut');
    await tab.shows('Keep what is used');
    const expr = '{__name__=~".+"}';
    const dashboard = JSON.stringify({ title: markup, panels: [{ targets: [{ expr }] }] });
    await tab.evaluate(`(() => {
      const files = new DataTransfer();
      files.items.add(new File([${JSON.stringify(dashboard)}], '<b>a.json'));
      document.querySelector('.drop')
        .dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer: files }));
    })()`);
    await tab.shows(markup, '.files');
    await tab.shows('<b>a.json', '.files');
    expect(await tab.evaluate('document.querySelectorAll("main img, main b").length')).to.equal(0);
  });

  it('takes files that are dropped or chosen, several at once', async () => {
    await tab.go('#/cut');
    await tab.shows('Keep what is used');
    await tab.evaluate(`(() => {
      const files = new DataTransfer();
      const dashboard = '{"title":"A","panels":[{"targets":[{"expr":"kube_pod_info"}]}]}';
      const rules = 'groups: [{name: g, rules: [{alert: B, expr: kube_node_info > 1}]}]';
      files.items.add(new File([dashboard], 'a.json'));
      files.items.add(new File([rules], 'b.yaml'));
      document.querySelector('.drop')
        .dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer: files }));
    })()`);
    await tab.shows(/a\.json[\s\S]*1 family/);
    await tab.shows(/b\.yaml[\s\S]*1 family/);
    await tab.click('Keep exactly the 2 families they read');
    await tab.shows(/families\s+2\s+of/);
  });

  it('shows how far a slow answer is, and ends it when the reader leaves', async () => {
    fake.stepMs = 400;
    await tab.go('#/family/kube_pod_info');
    await tab.shows(/Reading all series of this family: [2-8]0 %/);
    const before = fake.cancelled;
    await tab.go('#/families');
    await until('the answer is ended', async () => fake.cancelled > before || undefined, 5_000);
  });

  it('cuts groups: alpha, unused, constant zero, a resource; and takes them back', async () => {
    await tab.go('#/cut');
    await tab.shows('Read by none of the well-known dashboards and rules');
    const kept = (): Promise<string> => tab.text('.remains');
    const all = await kept();
    await tab.click('Cut');
    expect(await kept()).not.to.equal(all);
    await tab.click('Keep');
    expect(await kept()).to.equal(all);
    await tab.click('Look for them');
    await tab.shows(/Every series is 0 now [\d,]+ families/);
    await tab.click('Whole resources');
    await tab.shows(/pods \d+ families/);
  });

  it('asks nothing while its tab is not seen, and at once when it is seen again', async () => {
    await tab.shows('Live');
    const other = await browser.newPage();
    await other.bringToFront();
    await until(
      'the tab is hidden',
      async () =>
        (await tab.evaluate<string>('document.visibilityState')) === 'hidden' || undefined,
      5_000,
    );
    const before = fake.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    expect(fake.asked.length - before).to.equal(0);
    await tab.page.bringToFront();
    await until('it asks again', async () => fake.asked.length > before || undefined, 3_000);
    await other.close();
  });

  it('says so where the cut is too long for an address', async () => {
    const names = Array.from({ length: 700 }, (_, i) => `0kube_${i.toString(36)}_${'x'.repeat(8)}`);
    await tab.go(`#/cut?cut=drop.${names.join('.')}`);
    await tab.shows(/The address has [\d,]+ characters/);
  });
});

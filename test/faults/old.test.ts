// What is served grows old: it is said where people and probes look first, in the log, by a metric.
import { expect } from 'chai';
import type { Running } from '../../src/app/run.ts';
import * as faults from '../support/faults.ts';
import { Scene, scrape, watches } from './scene.ts';

const age = 'kube_state_metrics_state_age_seconds';
const began = 'the state that is served is stale';
const lasts = 'the state that is served is still stale';
const ended = 'the state that is served is current again';

/** The reflectors notice a broken connection, and the clock stands in steps. */
const slackSeconds = 2;

describe('What is served, once it is old,', () => {
  let scene: Scene;
  let program: Running;
  beforeEach(async () => {
    scene = new Scene();
    await scene.listen();
    program = await scene.startSynced();
  });
  afterEach(() => scene.stop());

  const firstLine = async (): Promise<string> => {
    const { status, text } = await scene.readyz(program);
    expect(status).to.equal(200);
    return text.split('\n')[0] ?? '';
  };
  const page = async (port: number): Promise<string> =>
    (await fetch(`http://127.0.0.1:${port}/`)).text();
  /** The banner of each page: its tone and its sentence. */
  const banners = async (): Promise<string[]> => {
    const pages = [await page(program.metrics.port), await page(program.telemetry.port)];
    return pages.map((html) => {
      const [, tone, sentence] = /<p class="status (\w+)">(.*?)<\/p>/.exec(html) ?? [];
      return `${tone} ${sentence}`;
    });
  };
  const logged = (message: string) => scene.log.keys.filter((line) => line.message === message);
  /** The time of day in UTC, with the seconds that a test need not know. */
  const timeOfDay = (laterMs = 0): string =>
    new Date(scene.clock.wall() + laterMs).toISOString().slice(11, 19);

  it('stands first everywhere, and ends with the fault', async () => {
    expect(await scene.self(program, age)).to.equal(0);
    // The connections break within a second, by a clock that goes on while they do.
    const until = `(?:${timeOfDay()}|${timeOfDay(1_000)})`;
    await scene.server.close();
    await scene.pass(20_000);
    expect(await firstLine()).to.equal('Ready: 2 resources synced.');
    expect(logged(began)).to.have.length(0);
    expect(await scene.self(program, age)).to.be.within(20 - slackSeconds, 20);

    await scene.pass(12_000);
    const sentence = await firstLine();
    expect(sentence).to.match(
      new RegExp(
        `^Serving the state of ${until}, 3[0-2] s old: ` +
          'the API server cannot be reached \\(ECONNREFUSED\\)$',
      ),
    );
    const { text } = await scene.readyz(program);
    expect(text).to.match(/^pods +stale +retrying: .*ECONNREFUSED/m);
    expect(text).to.not.match(/Ready:|synced|stale:/);
    expect(await banners()).to.deep.equal([`partial ${sentence}`, `partial ${sentence}`]);
    const html = await page(program.telemetry.port);
    expect(html).to.include('<span class="state stale">stale</span>');
    expect(html).to.not.include('class="state synced"');
    expect(logged(began)).to.have.length(1);
    expect(logged(began)[0]).to.include({
      resources: 2,
      of: 2,
      why: 'the API server cannot be reached (ECONNREFUSED)',
    });

    await scene.pass(4 * 60_000);
    const [same] = /^Serving the state of [\d:]+/.exec(sentence) ?? [];
    expect(await firstLine()).to.include(`${same}, 4 min old: the API`);
    expect(await scene.self(program, age)).to.be.within(272 - slackSeconds, 272);
    expect(logged(lasts)).to.have.length(0);
    await scene.pass(7 * 60_000);
    expect(logged(lasts)).to.have.length(2);
    expect(logged(lasts)[1]).to.include({ resources: 2 });
    expect((await scrape(program)).status).to.equal(200);

    await scene.listen();
    await scene.recovers(program);
    await scene.pass(2_000);
    expect(await firstLine()).to.equal('Ready: 2 resources synced.');
    expect(await banners()).to.deep.equal(Array(2).fill('good Ready: 2 resources synced.'));
    expect(await scene.self(program, age)).to.equal(0);
    expect(logged(ended)).to.have.length(1);
    expect(logged(ended)[0]).to.include({ resources: 2 });
    expect(logged(began)).to.have.length(1);
  });

  const refusals: [fault: string, act: faults.Fault, why: RegExp][] = [
    ['is forbidden', faults.forbid, /the API server forbids it \(403\)/],
    ['fails', faults.status(500, 'InternalError'), /the API server answers with an error \(500\)/],
    ['is throttled', faults.throttled(2), /the API server limits requests \(429\)/],
    // The connection broke first, in order or not; that the next request hangs is no failure yet.
    ['is never answered', faults.hang, /the API server (does not answer|cannot be reached \(UND)/],
  ];
  for (const [fault, act, why] of refusals) {
    it(`names the one resource that ${fault}`, async () => {
      scene.server.faults.add({ resource: 'pods', act });
      scene.server.cut();
      await scene.pass(35_000);
      const { text } = await scene.readyz(program);
      expect(await firstLine()).to.match(/^Serving the state of 12:\d\d:\d\d, 3\d s old: /);
      expect(await firstLine())
        .to.match(/; affected: pods$/)
        .and.match(why);
      expect(text)
        .to.match(/^pods +stale /m)
        .and.match(/^services +synced +watching$/m);
      expect(logged(began)[0]).to.include({ resources: 1, of: 2, resource: 'pods' });
      scene.server.faults.clear();
      scene.server.cut();
      await scene.until(() => watches(program));
      expect(await firstLine()).to.equal('Ready: 2 resources synced.');
    });
  }

  it('is no matter of an open watch that has nothing to say', async () => {
    scene.onWatches(faults.silent(0));
    scene.server.cut();
    await scene.pass(120_000);
    expect(await firstLine()).to.equal('Ready: 2 resources synced.');
    expect(await scene.self(program, age)).to.equal(0);
  });

  it('is as old as the last word of a watch that was given up for its silence', async () => {
    scene.onWatches(faults.silent(0), { times: 2 });
    scene.server.cut();
    await scene.pass(10_000);
    expect(watches(program)).to.equal(true);
    scene.server.faults.add({ act: faults.hang });
    await scene.pass(185_000);
    // The watch came at most ten seconds ago; it was given up after three minutes of silence.
    expect(await scene.self(program, age)).to.be.within(185, 195);
    const line = await firstLine();
    expect(line, line).to.match(/, 3 min old: the API server does not answer$/);
  });

  it('is said of a list that does not come in, as of one that fails', async () => {
    scene.onWatches(faults.gone, { times: 1, resource: 'pods' });
    scene.server.faults.add({
      resource: 'pods',
      act: faults.hang,
      when: ({ query }) => !!query.sendInitialEvents,
    });
    scene.server.cut();
    await scene.pass(40_000);
    expect(await firstLine()).to.match(/, 3\d s old: .*; affected: pods$/);
  });
});

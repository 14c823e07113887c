// A bad day that has already begun as we start: nothing is served until all is there, or refused.
import { expect } from 'chai';
import type { Running } from '../../src/app/run.ts';
import { builtinKinds } from '../../src/demo/apiserver/kinds.ts';
import * as faults from '../support/faults.ts';
import { Scene, scrape } from './scene.ts';

const noWatchList: faults.FaultRule = { verb: 'watch', act: faults.watchList('refused') };
const manyPods = 600;

const pods = (rule: faults.Fault): faults.FaultRule => ({ resource: 'pods', act: rule });
const lists = (act: faults.Fault): faults.FaultRule => ({ ...pods(act), verb: 'list' });

const rows: readonly [fault: string, ...rules: faults.FaultRule[]][] = [
  ['breaks the connection in the middle of a list', lists(faults.resetWithin(300)), noWatchList],
  ['breaks the connection within a streamed list', pods(faults.resetWithin(300))],
  ['truncates compressed lists', lists(faults.truncated(3_000)), noWatchList],
  ['answers with an HTML page', pods(faults.htmlPage(200))],
  ['fails (500)', pods(faults.status(500, 'InternalError'))],
  ['throttles requests (429)', pods(faults.throttled(3))],
  ['answers lists with 410', pods(faults.gone)],
  ['forbids pods for ten seconds (403)', pods(faults.forbid)],
];

describe('During startup, when the API server', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = new Scene();
    await scene.listen();
  });
  afterEach(() => scene.stop());

  const statusOf = (program: Running) =>
    program.readiness().find(({ resource }) => resource === 'pods');

  for (const [fault, ...rules] of rows) {
    it(`${fault}: scrapes are answered 503 until the list is whole`, async () => {
      scene.fill(manyPods);
      for (const rule of rules) scene.server.faults.add(rule);
      const program = await scene.start();
      await scene.pass(10_000);
      expect((await scrape(program)).status).to.equal(503);
      expect((await scene.readyz(program)).status).to.equal(503);
      expect(statusOf(program)).to.include({ synced: false, refused: false });
      scene.server.faults.clear();
      await scene.recovers(program);
    });
  }

  it('is not up yet: scrapes are answered 503 until it is', async () => {
    await scene.server.close();
    const program = await scene.start();
    await scene.pass(60_000);
    expect((await scrape(program)).status).to.equal(503);
    await scene.listen();
    await scene.recovers(program);
  });

  it('forbids pods for a minute (403): that is final, said, and taken back', async () => {
    scene.server.faults.add(pods(faults.forbid));
    const program = await scene.start();
    await scene.pass(60_000);
    expect(statusOf(program)).to.include({ synced: false, refused: true });
    const { status, text } = await scene.readyz(program);
    expect(status).to.equal(200);
    expect(text).to.match(/^pods +refused +forbidden: pods is forbidden/m);
    const served = await scrape(program);
    expect(served.status).to.equal(200);
    expect(served.text).to.include('kube_service_info').and.not.include('kube_pod_');
    expect(scene.log.lines).to.include('warn refused by the API server');
    scene.server.faults.clear();
    await scene.recovers(program);
  });

  it('does not serve a resource (404): that is final at once, and taken back', async () => {
    const steady = scene.server.get('services', 'x', 'steady-service');
    scene.server.withdraw('services');
    const program = await scene.start();
    await scene.pass(2_000);
    expect((await scene.readyz(program)).text).to.match(
      /^services +refused +not served by this API server$/m,
    );
    expect((await scrape(program)).text).to.include('kube_pod_info');
    const absent = 'kube_state_metrics_resource_absent{resource="services"}';
    expect(await scene.self(program, absent)).to.equal(1);
    await scene.pass(60_000);
    scene.server.serve(builtinKinds.services);
    scene.server.create({ ...steady, metadata: { name: 'late', namespace: 'x' } } as never);
    await scene.recovers(program);
    expect(await scene.self(program, absent)).to.equal(0);
    expect((await scrape(program)).text).to.match(/^kube_service_info\{.*service="late"/m);
  });

  it('no longer takes our token (401): the next one is read from its file', async () => {
    const { server } = scene;
    server.tokens = ['first'];
    const program = await scene.startSynced(`--kubeconfig=${await scene.kubeconfig('first')}`);
    server.tokens = ['second'];
    server.cut();
    await scene.pass(1_000);
    scene.change();
    await scene.pass(60_000);
    const stale = 'kube_state_metrics_resource_stale{resource="pods"}';
    expect(await scene.self(program, stale)).to.equal(1);
    scene.writeToken('second');
    server.tokens = ['second', 'for-the-reference'];
    await scene.serves(program);
    expect(await scene.self(program, stale)).to.equal(0);
  });
});

// One object's fault through the whole program: it costs that object, or one family of it, no more.
import { expect } from 'chai';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { type Fault, malformedEvent, malformedItem, watchList } from '../support/faults.ts';
import { clusterOf, pod, TestProgram } from '../support/program.ts';
import { until } from '../support/until.ts';

/** The pods that a family shows, by name, sorted. */
const shownBy = (family: string, text: string): string[] =>
  [...text.matchAll(new RegExp(`^${family}\\{namespace="default",pod="(\\w+)"`, 'gm'))]
    .map(([, name]) => name as string)
    .sort();

const odd = {
  ...pod('odd'),
  spec: { containers: [{ name: 'a', resources: { limits: { cpu: 'a lot', memory: '1Gi' } } }] },
};

describe('A fault of one object', () => {
  let program: TestProgram;
  let server: ApiServer;
  let url: string;

  beforeEach(async () => {
    program = new TestProgram();
    ({ server, url } = await clusterOf(pod('one'), odd, pod('two')));
  });
  afterEach(async () => {
    await program.stop();
    await server.close();
  });

  const start = async (): Promise<void> => {
    await program.start('--resources=pods', `--apiserver=${url}`);
    await until(() => program.running.readiness().every(({ synced }) => synced));
  };
  const inject = (verb: 'list' | 'watch', act: Fault): void =>
    void server.faults.add({ verb, act, times: 1 });

  it('in a value costs one family of that object, is counted, and said once', async () => {
    await start();
    server.create(pod('three'));
    await until(async () => shownBy('kube_pod_info', await program.scrape()).length === 4);
    const text = await program.scrape();
    expect(shownBy('kube_pod_info', text)).to.deep.equal(['odd', 'one', 'three', 'two']);
    expect(shownBy('kube_pod_container_resource_limits', text)).to.deep.equal([]);
    const said = program.said('a family of this object could not be rendered');
    expect(said.map(({ keys }) => [keys.family, keys.object])).to.deep.equal([
      ['kube_pod_container_resource_limits', 'default/odd'],
    ]);
    const family = 'kube_pod_container_resource_limits';
    const errors = 'kube_state_metrics_render_errors_total';
    expect(await program.self(`${errors}{`)).to.deep.equal([
      `${errors}{resource="pods",family="${family}"} 1`,
    ]);
  });

  it('in the form of a listed item costs that item, and the others are served', async () => {
    server.faults.add({ verb: 'watch', act: watchList('off') });
    inject('list', malformedItem(1));
    await start();
    const names = ['odd', 'one', 'two'];
    expect(shownBy('kube_pod_info', await program.scrape())).to.deep.equal(names);
    expect(program.said('object or event left out: it cannot be read')).to.have.length(1);
    expect(await program.self('kube_state_metrics_malformed_objects_total{')).to.deep.equal([
      'kube_state_metrics_malformed_objects_total{resource="pods"} 1',
    ]);
  });

  it('in the form of an event costs that event, is counted, and the watch goes on', async () => {
    inject('watch', malformedEvent(1));
    await start();
    server.create(pod('three'));
    server.create(pod('four'));
    await until(async () => shownBy('kube_pod_info', await program.scrape()).includes('four'));
    expect(program.said('object or event left out: it cannot be read')).to.have.length(1);
    expect(await program.self('kube_state_metrics_malformed_objects_total{')).to.deep.equal([
      'kube_state_metrics_malformed_objects_total{resource="pods"} 1',
    ]);
  });
});

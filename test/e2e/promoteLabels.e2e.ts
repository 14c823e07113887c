// --promote-labels on a real API server: a namespace is relabelled under 5,000 pods, scrapes go on.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { inTurns } from '../../tools/inTurns.ts';
import { Exporter } from './exporter.ts';
import { expectAnswers } from './pageQueries.ts';
import { promtool } from './promtool.ts';

const podsMax = 5_000;
const pausedPods = 200;
/** After a change of its namespace, each series has the new label so soon. */
const everywhereMsMax = 10_000;
const waitMs = 50;
const space = 'many';

const flags = [
  '--resources=pods,namespaces,configmaps',
  '--metric-labels-allowlist=pods=[tier]',
  '--promote-labels=pods=[tier,app.kubernetes.io/name],namespaces=[team]->pods',
  '--promote-labels=nodes=[topology.kubernetes.io/zone]->pods,namespaces=[team]->configmaps',
];

const ofPods = (text: string, within: string): string[] =>
  text.match(new RegExp(`^kube_pod_\\w+\\{namespace="${within}",.*$`, 'gm')) ?? [];
const plain = (line: string): string => line.replace(/,(?:team|topology_\w+)="[^"]*"/g, '');

describe('--promote-labels on a real API server', function () {
  this.timeout(600_000);

  let server: RealCluster;
  let exporter: Exporter;

  const label = (path: string, labels: object) =>
    server.must('PATCH', path, { metadata: { labels } });

  async function createPods(within: string, count: number): Promise<void> {
    const names = Array.from({ length: count }, (_, i) => `p${i}`);
    await inTurns(names, (name) => {
      const metadata = { name, labels: { tier: 'web', 'app.kubernetes.io/name': 'a' } };
      const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] };
      return server.must('POST', `/api/v1/namespaces/${within}/pods`, { metadata, spec });
    });
  }

  before(async () => {
    server = await startApiServer();
    for (const name of [space, 'other']) {
      await server.must('POST', '/api/v1/namespaces', {
        metadata: { name, labels: { team: 'a' } },
      });
    }
    const zone = { 'topology.kubernetes.io/zone': 'z1' };
    await server.must('POST', '/api/v1/nodes', { metadata: { name: 'n1', labels: zone } });
    await createPods(space, podsMax);
    await createPods('other', pausedPods);
    exporter = await Exporter.start(server.kubeconfig(), ...flags);
  });
  after(async () => {
    await exporter?.stop();
    await server?.stop();
  });

  it('has every label in the first scrape, which promtool accepts', async () => {
    const text = await exporter.scrape();
    const lines = ofPods(text, space);
    expect(lines.length).to.be.above(10 * podsMax);
    const promoted =
      ',tier="web",app_kubernetes_io_name="a",team="a",topology_kubernetes_io_zone="z1"';
    expect(lines.filter((line) => !line.includes(promoted))).to.deep.equal([]);
    expect(lines.some((line) => line.includes(',label_tier="web"'))).to.equal(true);
    const { status, said } = promtool(['check', 'metrics'], text);
    expect(status, said.slice(0, 2_000)).to.equal(0);
    expect(promtool(['check', 'metrics'], `${text}a{,b="c"} 1\n`).status).to.equal(1);
  });

  it('gives 5,000 pods the new label of their namespace, and no scrape is short', async () => {
    const before = new Set(ofPods(await exporter.scrape(), space).map(plain));
    const others = ofPods(await exporter.scrape(), 'other');
    const took = { ms: 0, waiting: 0 };
    let everywhere = false;
    const isWhole = (text: string): boolean => {
      const lines = ofPods(text, space);
      const known = new Set(lines.filter((line) => /,team="[ab]"/.test(line)).map(plain));
      everywhere = lines.every((line) => line.includes(',team="b"'));
      const isKnown = [...known].every((line) => before.has(line));
      return isKnown && known.size === before.size && lines.length === before.size;
    };
    const scrapes = await exporter.scrapedThrough(isWhole, async () => {
      const began = performance.now();
      await label(`/api/v1/namespaces/${space}`, { team: 'b' });
      while (!everywhere) {
        await sleep(waitMs);
        const waiting = await exporter.own('kube_state_metrics_promoted_labels_waiting_objects');
        took.waiting = Math.max(took.waiting, waiting);
        took.ms = performance.now() - began;
        expect(took.ms).to.be.below(everywhereMsMax);
      }
    });
    const seen = `${scrapes} scrapes, up to ${took.waiting} objects waiting`;
    process.stdout.write(`    everywhere after ${Math.round(took.ms)} ms; ${seen}\n`);
    expect(await exporter.own('kube_state_metrics_promoted_labels_changed_objects_total')).to.equal(
      podsMax,
    );
    expect(ofPods(await exporter.scrape(), 'other')).to.deep.equal(others);
  });

  it('follows the node, and labels that go', async () => {
    await label('/api/v1/nodes/n1', { 'topology.kubernetes.io/zone': 'z2' });
    await label(`/api/v1/namespaces/${space}`, { team: null });
    await exporter.shows('the zone changed and the team went', (text) =>
      ofPods(text, space).every((line) => line.includes('_zone="z2"') && !line.includes(',team=')),
    );
    await server.must('DELETE', '/api/v1/nodes/n1');
    await exporter.shows('the zone went', (text) => !text.includes('topology_kubernetes_io_zone'));
  });
});

describe('docs/promoted-labels.md', () => {
  const requests = 'kube_pod_container_resource_requests';
  const ofPod = (pod: string, more: string): string =>
    `${requests}{namespace="x",pod="${pod}",uid="u-${pod}",resource="cpu"${more}}`;

  it('has queries that give what it says', () => {
    const series = {
      [ofPod('a', ',team="one"')]: 1,
      [ofPod('b', ',team="one"')]: 2,
      'kube_namespace_labels{namespace="x",label_team="one"}': 1,
    };
    expectAnswers('docs/promoted-labels.md', series, [
      { '{team="one"}': 3 },
      { '{label_team="one"}': 3 },
    ]);
  });
});

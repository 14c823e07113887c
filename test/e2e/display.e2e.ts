// The status of pods and nodes in words, against what a real API server prints of them.
import { expect } from 'chai';
import fc from 'fast-check';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { inTurns } from '../../tools/inTurns.ts';
import { parseExposition } from '../http/parse.ts';
import { displayedNodes, displayedPods } from './displayed.ts';
import { Exporter } from './exporter.ts';

/** Ten thousand pods take some minutes to create: `npm run judge` has them. */
const isFull = process.env.KUBESTATE_JUDGE === 'full';
const PODS = isFull ? 10_000 : 600;
const NODES = isFull ? 500 : 40;

const PODS_PATH = '/api/v1/namespaces/default/pods';
const NODES_PATH = '/api/v1/nodes';
const AS_TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

interface Table {
  readonly columnDefinitions: readonly { readonly name: string }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

describe('kube_pod_status_display and kube_node_status_display', function () {
  this.timeout(isFull ? 1_200_000 : 240_000);

  const seed = Math.floor(Math.random() * 2 ** 31);
  const pods = fc.sample(displayedPods, { seed, numRuns: PODS });
  const nodes = fc.sample(displayedNodes, { seed, numRuns: NODES });
  let cluster: RealCluster;
  let exporter: Exporter;

  before(async () => {
    cluster = await startApiServer();
    await inTurns(pods.entries(), async ([i, { spec, status, deleted }]) => {
      // What has a finalizer stays when it is deleted, whatever its phase.
      const metadata = { name: `p${i}`, finalizers: ['e2e.example.com/stay'] };
      await cluster.must('POST', PODS_PATH, { metadata, spec });
      const path = `${PODS_PATH}/p${i}`;
      await cluster.must('PATCH', `${path}/status`, { status });
      if (deleted) await cluster.must('DELETE', path);
    });
    await inTurns(nodes.entries(), async ([i, { spec, status }]) => {
      await cluster.must('POST', NODES_PATH, { metadata: { name: `n${i}` }, spec });
      await cluster.must('PATCH', `${NODES_PATH}/n${i}/status`, { status });
    });
    exporter = await Exporter.start(
      cluster.kubeconfig(),
      '--resources=pods,nodes',
      '--metric-opt-in-list=_status_display$',
    );
  });

  after(async () => {
    await exporter?.program.stop();
    await cluster?.stop();
  });

  for (const [family, label, path, count, kinds] of [
    ['kube_pod_status_display', 'pod', PODS_PATH, PODS, 20],
    ['kube_node_status_display', 'node', NODES_PATH, NODES, 5],
  ] as const) {
    it(`${family} is the STATUS of every ${label}`, async () => {
      const printed = await printedAt(path);
      expect(printed.size).to.equal(count);
      // So many different words, or the lot has drawn too little.
      expect(new Set(printed.values()).size, [...printed.values()].join()).to.be.least(kinds);
      const served = parseExposition(await exporter.scrape())
        .filter(({ name }) => name === family)
        .flatMap(({ samples }) => samples)
        .map(({ labels }) => [labels.get(label) ?? '', labels.get('status') ?? ''] as const);
      expect(new Map(served), `seed ${seed}`).to.deep.equal(printed);
      expect(served).to.have.length(count);
    });
  }

  /** The cells of the STATUS column, by name. */
  async function printedAt(path: string): Promise<Map<string, string>> {
    const options = { accept: AS_TABLE };
    const table = await cluster.must<Table>('GET', path, undefined, options);
    const column = (name: string): number =>
      table.columnDefinitions.findIndex((one) => one.name === name);
    const [name, status] = [column('Name'), column('Status')];
    return new Map(table.rows.map(({ cells }) => [String(cells[name]), String(cells[status])]));
  }
});

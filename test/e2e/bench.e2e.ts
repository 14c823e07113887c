// Every question is asked once of a very small cluster: what is measured is shown, not how fast.
import { expect } from 'chai';
import { Bench } from '../../bench/lib/bench.ts';
import { startSimulated } from '../../bench/lib/cluster.ts';
import type { Row } from '../../bench/lib/question.ts';
import { cell } from '../../bench/lib/table.ts';
import { questions } from '../../bench/questions.ts';
import { kubestate } from './program.ts';

const pods = 60;

/** The question `beyond` starts twenty programs. */
const QUESTION_TIMEOUT_MS = 180_000;

describe('each question of the measuring suite', () => {
  let bench: Bench;

  before(() => {
    bench = new Bench({
      plan: {
        sizes: [pods],
        pods,
        rounds: 1,
        seconds: 0.2,
        churnSeconds: 0.5,
        stepsPerSecond: 50,
        settleSeconds: 0,
        scrapeSeconds: 1,
      },
      program: [process.execPath, kubestate],
      openCluster: (contents) => startSimulated({ ...contents, managedFields: true }),
      say: () => undefined,
      trial: true,
    });
  });

  after(() => bench.close());

  for (const [name, { asks, columns, measure }] of Object.entries(questions)) {
    it(`${name}: ${asks}`, async () => {
      const rows: Row[] = [];
      for await (const row of measure(bench)) rows.push(row);
      expect(rows).to.have.length.above(0);
      const keys = columns.map(({ key }) => key);
      for (const row of rows) {
        expect([...keys, 'curve']).to.include.members(Object.keys(row));
        for (const column of columns) expect(cell(column, row)).to.not.match(/NaN|Infinity/);
      }
    }).timeout(QUESTION_TIMEOUT_MS);
  }
});

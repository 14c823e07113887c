// Runs the chart's own suites by helm-unittest: a test here for each file of them.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { helmUnittest } from '../../tools/helmUnittest/program.ts';
import { outcomeOf } from '../support/outcome.ts';
import { chart } from './helm.ts';

const suites = readdirSync(join(chart, 'unittests')).filter((name) => name.endsWith('.yaml'));

/** What the program says at its end: `Tests: 7 passed, 7 total`. */
const counts = /^Tests:\s+(?:(\d+) failed, )?(?:(\d+) errored, )?(\d+) passed, (\d+) total$/m;

describe('the suites of the chart, by helm-unittest', () => {
  let total = 0;

  for (const suite of suites) {
    it(suite, () => {
      const args = ['--strict', '--file', join('unittests', suite), chart];
      const { status, stdout, stderr } = outcomeOf(helmUnittest, args);
      expect(status, `${stdout}${stderr}`).to.equal(0);
      const [, failed, errored, passed, all] = counts.exec(stdout) ?? [];
      expect([failed, errored], stdout).to.deep.equal([undefined, undefined]);
      expect(passed, stdout).to.equal(all);
      expect(Number(passed), stdout).to.be.greaterThan(0);
      total += Number(passed);
    });
  }

  after(() => {
    // The program makes a folder for snapshots, which none of ours has.
    rmSync(join(chart, 'unittests/__snapshot__'), { recursive: true, force: true });
    process.stdout.write(`    helm-unittest: ${total} tests in ${suites.length} suites passed\n`);
  });
});

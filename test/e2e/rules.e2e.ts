// The rule files as promtool sees them: valid, and each alert tried with what it is and is not for.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ruleGroups } from '../../monitoring/rules/index.ts';
import type { RuleGroup } from '../../monitoring/rules/rule.ts';
import { promtoolTests } from '../monitoring/rules/index.ts';
import { sparseSeries } from '../monitoring/rules/sparse.ts';
import { promtool } from './promtool.ts';

const rules = join(import.meta.dirname, '../../helm/kube-state-metrics/files/rules');
const fileOf = ({ name }: RuleGroup): string => join(rules, `${name}.yaml`);

/** Prometheus goes through a day, minute by minute, for what takes a day. */
const TIMEOUT_MS = 120_000;

describe('the rule files', function () {
  this.timeout(TIMEOUT_MS);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-rules-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  const tried = (group: RuleGroup, ruleFile: string, exported?: typeof sparseSeries) => {
    const tests = join(folder, `${group.name}.test.yaml`);
    writeFileSync(tests, promtoolTests(group, ruleFile, exported));
    return promtool(['test', 'rules', tests]);
  };

  it('are valid', () => {
    const { status, said } = promtool(['check', 'rules', ...ruleGroups.map(fileOf)]);
    expect(status, said).to.equal(0);
    const found = [...said.matchAll(/(\d+) rules found/g)].map(([, count]) => Number(count));
    expect(found).to.deep.equal(
      ruleGroups.map(({ recordings, alerts }) => recordings.length + alerts.length),
    );
  });

  for (const group of ruleGroups) {
    it(`fire when they should and not before, and not otherwise: ${group.title}`, () => {
      const { status, said } = tried(group, fileOf(group));
      expect(status, said).to.equal(0);
    });
  }

  /** Groups with cases that have series of 0 of state sets. */
  const differing = ruleGroups.filter(
    (group) => promtoolTests(group, '', sparseSeries) !== promtoolTests(group, ''),
  );
  for (const group of differing) {
    it(`do the same under --sparse-statesets: ${group.title}`, () => {
      const { status, said } = tried(group, fileOf(group), sparseSeries);
      expect(status, said).to.equal(0);
    });
  }

  it('would be found to fire too early, too late or with another text', () => {
    const [pods] = ruleGroups;
    if (pods === undefined) throw new Error('expected a group of rules');
    const right = readFileSync(fileOf(pods), 'utf8');
    const wrong = [
      right.replace('for: 15m', 'for: 14m'),
      right.replace('for: 15m', 'for: 16m'),
      right.replace('{{ $labels.container }}', '{{ $labels.contaner }}'),
    ];
    for (const [i, text] of wrong.entries()) {
      const file = join(folder, `wrong-${i}.yaml`);
      writeFileSync(file, text);
      const { status, said } = tried(pods, file);
      expect(status, said).to.equal(1);
      expect(said).to.include('alertname: KubePodCrashLooping');
    }
  });
});

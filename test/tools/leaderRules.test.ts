// The Role in docs/high-availability.md is that of the manifests.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { leaderElectionRules } from '../../src/app/rules.ts';

describe('The page about high availability', () => {
  it('shows the rules that --leader-elect needs', () => {
    const path = join(import.meta.dirname, '../../docs/high-availability.md');
    const blocks = [...readFileSync(path, 'utf8').matchAll(/```yaml\n(rules:.*?)```/gs)];
    expect(blocks.map(([, block]) => parse(block as string))).to.deep.equal([
      { rules: leaderElectionRules('kube-state-metrics') },
    ]);
  });
});

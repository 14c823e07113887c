// The arguments of the chart beside the program: what helm refuses, lets pass, and helm test finds.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { flags } from '../../src/config/options.ts';
import { suggest } from '../../src/lib/suggest.ts';
import { type Outcome, outcomeOf } from '../support/outcome.ts';
import { chart, objectsIn, rendered, template } from './helm.ts';
import { kubestate } from './program.ts';

const valueSets = join(import.meta.dirname, '../chart/values');

/** Values that helm refuses, and what kubestate says of the same arguments. */
const refused: readonly (readonly [values: object, sentence: RegExp])[] = [
  [{ extraArgs: ['--metric-deny-list=a'] }, /did you mean --metric-denylist\?/],
  [{ extraArgs: ['pods'] }, /expected flags, got "pods"; write --flag=value/],
  [{ extraArgs: ['--resources'] }, /--resources: expected items between commas behind it/],
  [{ extraArgs: ['--object-limit=x'] }, /--object-limit: expected a whole number from 0 to/],
  [{ extraArgs: ['--server-read-timeout=5'] }, /expected a duration such as 30s, 1m30s or 0/],
  [{ extraArgs: ['--serve-before-sync=yes'] }, /--serve-before-sync: expected true or false/],
  [{ collectors: ['podz'] }, /"podz"; did you mean pods\?/],
  [{ metricLabelsAllowlist: ['podz=[a]'] }, /"podz"; did you mean pods\?/],
  [{ metricAllowlist: ['a'], extraArgs: ['--metric-denylist=b'] }, /one of them, got both/],
  [{ namespaces: 'a', namespacesDenylist: 'a' }, /expected a namespace that is in the one and not/],
  [{ service: { port: 8081 } }, /expected two ports, got 8081 for both/],
  [{ extraArgs: ['--node=a'] }, /other objects are on no node/],
  [{ extraArgs: ['--custom-resource-state-only'] }, /nothing would be served/],
  [{ extraArgs: ['--custom-resource-pack=fluxx'] }, /did you mean flux\?/],
];

/** Values that helm lets pass, and that kubestate refuses in the pod of helm test. */
const found: readonly (readonly [values: object, sentence: RegExp])[] = [
  [{ metricDenylist: ['kube_('] }, /--metric-denylist: /],
  [{ metricAllowlist: ['a'], metricDenylist: ['b'] }, /--metric-denylist: /],
  [{ metricLabelsAllowlist: ['pods'] }, /--metric-labels-allowlist: expected items such as/],
  [{ metricAllowlist: ['kube_nothing'] }, /expected to leave at least one family, got none/],
  [{ extraArgs: ['--object-limit=-1'] }, /--object-limit: expected a whole number from 0 to/],
  [{ extraArgs: ['--shard=2', '--total-shards=2'] }, /expected a shard below their total/],
  [{ extraArgs: ['--tls-config=/none.yaml'] }, /--tls-config: .*\/none\.yaml/],
  [{ extraArgs: ['--config=/none.yaml'] }, /--config: expected a readable file at \/none\.yaml/],
  [{ extraArgs: ['--consistency-check-interval=1s'] }, /expected 0 or at least 10s/],
];

describe('the arguments of the chart', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-arguments-'));
  const custom = join(folder, 'custom.yaml');
  before(() => {
    writeFileSync(custom, 'kind: CustomResourceStateMetrics\nspec: {resources: []}\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  /** Runs the pod of helm test, as its container would be, with these files in its volumes. */
  function tested(text: string): Outcome {
    const [pod, ...others] = Object.values(objectsIn(text)).filter(({ kind }) => kind === 'Pod');
    expect(others).to.deep.equal([]);
    const { args } = pod.spec.containers[0] as { args: string[] };
    const inPod = args.map((arg) =>
      arg
        .replace(
          /^(--custom-resource-state-config-file)=\/etc\/customresourcestate\/.*/,
          `$1=${custom}`,
        )
        .replace('$(POD_NAME)', 'kube-state-metrics-0')
        .replace('$(POD_NAMESPACE)', 'kube-system'),
    );
    const names = ['POD_NAME=kube-state-metrics-0', 'POD_NAMESPACE=kube-system'];
    const cluster = '--apiserver=http://127.0.0.1:9';
    const own = inPod.filter((arg) => !arg.startsWith('--kubeconfig='));
    return outcomeOf('env', [...names, kubestate, ...own, cluster]);
  }

  for (const [values, sentence] of refused) {
    it(`are refused by helm with a sentence: ${JSON.stringify(values)}`, () => {
      const { status, stderr } = template(chart, ['--values', '-'], stringify(values));
      expect(status).to.equal(1);
      expect(stderr).to.match(sentence);
    });
  }

  for (const [values, sentence] of found) {
    it(`are refused in the pod of helm test: ${JSON.stringify(values)}`, () => {
      const { status, stdout, stderr } = template(chart, ['--values', '-'], stringify(values));
      expect(status, stderr).to.equal(0);
      const said = tested(stdout);
      expect(said.stderr).to.match(sentence);
      expect([said.status, said.stdout]).to.deep.equal([2, '']);
    });
  }

  // It has both lists of metrics, as a chart that renders like kube-state-metrics' one must allow.
  for (const file of readdirSync(valueSets).filter((name) => name !== 'lists.yaml')) {
    it(`pass helm test for ${file}`, () => {
      const { status, stdout, stderr } = tested(rendered(chart, '--values', join(valueSets, file)));
      expect(status, stderr).to.equal(0);
      expect(stdout).to.match(/^The flags are right\. /m);
    });
  }

  it('that are misspelled get the word that the program suggests', () => {
    const names = Object.keys(flags).filter((name) => name.length > 5);
    const differing = names
      .filter((_, i) => i % 4 === 0)
      .map((name) => `${name.slice(0, -2)}${name.slice(-1)}`)
      .filter((typo) => !(typo in flags))
      .flatMap((typo) => {
        const { stderr } = template(chart, ['--set', `extraArgs={--${typo}=x}`]);
        const [, got] = /did you mean --([\w-]+)\?/.exec(stderr) ?? [];
        return got === suggest(typo, Object.keys(flags)) ? [] : [`${typo}: ${got}`];
      });
    expect(differing).to.deep.equal([]);
  });
});

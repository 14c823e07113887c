// checkStart beside a start: what the one refuses, the other does, in the same sentence.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkStart } from '../../src/app/check.ts';
import { check } from '../../src/cli/check.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import { flags } from '../../src/config/options.ts';
import type { ProcessContext } from '../../src/lib/processContext.ts';
import { recordingLog } from '../kube/harness.ts';
import { contextOf } from '../support/context.ts';
import { expectRefusal, rejectionOf } from '../support/refusal.ts';
import { start } from '../support/start.ts';

const entry = (kind: string, metric: string): string =>
  `    - groupVersionKind: {group: example.com, version: v1, kind: ${kind}}
      metrics:
        - ${metric}
`;
const config = (metric: string): string => `kind: CustomResourceStateMetrics
spec:
  resources:
${entry('Foo', metric)}`;
const right = '{name: size, each: {type: Gauge, gauge: {path: [spec, size]}}}';

const files: Readonly<Record<string, string>> = {
  'custom.yaml': config(right),
  'mistake.yaml': config(right.replace('Gauge', 'Guage')),
  'two.yaml': `${config(right)}${entry('Bar', right)}`,
  'not.yaml': 'a: [',
  'settings.yaml': 'resources: [podz]\n',
  'unknown.yaml': 'resource: [pods]\n',
  'nobody.yaml': 'http_server_config: {http2: false}\n',
  'web.yaml': 'tls_server_config: {cert_file: none.pem, key_file: none.pem}\n',
};

/** What a start refuses, `@` being the folder of the files. */
const wrong: readonly string[] = [
  '--resources=podz',
  '--metric-allowlist=a --metric-denylist=b',
  '--metric-denylist=.',
  '--profile=mixin --metric-allowlist=kube_pod_info',
  '--profile=minimal --metric-denylist=kube_pod_info',
  '--profile=minimal --resources=configmaps',
  '--sparse-statesets=kube_pod_status_phse',
  '--sparse-statesets=kube_pod_info',
  '--metric-denylist=(',
  '--metric-labels-allowlist=podz=[app]',
  '--metric-labels-allowlist=pods',
  '--namespaces=a --namespaces-denylist=a',
  '--node=a',
  '--resources=pods --node=a --custom-resource-pack=flux',
  '--resources=pods --track-unscheduled-pods --custom-resource-state-config-file=@/custom.yaml',
  '--object-selector=team=a',
  '--object-selector=podz:team=a',
  '--object-selector=pods:team=a,,',
  '--namespace-selector=team=a=b',
  '--shard=2 --total-shards=2',
  '--pod=a',
  '--pod-namespace=a',
  '--leader-elect',
  '--leader-elect --pod=a --pod-namespace=b --leader-elect-resource-name=A',
  '--leader-elect --pod=a --pod-namespace=b --leader-elect-lease-duration=1s',
  '--consistency-check-interval=1s',
  '--enable-profiling',
  '--enable-profiling --tls-config=@/nobody.yaml',
  '--custom-resource-state-only',
  '--custom-resource-pack=fluxx',
  '--custom-resource-state-config-file=@/none.yaml',
  '--custom-resource-state-config-file=@/not.yaml',
  '--config=@/none.yaml',
  '--config=@/not.yaml',
  '--config=@/settings.yaml',
  '--tls-config=@/web.yaml',
  '--kubeconfig=@/none.yaml',
  '--apiserver=://',
];

const customFile = '--custom-resource-state-config-file';

/** What a start only logs, and what the note says of it. */
const noted: Readonly<Record<string, RegExp>> = {
  '--metric-denylist=kube_nothing': /^--metric-denylist: the expression kube_nothing matches no/,
  [`--sparse-statesets=kube_foo_phase ${customFile}=@/custom.yaml`]:
    /^--sparse-statesets: the expression kube_foo_phase matches no/,
  '--config=@/unknown.yaml': /unknown\.yaml:1.*did you mean resources\?/,
  '--config=@/none.yaml --continue-without-config': /^--config: expected a readable file/,
  [`${customFile}=@/mistake.yaml`]: /mistake\.yaml:6:.*did you mean Gauge\?/,
  [`${customFile}=@/not.yaml --continue-without-custom-resource-state-config-file`]: /not\.yaml/,
};

describe('A check of a start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-check-'));
  before(() => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  });
  after(() => rmSync(folder, { recursive: true }));

  const argsOf = (text: string): string[] => {
    const args = text === '' ? [] : text.replaceAll('@', folder).split(' ');
    return /--(apiserver|kubeconfig)/.test(text)
      ? args
      : [...args, '--apiserver=http://127.0.0.1:9'];
  };
  const checked = (text: string, env = {}) =>
    checkStart(
      parseCommandLine(flags, argsOf(text)).values,
      contextOf({ log: recordingLog(), env }),
    );

  for (const text of wrong) {
    it(`refuses ${text} as the start does`, async () => {
      const starting = await rejectionOf(start(argsOf(text)).then((running) => running.stop()));
      const { message } = expectRefusal(starting, {});
      expect(expectRefusal(await rejectionOf(checked(text)), {}).message).to.equal(message);
    });
  }

  for (const [text, note] of Object.entries(noted)) {
    it(`passes ${text} with a note`, async () => {
      const { notes } = await checked(text);
      expect(notes).to.have.length(1);
      expect(notes[0]).to.match(note);
    });
  }

  it('refuses one port for two', async () => {
    expectRefusal(await rejectionOf(checked('--port=8081')), {
      flag: ['--port', '--telemetry-port'],
      got: '8081 for both',
    });
    expect(await checked('--port=0 --telemetry-port=0')).to.include({ customEntries: 0 });
  });

  it('says what would be served', async () => {
    const { resources, customEntries, notes } = await checked(
      '--resources=pods,nodes --custom-resource-state-config-file=@/custom.yaml',
    );
    expect(resources).to.have.members(['pods', 'nodes']);
    expect([customEntries, notes]).to.deep.equal([1, []]);
  });

  it('takes a pod of a StatefulSet, or a candidate, by its name alone', async () => {
    expect((await checked('--pod=a-0 --pod-namespace=b')).notes).to.deep.equal([]);
    const env = { POD_NAME: 'a', POD_NAMESPACE: 'b' };
    expect((await checked('--leader-elect', env)).notes).to.deep.equal([]);
  });

  async function printedOf(text: string): Promise<string> {
    const printed: string[] = [];
    const context = {
      ...contextOf({ log: undefined as never }),
      print: (text: string) => printed.push(text),
    } as unknown as ProcessContext;
    expect(await check.run(context, parseCommandLine(check.flags, argsOf(text)))).to.equal(0);
    return printed.join('');
  }

  it('is a command that prints it, notes first, and ends with 0', async () => {
    expect(await printedOf('--resources=pods --metric-denylist=kube_nothing')).to.equal(
      'note: --metric-denylist: the expression kube_nothing matches no family.\n' +
        'The flags are right. Resources: pods.\n',
    );
  });

  it('prints how many entries custom resources have', async () => {
    expect(await printedOf(`--resources=pods ${customFile}=@/custom.yaml`)).to.equal(
      'The flags are right. Resources: pods; custom resources: 1 entry.\n',
    );
    expect(await printedOf(`--resources=pods ${customFile}=@/two.yaml`)).to.equal(
      'The flags are right. Resources: pods; custom resources: 2 entries.\n',
    );
  });
});

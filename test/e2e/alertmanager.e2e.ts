// From a crash loop in the demo to a notification: real rules, Prometheus, Alertmanager, a webhook.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { ruleGroups } from '../../monitoring/rules/index.ts';
import { inhibitions } from '../../monitoring/rules/inhibition.ts';
import { annotationsOf } from '../../tools/generate/alerts.ts';
import { inhibitRule } from '../../tools/generate/alertsPage.ts';
import { Prometheus } from '../../tools/prometheus/start.ts';
import { until } from '../../tools/until.ts';
import { startDemo } from './demo.ts';
import { hastenedRulesIn, writeHastenedRules } from './hastenedRules.ts';
import { Program } from './program.ts';
import { JOBS } from './target.ts';
import { alertmanager } from './tools.ts';

const EVALUATED_TIMEOUT_MS = 30_000;
/** Templates are read from where Debian's package would be installed; only it sees them there. */
const TEMPLATES = '/usr/share/prometheus';
const WITH_TEMPLATES = `mkdir -p ${TEMPLATES} && mount --bind "$0" ${TEMPLATES} && exec "$@"`;

const NOTIFIED_TIMEOUT_MS = 40_000;
const [WEBHOOK_PORT, ALERTMANAGER] = [9_099, '127.0.0.1:9093'];

interface Notified {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface RuleState {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

describe('an alert', () => {
  const notified: Notified[] = [];
  let demo: Program;
  let receiver: Program;
  let prometheus: Prometheus;
  let folder: string;
  let webhook: Server;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-alerts-'));
    webhook = await listenForNotifications(notified);
    demo = await startDemo('--speed=60');
    receiver = new Program('unshare', alertmanagerArgs(folder));
    await receiver.answers(`http://${ALERTMANAGER}/-/ready`);
    prometheus = await Prometheus.start(prometheusConfig(folder));
    // It first scrapes after some 5 s, which the shortened `for` of "missing" does not outlast.
    await prometheus.queried('up == 1', JOBS.length);
    writeHastenedRules(folder);
    await prometheus.reload();
  });

  after(async () => {
    for (const one of [prometheus, receiver, demo]) await one?.stop();
    await new Promise((resolve) => webhook.close(resolve));
    rmSync(folder, { recursive: true });
  });

  it('on a crash loop comes to the webhook, and says what to do', async () => {
    const told = await until(
      'a notification of the crash loop',
      async () => notified.find(({ labels }) => labels.alertname === 'KubePodCrashLooping'),
      NOTIFIED_TIMEOUT_MS,
    );
    const { pod = '', ...rest } = told.labels;
    expect(told.status).to.equal('firing');
    expect(pod).to.match(/^ads-\w+-\w+$/);
    expect(rest).to.deep.equal({
      alertname: 'KubePodCrashLooping',
      severity: 'warning',
      namespace: 'shop',
      container: 'ads',
      cluster: 'demo',
    });
    const alert = ruleGroups
      .flatMap(({ alerts }) => alerts)
      .find((each) => each.alert === 'KubePodCrashLooping');
    expect(told.annotations).to.deep.equal(
      alert && annotationsOf(alert, (placeholder) => told.labels[placeholder] ?? ''),
    );
    expect(told.annotations.description).to.include(
      `kubectl logs --namespace shop ${pod} --container ads --previous`,
    );
  });

  it('is one of those whose rules all can be evaluated', async () => {
    const evaluated = () => evaluatedRules(prometheus);
    const states = await until('all rules evaluated', evaluated, EVALUATED_TIMEOUT_MS);
    expect(states).to.have.length.above(50);
    expect(states.filter(({ health }) => health !== 'ok')).to.deep.equal([]);
  });

  it('on kubestate itself does not come while all is well with it', async () => {
    const names = await until(
      'a notification of the pod that finds no node',
      async () => {
        const all = notified.map(({ labels }) => labels.alertname ?? '');
        return all.includes('KubePodUnschedulable') ? all : undefined;
      },
      NOTIFIED_TIMEOUT_MS,
    );
    expect(names.filter((name) => name.startsWith('KubeStateMetrics'))).to.deep.equal([]);
  });
});

/** Takes what Alertmanager posts; each notification has some alerts. */
async function listenForNotifications(notified: Notified[]): Promise<Server> {
  const server = createServer((request, response) => {
    json(request).then(
      (body) => {
        notified.push(...(body as { alerts: Notified[] }).alerts);
        response.end();
      },
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(WEBHOOK_PORT, '127.0.0.1', resolve);
  });
  return server;
}

function alertmanagerArgs(folder: string): string[] {
  const config = join(folder, 'alertmanager.yml');
  writeFileSync(
    config,
    `
route: { receiver: webhook, group_by: [alertname], group_wait: 1s, group_interval: 1s }
receivers:
  - name: webhook
    webhook_configs: [{ url: 'http://127.0.0.1:${WEBHOOK_PORT}/' }]
${stringify({ inhibit_rules: inhibitions.map(inhibitRule) })}
`,
  );
  return [
    '--mount',
    'sh',
    '-c',
    WITH_TEMPLATES,
    join(alertmanager, TEMPLATES),
    join(alertmanager, 'usr/bin/prometheus-alertmanager'),
    `--config.file=${config}`,
    `--storage.path=${join(folder, 'alertmanager')}`,
    `--web.listen-address=${ALERTMANAGER}`,
    '--cluster.listen-address=',
  ];
}

function prometheusConfig(folder: string): object {
  return {
    global: {
      scrape_interval: '1s',
      evaluation_interval: '1s',
      external_labels: { cluster: 'demo' },
    },
    rule_files: [hastenedRulesIn(folder)],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [ALERTMANAGER] }] }] },
    scrape_configs: JOBS,
  };
}

/** The state of every rule, or undefined while there is one that was not evaluated yet. */
async function evaluatedRules(prometheus: Prometheus): Promise<RuleState[] | undefined> {
  const { groups } = await prometheus.ask<{ groups: { rules: RuleState[] }[] }>('rules');
  const states = groups.flatMap((group) => group.rules);
  return states.some(({ health }) => health === 'unknown') ? undefined : states;
}

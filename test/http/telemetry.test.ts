// The port about ourselves: readiness line by line, self-metrics, and the page for people.
import { expect } from 'chai';
import type { ResourceStatus } from '../../src/http/readiness.ts';
import type { Listening } from '../../src/http/server.ts';
import { telemetryApp } from '../../src/http/telemetry.ts';
import type { LeaderStatus } from '../../src/leader/status.ts';
import { ask, serve } from './harness.ts';
import { reportOf } from './pages/reportOf.ts';

const status = (
  resource: string,
  detail: string,
  state: Partial<ResourceStatus> = {},
): ResourceStatus => ({ resource, synced: false, refused: false, detail, ...state });

describe('the telemetry port', () => {
  const opened: Listening[] = [];
  const open = async (
    statuses: readonly ResourceStatus[],
    standing?: LeaderStatus,
  ): Promise<number> => {
    const app = telemetryApp({
      selfMetrics: { contentType: 'text/plain; version=0.0.4', text: async () => 'up_to 1\n' },
      readiness: () => statuses,
      leadership: () => standing,
      status: async () => reportOf(),
      metricsPort: 8080,
    });
    const listening = await serve(app);
    opened.push(listening);
    return listening.port;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((listening) => listening.close(0)));
  });

  it('is not ready before every resource has its first list, and names those without', async () => {
    const port = await open([
      status('nodes', 'watching', { synced: true }),
      status('secrets', 'forbidden:\n  not for you', { refused: true }),
      status('deployments', 'listing'),
    ]);
    const answer = await ask(port, '/readyz');
    expect(answer.status).to.equal(503);
    expect(answer.headers['content-type']).to.equal('text/plain; charset=utf-8');
    expect(answer.body.toString()).to.equal(
      'Not ready: 1 of 3 resources had no complete list yet.\n' +
        'nodes        synced   watching\n' +
        'secrets      refused  forbidden: not for you\n' +
        'deployments  waiting  listing\n',
    );
  });

  it('is ready without kinds that are not installed, and those that came later', async () => {
    const later = { optional: 'joining' } as const;
    const statuses = [
      status('nodes', 'watching', { synced: true }),
      status('orders.v1.a', 'Order is not installed', { optional: 'absent' }),
      status('trucks.v1.a', 'listing', later),
      status('boats.v1.a', 'watching', { ...later, synced: true }),
      status('bikes.v1.a', 'forbidden', { ...later, refused: true }),
    ];
    const answer = await ask(await open(statuses), '/readyz');
    expect(answer.status).to.equal(200);
    expect(answer.body.toString()).to.equal(
      'Ready: 2 of 5 resources synced, 1 refused by the API server, 1 not installed, ' +
        '1 installed just now.\n' +
        'nodes        synced   watching\n' +
        'orders.v1.a  absent   Order is not installed\n' +
        'trucks.v1.a  joining  listing\n' +
        'boats.v1.a   synced   watching\n' +
        'bikes.v1.a   refused  forbidden\n',
    );
    const page = (await ask(await open(statuses.slice(0, 3)), '/')).body.toString();
    expect(page).to.include('class="status good"').and.include('class="state joining"');
  });

  it('is not ready while its role in an election is unknown, and says why', async () => {
    const nodes = status('nodes', 'watching', { synced: true });
    const sentence = 'No label\nyet.';
    const standing = { serves: false, keepsConnections: false, ready: false, sentence };
    const answer = await ask(await open([nodes], standing), '/readyz');
    expect(answer.status).to.equal(503);
    expect(answer.body.toString()).to.equal(
      'Not ready. Leader election: No label yet.\nnodes  synced   watching\n',
    );
    const ready = await ask(await open([nodes], { ...standing, ready: true }), '/readyz');
    expect(ready.status).to.equal(200);
    expect(ready.body.toString()).to.equal(
      'Ready: 1 resource synced.\nLeader election: No label yet.\nnodes  synced   watching\n',
    );
  });

  it('is ready once each resource is synced, or finally refused', async () => {
    const refused = await ask(
      await open([
        status('nodes', 'forbidden: since then', { synced: true, refused: true }),
        status('secrets', 'forbidden: x', { refused: true }),
      ]),
      '/readyz',
    );
    expect(refused.status).to.equal(200);
    expect(refused.body.toString()).to.equal(
      'Ready: 1 of 2 resources synced, 1 refused by the API server.\n' +
        'nodes    synced   forbidden: since then\n' +
        'secrets  refused  forbidden: x\n',
    );
    const synced = await ask(await open([status('pods', '', { synced: true })]), '/readyz');
    expect(synced.body.toString()).to.equal('Ready: 1 resource synced.\npods  synced\n');
  });

  describe('of a stale state', () => {
    const minute = 60_000;
    const untilMs = Date.UTC(2026, 10, 28, 23, 32, 10);
    const why = 'the API server cannot be reached (ECONNREFUSED)';
    const behind = (resource: string, ageMs: number): ResourceStatus =>
      status(resource, 'retrying: gone', { synced: true, behind: { untilMs, ageMs, why } });
    const fresh = ['a', 'b'].map((name) => status(name, 'watching', { synced: true }));
    const follower = { serves: false, keepsConnections: false, ready: true, sentence: 'X leads.' };

    const rows: [
      what: string,
      statuses: ResourceStatus[],
      lines: string[],
      standing?: LeaderStatus,
    ][] = [
      [
        'says of when everything is, and why',
        [behind('pods', 4.9 * minute), behind('nodes', 4 * minute)],
        [`Serving the state of 23:32:10, 4 min old: ${why}`],
      ],
      [
        'names the one resource',
        [behind('pods', 59_999), ...fresh],
        [`Serving the state of 23:32:10, 59 s old: ${why}; affected: pods`],
      ],
      [
        'counts some resources',
        [behind('pods', 3 * 60 * minute), behind('nodes', minute), ...fresh],
        [`Serving the state of 23:32:10, 3 h old: ${why}; affected: 2 of 4 resources`],
      ],
      [
        'has the date after a day',
        [behind('pods', 50 * 60 * minute), behind('nodes', minute)],
        [`Serving the state of 2026-11-28 23:32:10, 2 days old: ${why}`],
      ],
      ['waits for half a minute', [behind('pods', 29_999)], ['Ready: 1 resource synced.']],
      [
        'stands behind what is in the way of being ready',
        [behind('pods', minute), status('nodes', 'listing')],
        [
          'Not ready: 1 of 2 resources had no complete list yet.',
          `Serving the state of 23:32:10, 1 min old: ${why}; affected: pods`,
        ],
      ],
      [
        'says of a follower what it holds',
        [behind('pods', minute), behind('nodes', minute)],
        [`Holding the state of 23:32:10, 1 min old: ${why}`, 'Leader election: X leads.'],
        follower,
      ],
    ];
    for (const [what, statuses, lines, standing] of rows) {
      it(what, async () => {
        const port = await open(statuses, standing);
        const text = (await ask(port, '/readyz')).body.toString();
        expect(text.split('\n').slice(0, lines.length)).to.deep.equal(lines);
        const page = (await ask(port, '/')).body.toString();
        const banner = /<p class="status (\w+)">(.*?)<\/p>/.exec(page);
        expect(banner?.[2]).to.equal(lines[0]);
        expect(banner?.[1]).to.equal(lines[0]?.startsWith('Ready') ? 'good' : 'partial');
      });
    }
  });

  it('serves the self-metrics in their own format', async () => {
    const answer = await ask(await open([]), '/metrics', {
      headers: { accept: 'application/openmetrics-text;version=1.0.0' },
    });
    expect(answer.headers['content-type']).to.equal('text/plain; version=0.0.4');
    expect(answer.body.toString()).to.equal('up_to 1\n');
  });

  it('answers probes, and unknown paths with a sentence', async () => {
    const port = await open([status('pods', 'listing')]);
    expect((await ask(port, '/healthz')).body.toString()).to.equal('OK');
    expect((await ask(port, '/livez')).body.toString()).to.equal('OK');
    expect((await ask(port, '/nothing')).status).to.equal(404);
    expect((await ask(port, '/readyz', { method: 'DELETE' })).status).to.equal(405);
  });

  it('shows the state of each resource, and escapes what the server said', async () => {
    const port = await open([
      status('nodes', 'watching', { synced: true }),
      status('pods', 'forbidden: <script>alert("x")</script>', { refused: true }),
    ]);
    const answer = await ask(port, '/', { headers: { host: '[::1]:1' } });
    expect(answer.headers['content-type']).to.equal('text/html; charset=utf-8');
    expect(answer.body.toString())
      .to.include('<span class="state synced">synced</span>')
      .and.include('<span class="state refused">refused</span>')
      .and.include('&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62;')
      .and.include('href="http://[::1]:8080/metrics"')
      .and.not.include('<script>');
  });
});

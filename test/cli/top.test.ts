// kubestate top against a server of the explorer's answers, and against servers of other things.
import { expect } from 'chai';
import { top } from '../../src/cli/top.ts';
import type { Families, Namespaces, Status, Zeros } from '../../src/explorer/api.ts';
import { ConfigError, StartError } from '../../src/lib/errors.ts';
import { expectRefusal, rejectionOf } from '../support/refusal.ts';
import { type Answer, Answering, run } from './answering.ts';

const family = (
  name: string,
  series: number,
  stability: 'STABLE' | 'ALPHA' = 'STABLE',
): Families['families'][number] => ({
  name,
  resource: name.split('_')[1] ?? '',
  series,
  bytes: series * 120,
  type: 'gauge',
  stability,
  help: 'Says so.',
});

const families: Families = {
  snapshot: 7,
  families: [
    family('kube_pod_info', 5_000),
    family('kube_pod_labels', 2_000, 'ALPHA'),
    family('kube_pod_status_phase', 25_000),
    family('kube_node_info', 12),
    family('kube_node_deletion_timestamp_of_long_name', 0, 'ALPHA'),
  ],
};
const size = { objects: 5_012, series: 32_012, bytes: 3_841_440 };
const status: Status = {
  version: '1.2.3',
  startedAt: 1_700_000_000,
  now: 1_700_003_600,
  snapshot: 7,
  serves: true,
  freshness: { sentence: 'All 2 resources are synced.', good: true },
  headlines: [],
  stalenessSeconds: 0,
  telemetryPort: 8081,
  total: size,
  resources: [
    { resource: 'pods', state: 'synced', detail: '', families: 3, lastEventSeconds: 1, ...size },
    {
      resource: 'nodes',
      state: 'synced',
      detail: '',
      families: 2,
      lastEventSeconds: null,
      objects: 0,
      series: 0,
      bytes: 0,
    },
  ],
};
const namespaces: Namespaces = {
  snapshot: 7,
  more: { namespaces: 0, objects: 0, series: 0, bytes: 0 },
  namespaces: [
    { namespace: '', objects: 12, series: 12, bytes: 1_440, resources: [] },
    {
      namespace: 'shop',
      objects: 5_000,
      series: 32_000,
      bytes: 3_840_000,
      resources: [
        { resource: 'jobs', objects: 1, series: 1, bytes: 1 },
        { resource: 'pods', ...size },
      ],
    },
  ],
};
const zeros: Zeros = {
  snapshot: 7,
  families: [
    { name: 'kube_pod_info', series: 5_000, zeros: 0 },
    { name: 'kube_pod_status_phase', series: 25_000, zeros: 20_000 },
    { name: 'kube_node_info', series: 12, zeros: 12 },
    { name: 'kube_node_deletion_timestamp_of_long_name', series: 0, zeros: 0 },
  ],
};

const json = (value: object): Answer => ({ type: 'application/json', body: JSON.stringify(value) });
const explorer: Readonly<Record<string, Answer>> = {
  '/api/v1/status': json(status),
  '/api/v1/families': json(families),
  '/api/v1/namespaces?limit=10000': json(namespaces),
  '/api/v1/zeros': {
    type: 'application/x-ndjson',
    body: `{"progress":0.5}\n${JSON.stringify({ result: zeros })}\n`,
  },
};

const answering = new Answering();
const serve = (answerTo: (path: string) => Answer | undefined): Promise<string> =>
  answering.serve(({ path }) => answerTo(path));
const folderOf = answering.folder.bind(answering);

afterEach(() => answering.close());

const kubestate = (changed: Readonly<Record<string, Answer>> = {}): Promise<string> =>
  serve((path) => ({ ...explorer, ...changed })[path]);

async function topOf(args: readonly string[], columns?: number): Promise<string> {
  const { code, text } = await run(top, args, columns);
  expect(code).to.equal(0);
  return text;
}

const dashboard = (...expressions: string[]): string =>
  JSON.stringify({ title: 'D', panels: [{ targets: expressions.map((expr) => ({ expr })) }] });

describe('kubestate top', () => {
  it('lists families and namespaces by cost', async () => {
    const url = await kubestate();
    expect(await topOf([url])).to.equal(
      [
        `kubestate 1.2.3 at ${url}/: All 2 resources are synced.`,
        '32,012 series, 3.7 MiB, of 5,012 objects of 1 resource',
        '',
        'FAMILY                                     RESOURCE  SERIES    SHARE    BYTES  STABILITY',
        'kube_pod_status_phase                      pod       25,000   78.1 %  2.9 MiB  STABLE',
        'kube_pod_info                              pod        5,000   15.6 %  586 KiB  STABLE',
        'kube_pod_labels                            pod        2,000    6.2 %  234 KiB  ALPHA',
        'kube_node_info                             node          12  < 0.1 %  1.4 KiB  STABLE',
        'kube_node_deletion_timestamp_of_long_name  node           0      0 %      0 B  ALPHA',
        '',
        'NAMESPACE         OBJECTS  SERIES     SHARE    BYTES  MOST OF IT',
        'shop                5,000  32,000  > 99.9 %  3.7 MiB  pods',
        '(cluster-scoped)       12      12   < 0.1 %  1.4 KiB',
        '',
      ].join('\n'),
    );
  });

  it('limits rows and counts the others', async () => {
    const text = await topOf([await kubestate(), '--families', '--limit=2']);
    expect(text).to.include('kube_pod_info').and.not.include('kube_pod_labels');
    expect(text).not.to.include('NAMESPACE');
    expect(text.trimEnd().split('\n').at(-1)).to.equal('and 3 more families with 2,012 series');
  });

  it('sorts by bytes and by name', async () => {
    const url = await kubestate({
      '/api/v1/families': json({
        snapshot: 1,
        families: [
          { ...family('b_x', 3), bytes: 1 },
          { ...family('a_x', 1), bytes: 2 },
          { ...family('c_x', 2), bytes: 3 },
        ],
      }),
    });
    const order = async (sort: string): Promise<string> => {
      const text = await topOf([url, '--families', `--sort=${sort}`]);
      return [...text.matchAll(/^(\w)_x/gm)].map(([, name]) => name).join('');
    };
    expect(await order('series')).to.equal('bca');
    expect(await order('bytes')).to.equal('cab');
    expect(await order('name')).to.equal('abc');
  });

  it('fits into a terminal of any width down to 40 columns', async () => {
    const url = await kubestate();
    for (const columns of [40, 60, 80, 100, 120]) {
      const tables = (await topOf([url, '--price=8'], columns)).split('\n').slice(3);
      expect(Math.max(...tables.map((line) => line.length)), tables.join('\n')).to.be.at.most(
        columns,
      );
      expect(tables.join('\n')).to.include('SERIES').and.to.include('COST');
    }
    expect(await topOf([url], 80))
      .to.include('kube_node_deletion_timestamp')
      .and.to.include('…');
  });

  it('shows what it costs', async () => {
    const text = await topOf([await kubestate(), '--price=8']);
    expect(text).to.include('cost 256.10').and.to.include('200.00');
  });

  it('prints JSON', async () => {
    const text = await topOf([await kubestate(), '--json', '--namespaces']);
    expect(JSON.parse(text)).to.deep.equal({ status, namespaces });
  });

  it('takes the URL as people write it', async () => {
    const url = await kubestate();
    for (const written of [url.replace('http://', ''), `${url}/`, `${url}/metrics`]) {
      expect(await topOf([written])).to.include(`at ${url}/:`);
    }
    const below = await serve((path) => explorer[path.replace('/a/proxy', '')]);
    expect(await topOf([`${below}/a/proxy`])).to.include(`at ${below}/a/proxy/:`);
  });
});

describe('kubestate top of a state that is not complete, or not served', () => {
  const waiting = 'Not ready: 1 of 2 resources had no complete list yet.';
  const follows = 'This replica follows: ksm-b leads.';
  const changed = {
    '/api/v1/status': json({
      ...status,
      freshness: { sentence: waiting, good: false },
      headlines: [
        { sentence: follows, good: false },
        { sentence: 'All else is well.', good: true },
      ],
    }),
  };

  it('says so above the lists', async () => {
    const [first = '', second, third] = (await topOf([await kubestate(changed)])).split('\n');
    expect(first).to.include(`: ${waiting}`);
    expect(second).to.equal(follows);
    expect(third).to.match(/^32,012 series/);
  });

  it('says so above a cut, whose sizes are of that state', async () => {
    const text = await topOf([await kubestate(changed), '--cut', '--drop=kube_pod_info']);
    expect(text.split('\n').slice(0, 2)).to.deep.equal([`# ${waiting}`, `# ${follows}`]);
    expect(text).to.match(/\n--metric-denylist='\^kube_pod_info\$'\n$/);
  });
});

describe('kubestate top --cut', () => {
  it('prints flags that keep what files use', async () => {
    const folder = folderOf({
      'a.json': dashboard('kube_pod_info', 'ns:recorded:sum + kube_node_info'),
      'b.yaml': 'groups:\n- rules:\n  - {record: "ns:other:sum", expr: kube_pod_info}\n',
      'readme.md': 'no dashboard',
    });
    const text = await topOf([await kubestate(), '--cut', `--used-by=${folder}`, '--price=8']);
    expect(text).to.equal(
      [
        '# keeps 2 of 5 families, and 5,012 of 32,012 series (15.7 %), 587 KiB of 3.7 MiB',
        '# costs 40.10 instead of 256.10',
        '# the files read series of recording rules that are in none of them: ns:recorded:sum',
        '# it replaces a list that you have, and does not serve families that come later',
        "--metric-allowlist='^kube_(?:node_info|pod_info)$'",
        '',
      ].join('\n'),
    );
  });

  it('drops families by name, stability and value', async () => {
    const url = await kubestate();
    const dropping = async (what: string): Promise<string> =>
      (await topOf([url, '--cut', `--drop=${what}`])).split('\n').at(-2) ?? '';
    expect(await dropping('kube_pod_info')).to.equal("--metric-denylist='^kube_pod_info$'");
    expect(await dropping('zero')).to.equal("--metric-denylist='^kube_node_info$'");
    expect(await dropping('alpha,zero')).to.equal(
      "--metric-allowlist='^kube_pod_(?:info|status_phase)$'",
    );
  });

  it('prints values of the chart, or a rule of Prometheus', async () => {
    const url = await kubestate();
    const as = (form: string) => topOf([url, '--cut', '--drop=kube_pod_info', `--as=${form}`]);
    expect(await as('values')).to.match(/\nmetricDenylist:\n {2}- '\^kube_pod_info\$'\n$/);
    expect(await as('relabel')).to.include("    regex: 'kube_pod_info'\n    action: drop\n");
  });

  it('says which expression of a dashboard is not closed', async () => {
    const folder = folderOf({ 'a.json': dashboard('sum(kube_pod_info') });
    const text = await topOf([await kubestate(), '--cut', `--used-by=${folder}`]);
    expect(text).to.include(
      '\n# the dashboard "D" may read more: this is not closed: sum(kube_pod_info\n',
    );
  });

  it('says when everything is used', async () => {
    const folder = folderOf({ 'a.json': dashboard('count({job="x"})') });
    const text = await topOf([await kubestate(), '--cut', `--used-by=${folder}/a.json`]);
    expect(text).to.equal(
      '# all 5 families are kept\n' + '# the dashboard "D" reads every family: count({job="x"})\n',
    );
  });

  const refused: [
    title: string,
    args: () => string[],
    facts: Parameters<typeof expectRefusal>[1],
  ][] = [
    ['nothing to cut', () => ['--cut'], { flag: '--cut', got: 'neither' }],
    [
      'files without a cut',
      () => ['--used-by=x'],
      { flag: '--used-by', expected: '--cut beside it' },
    ],
    ['lists beside a cut', () => ['--cut', '--drop=alpha', '--json'], { flag: '--json' }],
    [
      'an unknown family',
      () => ['--cut', '--drop=kube_pod_inf'],
      { flag: '--drop', hint: 'did you mean kube_pod_info?' },
    ],
    [
      'dashboards of others',
      () => ['--cut', `--used-by=${folderOf({ 'a.json': dashboard('node_load1') })}`],
      { flag: '--used-by', got: '1 that read none' },
    ],
    ['no file', () => ['--cut', '--used-by=/no/such'], { place: '/no/such', got: /ENOENT/ }],
    [
      'a broken dashboard',
      () => ['--cut', `--used-by=${folderOf({ 'a.json': '{"panels": [' })}`],
      { place: /a\.json:1:13$/, expected: 'a value' },
    ],
    [
      'a rule that is no PromQL',
      () => {
        const rules = 'groups:\n- name: g\n  rules:\n  - {alert: A, expr: "sum(("}\n';
        return ['--cut', `--used-by=${folderOf({ 'a.yaml': rules })}`];
      },
      { place: /a\.yaml:4:22: alert A in group g$/, expected: '")"', got: 'the end of "sum(("' },
    ],
  ];
  for (const [title, args, facts] of refused) {
    it(`refuses ${title}`, async () => {
      const url = await kubestate();
      expectRefusal(await rejectionOf(topOf([url, ...args()])), facts, ConfigError);
    });
  }
});

describe('kubestate top against something else', () => {
  const expected = 'a kubestate that serves its explorer';
  const explorerHint = 'it is at port 8080, unless --explorer=false';
  const rows: [
    title: string,
    url: () => Promise<string>,
    facts: Parameters<typeof expectRefusal>[1],
  ][] = [
    [
      'kube-state-metrics, whose landing page is everywhere',
      () => serve(() => ({ type: 'text/html', body: '<html>' })),
      { place: /api\/v1\/status$/, expected, got: 'a page of HTML', hint: explorerHint },
    ],
    [
      'a server without it',
      () => serve(() => undefined),
      { expected, got: 'status 404', hint: explorerHint },
    ],
    [
      'a closed port',
      () => Promise.resolve('http://127.0.0.1:9'),
      { expected, got: /ECONNREFUSED/ },
    ],
    ['plain text', () => serve(() => ({ body: 'ok' })), { expected, got: '"text/plain"' }],
    [
      'other JSON',
      () => serve(() => json({ status: 'success' })),
      { expected, got: 'JSON of another kind' },
    ],
    [
      'null',
      () => serve(() => ({ type: 'application/json', body: 'null' })),
      { got: 'JSON of another kind' },
    ],
    [
      'broken JSON',
      () => serve(() => ({ type: 'application/json', body: '{' })),
      { expected, got: /JSON/ },
    ],
    [
      'a login',
      () => serve(() => ({ status: 401, body: '' })),
      { got: 'status 401', hint: /--token-file/ },
    ],
    [
      'a state before the sync',
      () =>
        kubestate({
          '/api/v1/families': {
            ...json({ error: 'expected a synced state, got none yet.' }),
            status: 503,
          },
        }),
      { place: /families$/, got: /^status 503: expected a synced state, got none yet/ },
    ],
  ];
  for (const [title, url, facts] of rows) {
    it(`says one sentence about ${title}`, async () => {
      expectRefusal(await rejectionOf(topOf([await url()])), facts, StartError);
    });
  }

  it('refuses what is no URL', async () => {
    expectRefusal(await rejectionOf(topOf(['ftp://x'])), { expected: /^a URL/ }, ConfigError);
    expectRefusal(await rejectionOf(topOf(['a b'])), { expected: /^a URL/ }, ConfigError);
  });
});

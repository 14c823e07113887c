// kubestate diff over real HTTP: with mutated copies, and of exporters that change or fail.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { compare } from '../../src/cli/diff/comparison.ts';
import { openSource } from '../../src/cli/diff/source.ts';
import { diff, diffFlags } from '../../src/cli/diff.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import { expectRefusal, rejectionOf } from '../support/refusal.ts';
import { Answering, printing, run } from './answering.ts';

const recorded = (path: string): string =>
  readFileSync(new URL(path, new URL('../conformance/', import.meta.url)), 'utf8');

const answering = new Answering();
const { serve, fileOf } = {
  serve: answering.serve.bind(answering),
  fileOf: answering.file.bind(answering),
};
const diffOf = (...args: string[]) => run(diff, args);

afterEach(() => answering.close());

describe('kubestate diff with a mutated copy', () => {
  const original = recorded('expected/default.prom');
  const line = 'kube_configmap_info{namespace="default",configmap="configmap-3"} 1\n';
  const changed = (from: string | RegExp, to: string): string => {
    const text = original.replace(from, to);
    expect(text, 'a mutation').not.to.equal(original);
    return text;
  };

  const same: [title: string, text: () => string | Buffer][] = [
    ['itself', () => original],
    ['itself, compressed', () => gzipSync(original)],
    ['lines in another order', () => shuffled(original)],
    [
      'labels in another order',
      () => changed(line, 'kube_configmap_info{configmap="configmap-3",namespace="default"} 1\n'),
    ],
    ['a label without a value', () => changed(line, line.replace('}', ',x=""}'))],
    ['numbers written otherwise', () => original.replace(/ 1$/gm, ' 1.0e+00')],
    ['other HELP texts', () => original.replace(/^(# HELP \S+).*$/gm, '$1 Says so.')],
    ['a family without series', () => `${original}# HELP x y\n# TYPE x gauge\n`],
    ['OpenMetrics', () => `${original}# EOF\n`],
    ['a series twice', () => changed(line, line + line)],
  ];
  for (const [title, text] of same) {
    it(`finds ${title} the same`, async () => {
      const { code, text: told } = await diffOf(
        fileOf(original),
        await serve(() => ({ body: text() })),
      );
      expect(told).to.match(/The same\.\n$/);
      expect(code).to.equal(0);
    });
  }

  const different: [title: string, text: () => string, told: string[]][] = [
    [
      'a series less',
      () => changed(line, ''),
      [
        'kube_configmap_info: series: 1 only in A',
        `  - ${line.trim()}`,
        '1 family differs, in 1 series.',
      ],
    ],
    [
      'a series more',
      () => changed(line, `${line}kube_configmap_info{namespace="x"} 1\n`),
      ['kube_configmap_info: series: 1 only in B', '  + kube_configmap_info{namespace="x"} 1'],
    ],
    [
      'another value',
      () => changed(line, line.replace(' 1', ' 2')),
      ['kube_configmap_info: series: 1 of another value', `  ~ ${line.trim()} in A, 2 in B`],
    ],
    [
      'another label',
      () => original.replaceAll('kube_configmap_info{namespace=', 'kube_configmap_info{ns='),
      ['labels only in A: namespace', 'labels only in B: ns'],
    ],
    [
      'another type',
      () => changed('# TYPE kube_configmap_info gauge', '# TYPE kube_configmap_info counter'),
      ['kube_configmap_info: type gauge in A, counter in B', '1 family differs, in 0 series.'],
    ],
    [
      'a family less',
      () => original.replace(/^.*kube_configmap_info\b.*\n/gm, ''),
      ['kube_configmap_info: only in A, with '],
    ],
    [
      'a family more',
      () => `${original}# HELP x y\n# TYPE x gauge\nx 1\nx{a="b"} 1\n`,
      ['x: only in B, with 2 series'],
    ],
  ];
  for (const [title, text, told] of different) {
    it(`finds ${title}`, async () => {
      const { code, text: report } = await diffOf(await serve(original), await serve(text()));
      for (const part of told) expect(report).to.include(part);
      expect(report.trim()).to.match(/differs?, in [\d,]+ series\.$/);
      expect(code).to.equal(1);
      const swapped = await diffOf(fileOf(text()), fileOf(original));
      expect(swapped.code).to.equal(1);
    });
  }

  it('compares HELP texts when it is told to', async () => {
    const other = fileOf(
      changed(/^# HELP kube_configmap_info.*$/m, '# HELP kube_configmap_info Else.'),
    );
    expect((await diffOf(fileOf(original), other)).code).to.equal(0);
    const { code, text } = await diffOf(fileOf(original), other, '--help-texts');
    expect(text).to.include('kube_configmap_info: HELP\n');
    expect(text).to.include('  + Else.\n');
    expect(code).to.equal(1);
  });

  it('passes over families that --ignore names', async () => {
    const other = fileOf(changed(line, ''));
    const ignoring = (pattern: string) => diffOf(fileOf(original), other, `--ignore=${pattern}`);
    expect((await ignoring('kube_configmap_info')).code).to.equal(0);
    expect((await ignoring('a|kube_conf.*_info')).code).to.equal(0);
    expect((await ignoring('kube_configmap')).code).to.equal(1);
    expectRefusal(await rejectionOf(ignoring('(')), { flag: '--ignore' });
  });

  it('lets values differ by --tolerance', async () => {
    const [a, b] = [fileOf('t 1700000000\n'), fileOf('t 1700000003\n')];
    expect((await diffOf(a, b)).code).to.equal(1);
    expect((await diffOf(a, b, '--tolerance=2.5')).code).to.equal(1);
    expect((await diffOf(a, b, '--tolerance=3')).code).to.equal(0);
  });

  it('prints so many series as --series says, and counts the others', async () => {
    const series = Array.from({ length: 1_234 }, (_, i) => `a{i="${i}"} 1\n`).join('');
    const { text } = await diffOf(fileOf(`a 1\n${series}`), fileOf('a 1\n'), '--series=2');
    expect(text.match(/^ {2}- /gm)).to.have.length(2);
    expect(text).to.include('  and 1,232 more\n').and.to.include('in 1,234 series.');
  });

  it('prints JSON', async () => {
    const { text } = await diffOf(fileOf('a 1\nb 1\n'), fileOf('a 2\n'), '--json');
    const { differences } = JSON.parse(text) as { differences: Record<string, unknown>[] };
    expect(differences.map(({ family, missingIn }) => [family, missingIn])).to.deep.equal([
      ['a', undefined],
      ['b', 'b'],
    ]);
  });

  it('does not let a label steer the terminal', async () => {
    const { text } = await diffOf(fileOf('a{x="\u001b[2J"} 1\n'), fileOf('a 1\n'));
    expect(text).not.to.include('\u001b');
    expect(text).to.include('\\u001b[2J');
  });
});

function shuffled(text: string): string {
  const groups = text.split(/^(?=# HELP)/m);
  const lines = (group: string): string => {
    const all = group.trimEnd().split('\n');
    const heads = all.filter((line) => line.startsWith('#'));
    const samples = all.filter((line) => !line.startsWith('#')).reverse();
    // Of a series that comes twice, a scraper takes the first.
    return `${[...heads, ...samples].join('\n')}\n`;
  };
  const series: readonly string[] = text.match(/^[^#].*(?= )/gm) ?? [];
  const repeated = series.filter((one, i) => series.indexOf(one) !== i);
  return groups
    .reverse()
    .map((group) => (repeated.some((one) => group.includes(one)) ? group : lines(group)))
    .join('');
}

describe('kubestate diff of exporters that live', () => {
  it('counts only what differs again', async () => {
    const a = await serve('a 1\nb 1\nc{x="gone"} 1\n');
    const b = await serve(({ request }) =>
      request === 1 ? { body: 'a 2\nb 1\nd 1\n' } : { body: 'a 1\nb 1\nc{x="gone"} 1\n' },
    );
    const { code, text } = await diffOf(a, b);
    expect(text).to.match(/The same\.\n$/);
    expect(code).to.equal(0);
  });

  it('does not count what never rests, and says so', async () => {
    const a = await serve(({ request }) => ({ body: `t ${request * 10}\nrests 1\n` }));
    const b = await serve(({ request }) => ({ body: `t ${request * 10 + 1}\nrests 2\n` }));
    const { code, text } = await diffOf(a, b);
    expect(text).to.include('note: 1 series changed in each of 3 readings, and do not count');
    expect(text).to.include('rests: series: 1 of another value\n  ~ rests 1 in A, 2 in B\n');
    expect(code).to.equal(1);
  });

  it('does not count a series that moves from one to the other', async () => {
    const a = await serve(({ request }) => ({ body: request % 2 === 1 ? 'p 1\nx 1\n' : 'x 1\n' }));
    const b = await serve(({ request }) => ({ body: request % 2 === 0 ? 'p 1\nx 1\n' : 'x 1\n' }));
    const { code, text } = await diffOf(a, b);
    expect(text).to.include('note: 1 series changed');
    expect(code).to.equal(0);
  });

  it('asks as Prometheus asks, with the credentials that it is given', async () => {
    const seen: Record<string, unknown>[] = [];
    const url = await serve(({ headers }) => {
      seen.push(headers);
      return { body: 'a 1\n', gzip: true };
    });
    const token = fileOf('secret\n');
    const percent = url.replace('//', '//me:100%@');
    const withLogin = url.replace('//', '//me:pass%20word@');
    await diffOf(url, withLogin, `--token-file=${token}`, '--header=X-Team: a');
    await diffOf(percent, fileOf('a 1\n'), '--header=X-Team: a');
    const logins = seen.map(({ authorization }) => authorization).sort();
    const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`;
    expect(logins).to.have.members([basic('me:pass word'), basic('me:100%'), 'Bearer secret']);
    for (const headers of seen) {
      expect(headers.accept).to.include('application/openmetrics-text;version=1.0.0');
      expect(headers['accept-encoding']).to.equal('gzip');
      expect(headers['x-team']).to.equal('a');
    }
  });

  it('reads stdin as often as it has to', async () => {
    const stdin = () => Readable.from([Buffer.from('a 1\nb '), Buffer.from('1\n')]);
    const { context } = printing();
    const { values } = parseCommandLine(diffFlags, []);
    const a = openSource('-', { values, context, stdin });
    const b = openSource(fileOf('a 1\nb 2\n'), { values, context, stdin });
    const options = { ignores: () => false, tolerance: 0, examples: 3 };
    const { clock, stop } = context;
    const { families } = await compare(a, b, { ...options, clock, stop });
    expect(families.map(({ differing }) => differing.values)).to.deep.equal([0, 1]);
    expect(families[1]?.examples[0]).to.include({ series: 'b', a: 1, b: 2 });
  });

  it('knows types of OpenMetrics in text', async () => {
    const open = { type: 'application/openmetrics-text; version=1.0.0' };
    const samples = (info: string) =>
      `# TYPE ${info} info\ni_info{x="1"} 1\n# TYPE s stateset\ns{s="on"} 1\n`;
    const body = `${samples('i')}# TYPE c counter\nc_total 1\n# EOF\n`;
    const counter = '# TYPE c_total counter\nc_total 1\n';
    const text = samples('i_info').replaceAll(/(?<=TYPE.*)(?:info|stateset)$/gm, 'gauge') + counter;
    const { code, text: told } = await diffOf(
      await serve(() => ({ ...open, body })),
      await serve(text),
    );
    expect(told).to.match(/The same\.\n$/);
    expect(code).to.equal(0);
  });
});

describe('kubestate diff of what cannot be compared', () => {
  const expected = 'an exposition in the text format or OpenMetrics';
  const rows: [string, () => Promise<string>, Parameters<typeof expectRefusal>[1]][] = [
    [
      'no file',
      () => Promise.resolve('/no/such/file'),
      { place: '/no/such/file', expected, got: /ENOENT/ },
    ],
    ['a folder', () => Promise.resolve(tmpdir()), { place: tmpdir(), expected, got: /EISDIR/ }],
    [
      'a closed port',
      () => Promise.resolve('http://127.0.0.1:9'),
      { place: 'http://127.0.0.1:9/metrics', got: /ECONNREFUSED/, hint: /port-forward/ },
    ],
    ['no host', () => Promise.resolve('http://'), { expected: /^a URL/ }],
    [
      'a page',
      () => serve(() => ({ type: 'text/html', body: '<html>' })),
      { expected, got: 'a page of HTML' },
    ],
    [
      'JSON',
      () => serve(() => ({ body: '{"a":1}\n' })),
      { place: /metrics:1$/, expected: 'a label and its value' },
    ],
    [
      'a refusal',
      () => serve(() => ({ status: 403, body: '' })),
      { got: 'status 403', hint: /--token-file/ },
    ],
    ['an outage', () => serve(() => ({ status: 503, body: 'later' })), { got: 'status 503' }],
    [
      'half a body',
      () => serve('a 1\nb'),
      { place: /metrics:2$/, got: 'the end of the exposition' },
    ],
    [
      'OpenMetrics without an end',
      () => serve(() => ({ type: 'application/openmetrics-text', body: 'a 1\n' })),
      { expected: '# EOF at the end of OpenMetrics' },
    ],
    [
      'broken gzip',
      () => Promise.resolve(fileOf(gzipSync('a 1\n').subarray(0, 20))),
      { expected, got: /unexpected end/ },
    ],
  ];
  for (const [title, word, facts] of rows) {
    it(`says one sentence about ${title}, and ends with 2`, async () => {
      const path = await word();
      expectRefusal(await rejectionOf(diffOf(path, fileOf('a 1\n'))), facts);
      expectRefusal(await rejectionOf(diffOf(fileOf('a 1\n'), path)), facts);
    });
  }

  it('does not show a password', async () => {
    const url = 'http://me:secret@127.0.0.1:9/metrics';
    const error = await rejectionOf(diffOf(url, url));
    expect(String(error)).not.to.include('secret');
    for (const wrong of [
      'http://me:secret@',
      'http://me:p/secret@x:99999',
      'http://me:p@secret@x:',
    ]) {
      expect(String(await rejectionOf(diffOf(`${wrong}\0:x`, url)))).not.to.include('secret');
    }
  });

  it('breaks off where the connection does', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' });
      response.write('a 1\n');
      setTimeout(() => response.destroy(), 20);
    });
    const url = await answering.listen(server);
    expectRefusal(await rejectionOf(diffOf(url, fileOf('a 1\n'))), { expected });
  });

  it('reads stdin once', async () => {
    expectRefusal(await rejectionOf(diffOf('-', '-')), { expected: 'stdin once' });
  });
});

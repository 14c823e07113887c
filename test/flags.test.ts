// Command lines as pflag reads them, and the sentences for those it cannot.
import { expect } from 'chai';
import fc from 'fast-check';
import { ConfigError } from '../src/errors.ts';
import { duration, parseCommandLine } from '../src/flags.ts';
import { flags } from '../src/options.ts';

const parse = (...argv: string[]) => parseCommandLine(flags, argv);

describe('A command line', () => {
  const accepted: [name: string, argv: string[], flag: keyof typeof flags, value: unknown][] = [
    ['takes a value behind =', ['--port=9090'], 'port', 9090],
    ['takes a value behind a space', ['--port', '9090'], 'port', 9090],
    ['lets the last of a repeated scalar win', ['--port=1', '--port=2'], 'port', 2],
    ['takes a switch alone as true', ['--serve-before-sync'], 'serve-before-sync', true],
    [
      'takes a switch behind = as said',
      ['--enable-gzip-encoding=false'],
      'enable-gzip-encoding',
      false,
    ],
    ['knows the booleans of Go', ['--serve-before-sync=T'], 'serve-before-sync', true],
    [
      'adds up a repeated list',
      ['--resources=a,b', '--resources', 'c'],
      'resources',
      ['a', 'b', 'c'],
    ],
    ['trims items of spaces and newlines', ['--namespaces= a ,\n  b\n,'], 'namespaces', ['a', 'b']],
    [
      'lets the last label allow-list win',
      ['--metric-labels-allowlist=pods=[a]', '--metric-labels-allowlist=nodes=[b]'],
      'metric-labels-allowlist',
      'nodes=[b]',
    ],
    ['takes -v with a space', ['-v', '4'], 'v', 4],
    ['takes -v with =', ['-v=4'], 'v', 4],
    ['takes -v with nothing between', ['-v4'], 'v', 4],
    ['takes --v', ['--v=4'], 'v', 4],
    ['takes -h', ['-h'], 'help', true],
    [
      'takes flags of klog',
      ['--logtostderr=false', '--stderrthreshold', '2'],
      'stderrthreshold',
      '2',
    ],
    ['reads durations as Go does', ['--server-idle-timeout=1m30s'], 'server-idle-timeout', 90_000],
    ['gives defaults to what is not said', [], 'telemetry-port', 8081],
  ];
  for (const [name, argv, flag, value] of accepted) {
    it(name, () => expect(parse(...argv).values[flag]).to.deep.equal(value));
  }

  const refused: [name: string, argv: string[], sentence: string][] = [
    [
      'a port that is no number',
      ['--port=http'],
      '--port: expected a whole number from 0 to 65535, got "http".',
    ],
    [
      'a port out of range',
      ['--port=65536'],
      '--port: expected a whole number from 0 to 65535, got "65536".',
    ],
    [
      'a number with a fraction',
      ['--shard=1.5'],
      '--shard: expected a whole number from 0 to 1000000, got "1.5".',
    ],
    [
      'no shards',
      ['--total-shards=0'],
      '--total-shards: expected a whole number from 1 to 1000000, got "0".',
    ],
    [
      'a negative shard',
      ['--shard', '-1'],
      '--shard: expected a whole number from 0 to 1000000, got "-1".',
    ],
    [
      'an object limit below none',
      ['--object-limit=-1'],
      '--object-limit: expected a whole number from 0 to 100000000, got "-1".',
    ],
    [
      'an object limit that is no number',
      ['--object-limit', 'many'],
      '--object-limit: expected a whole number from 0 to 100000000, got "many".',
    ],
    [
      'unscheduled pods by a number of them',
      ['--track-unscheduled-pods=7'],
      '--track-unscheduled-pods: expected true or false, got "7".',
    ],
    [
      "the API server's memory by an amount",
      ['--use-apiserver-cache=10Mi'],
      '--use-apiserver-cache: expected true or false, got "10Mi".',
    ],
    ['nodes left out', ['--node'], '--node: expected items between commas behind it, got nothing.'],
    [
      'a switch that is neither',
      ['--serve-before-sync=maybe'],
      '--serve-before-sync: expected true or false, got "maybe".',
    ],
    [
      'a duration without unit',
      ['--server-read-timeout=5'],
      '--server-read-timeout: expected a duration such as 30s, 1m30s or 0, got "5".',
    ],
    ['a missing value', ['--kubeconfig'], '--kubeconfig: expected a text behind it, got nothing.'],
    [
      'an unknown flag',
      ['--resource=pods'],
      '--resource: there is no such flag; did you mean --resources?',
    ],
    [
      'an unknown flag that is like none',
      ['--colour'],
      '--colour: there is no such flag; see kubestate --help',
    ],
    ['an unknown short flag', ['-z'], '-z: there is no such flag; see kubestate --help'],
  ];
  for (const [name, argv, sentence] of refused) {
    it(`refuses ${name} in one sentence`, () => {
      expect(() => parse(...argv)).to.throw(ConfigError, sentence);
    });
  }

  it('hands on the words that are no flags', () => {
    expect(parse('--port', '1', 'demo', '--', '--x').words).to.deep.equal(['demo', '--x']);
  });

  it('names what was given, each flag once', () => {
    expect(parse('--port=1', '--port=2', '-v1').given).to.deep.equal(['port', 'v']);
  });
});

describe('A duration', () => {
  it('reads back what Go would print of it', () => {
    fc.assert(
      fc.property(fc.nat(99), fc.nat(59), fc.nat(59_999), (h, m, ms) => {
        const text = `${h}h${m}m${ms / 1000}s`;
        expect(duration.parse(text, 0)).to.be.closeTo(h * 3_600_000 + m * 60_000 + ms, 1e-6);
      }),
    );
  });
});

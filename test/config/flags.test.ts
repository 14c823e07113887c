// Command lines as pflag reads them, and what is refused.
import { setFlagsFromString } from 'node:v8';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  byteSize,
  duration,
  integer,
  type Kind,
  parseCommandLine,
  toggle,
} from '../../src/config/flags.ts';
import { flags } from '../../src/config/options.ts';
import { expectRefused, type Facts } from '../support/refusal.ts';

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
    [
      'takes each of a repeated selector whole',
      ['--object-selector=pods:a in (b,c)', '--object-selector', 'jobs:x,!y'],
      'object-selector',
      ['pods:a in (b,c)', 'jobs:x,!y'],
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
    ['reads sizes as Kubernetes does', ['--hot-text-limit=1.5Ki'], 'hot-text-limit', 1_536],
    ['reads sizes in bytes', ['--hot-text-limit=0'], 'hot-text-limit', 0],
    ['reads decimal sizes', ['--hot-text-limit=20M'], 'hot-text-limit', 20_000_000],
    ['gives defaults to what is not said', [], 'telemetry-port', 8081],
    ['takes what may stand alone as all', ['--sparse-statesets'], 'sparse-statesets', true],
    ['takes its list behind =', ['--sparse-statesets=a, b'], 'sparse-statesets', ['a', 'b']],
    [
      'adds to its list',
      ['--sparse-statesets=a', '--sparse-statesets=b'],
      'sparse-statesets',
      ['a', 'b'],
    ],
    ['takes it as said', ['--sparse-statesets=false'], 'sparse-statesets', false],
    ['takes nothing behind = as none', ['--sparse-statesets='], 'sparse-statesets', false],
  ];
  for (const [name, argv, flag, value] of accepted) {
    it(name, () => expect(parse(...argv).values[flag]).to.deep.equal(value));
  }

  const refused: [name: string, argv: string[], facts: Facts][] = [
    [
      'a port that is no number',
      ['--port=http'],
      { flag: '--port', expected: 'a whole number from 0 to 65535', got: '"http"' },
    ],
    [
      'a port out of range',
      ['--port=65536'],
      { flag: '--port', expected: 'a whole number from 0 to 65535', got: '"65536"' },
    ],
    [
      'a number with a fraction',
      ['--shard=1.5'],
      { flag: '--shard', expected: 'a whole number from 0 to 1000000', got: '"1.5"' },
    ],
    [
      'no shards',
      ['--total-shards=0'],
      { flag: '--total-shards', expected: 'a whole number from 1 to 1000000', got: '"0"' },
    ],
    [
      'a negative shard',
      ['--shard', '-1'],
      { flag: '--shard', expected: 'a whole number from 0 to 1000000', got: '"-1"' },
    ],
    [
      'an object limit below none',
      ['--object-limit=-1'],
      { flag: '--object-limit', expected: 'a whole number from 0 to 100000000', got: '"-1"' },
    ],
    [
      'an object limit that is no number',
      ['--object-limit', 'many'],
      { flag: '--object-limit', expected: 'a whole number from 0 to 100000000', got: '"many"' },
    ],
    [
      'unscheduled pods by a number of them',
      ['--track-unscheduled-pods=7'],
      { flag: '--track-unscheduled-pods', expected: 'true or false', got: '"7"' },
    ],
    [
      "the API server's memory by an amount",
      ['--use-apiserver-cache=10Mi'],
      { flag: '--use-apiserver-cache', expected: 'true or false', got: '"10Mi"' },
    ],
    [
      'nodes left out',
      ['--node'],
      { flag: '--node', expected: 'items between commas behind it', got: 'nothing' },
    ],
    [
      'a switch that is neither',
      ['--serve-before-sync=maybe'],
      { flag: '--serve-before-sync', expected: 'true or false', got: '"maybe"' },
    ],
    [
      'a duration without unit',
      ['--server-read-timeout=5'],
      { flag: '--server-read-timeout', expected: 'a duration such as 30s, 1m30s or 0', got: '"5"' },
    ],
    [
      'a missing value',
      ['--kubeconfig'],
      { flag: '--kubeconfig', expected: 'a text behind it', got: 'nothing' },
    ],
    [
      'an unknown flag',
      ['--resource=pods'],
      { flag: '--resource', expected: 'a known flag', hint: 'did you mean --resources?' },
    ],
    [
      'an unknown flag that is like none',
      ['--colour'],
      { flag: '--colour', expected: 'a known flag', hint: 'see kubestate --help' },
    ],
    [
      'an unknown short flag',
      ['-z'],
      { flag: '-z', expected: 'a known flag', hint: 'see kubestate --help' },
    ],
  ];
  for (const [name, argv, facts] of refused) {
    it(`refuses ${name}`, () => {
      expectRefused(() => parse(...argv), facts);
    });
  }

  it('hands on the words that are no flags', () => {
    expect(parse('--port', '1', 'demo', '--', '--x').words).to.deep.equal(['demo', '--x']);
  });

  it('leaves the next word alone where a flag may stand alone', () => {
    const { values, words } = parse('--sparse-statesets', 'kube_pod_status_phase');
    expect(values['sparse-statesets']).to.equal(true);
    expect(words).to.deep.equal(['kube_pod_status_phase']);
    expect(parse('--sparse-statesets', '--port', '1').values.port).to.equal(1);
  });

  it('names what was given, each flag once', () => {
    expect(parse('--port=1', '--port=2', '-v1').given).to.deep.equal(['port', 'v']);
  });
});

describe('A pattern of a kind', () => {
  const texts = [
    ...[
      '',
      ' ',
      '0',
      '1',
      '-1',
      '+1',
      '1.5',
      '1,5',
      'x',
      't',
      'T',
      'True',
      'FALSE',
      'yes',
      'true ',
    ],
    ...[
      '1s',
      '1m30s',
      '1.5h',
      '5',
      '1s ',
      '1d',
      '-1s',
      '100us',
      '1µs',
      '64Mi',
      '64MB',
      '1.5G',
      'Mi',
    ],
  ];
  const kinds = { toggle, integer: integer(-9, 9), duration, byteSize };

  for (const [name, kind] of Object.entries(kinds as Record<string, Kind<unknown>>)) {
    it(`matches what is ${name}, and nothing else`, () => {
      const taken = texts.filter((given) => kind.parse(given, 0) !== undefined);
      expect(texts.filter((given) => kind.pattern?.test(given))).to.deep.equal(taken);
      expect(taken.length).to.be.within(2, texts.length - 2);
    });

    it(`matches what is ${name} where V8 no longer optimizes: after a megabyte of them`, () => {
      const taken = texts.filter((given) => kind.parse(given, 0) !== undefined);
      setFlagsFromString('--no-regexp-optimization');
      try {
        const { source = '', flags } = kind.pattern ?? {};
        const unoptimized = new RegExp(`(?:${source})`, flags);
        expect(texts.filter((given) => unoptimized.test(given))).to.deep.equal(taken);
      } finally {
        setFlagsFromString('--regexp-optimization');
      }
    });
  }
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

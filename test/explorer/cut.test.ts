// What a cut prints does what it says: held against select() and against RE2.
import { expect } from 'chai';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { parse } from 'yaml';
import { parseCommandLine } from '../../src/config/flags.ts';
import { flags } from '../../src/config/options.ts';
import {
  chartValues,
  costOf,
  cutOf,
  flagsOf,
  metricListOf,
  relabelRules,
  remainsOf,
  shellText,
} from '../../src/explorer/cut.ts';
import { match, regexp2 } from '../../src/metrics/expressions/matching.ts';
import { type AnyResource, select } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';
import { noChoices } from '../support/choices.ts';

const tables = resources as Readonly<Record<string, AnyResource>>;
const names = Object.values(tables).flatMap(({ families }) => Object.keys(families));
const everything = { ...noChoices, resources: Object.keys(tables), metricOptInList: ['.*'] };

/** The families that are served with these flags, as kubestate reads them. */
async function servedWith(args: readonly string[]): Promise<string[]> {
  const { values } = parseCommandLine(flags, args);
  const selection = await select(tables, {
    ...everything,
    metricAllowlist: values['metric-allowlist'],
    metricDenylist: values['metric-denylist'],
  });
  expect(selection.idleExpressions).to.deep.equal([]);
  return selection.resources.flatMap(({ resource, choices: { enabled } }) =>
    Object.keys(resource.families).filter(enabled),
  );
}

interface RelabelRule {
  readonly source_labels: readonly string[];
  readonly regex: string;
  readonly action: string;
}

/** Whether Prometheus keeps a series through the rules. */
function passing(yaml: string): (labels: Readonly<Record<string, string>>) => boolean {
  const read = (parse(yaml) ?? {}) as { metric_relabel_configs?: readonly RelabelRule[] };
  const rules = (read.metric_relabel_configs ?? []).map(({ source_labels, regex, action }) => {
    expect(action).to.equal('drop');
    return { source_labels, compiled: RE2JS.compile(regex) };
  });
  return (labels) =>
    rules.every(({ source_labels, compiled }) => {
      const value = source_labels.map((label) => labels[label] ?? '').join(';');
      return !compiled.matches(value);
    });
}

const someNames = fc.subarray(names);

describe('A cut', () => {
  it('leaves by its flags exactly the families that are kept', async () => {
    await fc.assert(
      fc.asyncProperty(someNames, async (dropped) => {
        const cut = cutOf(names, { dropped });
        expect(await servedWith(flagsOf(cut))).to.have.members(cut.kept);
      }),
      { numRuns: 20 },
    );
  });

  it('leaves by its relabel rule exactly the families that are kept', () => {
    fc.assert(
      fc.property(someNames, (kept) => {
        const passes = passing(relabelRules(cutOf(names, { kept })));
        expect(names.filter((name) => passes({ __name__: name }))).to.deep.equal(kept);
      }),
      { numRuns: 20 },
    );
  });

  it('matches whole names of any characters, in regexp2 and in RE2', async () => {
    const odd = fc.stringMatching(/^[a-z_:.$()|\\*+?{}^[\],]{1,12}$/);
    const dialect = await regexp2();
    fc.assert(
      fc.property(fc.uniqueArray(odd, { minLength: 2, maxLength: 30 }), (served) => {
        const cut = cutOf(served, { dropped: served.filter((_, i) => i % 2 === 0) });
        const passes = passing(relabelRules(cut));
        expect(served.filter((name) => passes({ __name__: name }))).to.deep.equal(cut.kept);
        const { values } = parseCommandLine(flags, flagsOf(cut));
        for (const [flag, wanted] of [
          ['metric-allowlist', cut.kept],
          ['metric-denylist', cut.dropped],
        ] as const) {
          if (values[flag].length === 0) continue;
          const { names: matched } = match(flag, dialect, values[flag], served);
          expect([...matched]).to.have.members(wanted);
        }
      }),
    );
  });

  it('writes the shorter of the two lists, and never both', () => {
    fc.assert(
      fc.property(someNames, (dropped) => {
        const cut = cutOf(names, { dropped });
        const chosen = metricListOf(cut);
        const all = flagsOf(cut).map((flag) => flag.split('=')[0]);
        expect(new Set(all).size).to.be.at.most(1);
        if (dropped.length === 0) expect(chosen).to.equal(undefined);
        const few = dropped.length < names.length / 4;
        if (dropped.length > 0 && few) expect(chosen?.list).to.equal('deny');
        const most = dropped.length > (names.length * 3) / 4 && cut.kept.length > 0;
        if (most) expect(chosen?.list).to.equal('allow');
      }),
    );
  });

  it('writes lines of at most 100 columns and a flag, where names are shorter', () => {
    const cut = cutOf(names, { dropped: names.filter((_, i) => i % 3 === 0) });
    const lines = [
      ...shellText(flagsOf(cut)).split('\n'),
      ...chartValues(cut).split('\n'),
      ...relabelRules(cut).split('\n'),
    ];
    expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(130);
    expect(flagsOf(cut).length).to.be.below(cut.dropped.length / 2);
  });

  it('reads well', () => {
    const cut = cutOf(['kube_a_info', 'kube_a_labels', 'kube_b_info', 'up', ...names], {
      dropped: ['kube_a_info', 'kube_a_labels', 'up', 'no_such_family'],
      deniedNamespaces: ['b', 'a', 'b'],
    });
    expect(shellText(flagsOf(cut))).to.equal(
      "--metric-denylist='^(?:kube_a_info|kube_a_labels|up)$' \\\n--namespaces-denylist=a,b",
    );
    expect(chartValues(cut)).to.equal(
      "metricDenylist:\n  - '^(?:kube_a_info|kube_a_labels|up)$'\n" +
        "namespacesDenylist:\n  - 'a'\n  - 'b'\n",
    );
    expect(relabelRules(cut)).to.equal(
      'metric_relabel_configs:\n' +
        "  - source_labels: [__name__]\n    regex: 'kube_a_info|kube_a_labels|up'\n" +
        "    action: drop\n  - source_labels: [namespace]\n    regex: 'a|b'\n    action: drop\n",
    );
  });

  it('writes nothing where nothing is dropped', () => {
    const cut = cutOf(names, { dropped: [] });
    expect([flagsOf(cut), chartValues(cut), relabelRules(cut)]).to.deep.equal([[], '', '']);
  });

  it('names every family where all are dropped: an empty allowlist would serve all', async () => {
    const cut = cutOf(names, { kept: [] });
    expect(await servedWith(flagsOf(cut))).to.deep.equal([]);
  });

  it('takes the values of the chart to the same flags', () => {
    const cut = cutOf(names, {
      dropped: names.slice(0, 20),
      deniedNamespaces: ['kube-system', 'default'],
    });
    const values = parse(chartValues(cut)) as Record<string, readonly string[]>;
    const joined = parseCommandLine(flags, [
      `--metric-denylist=${values.metricDenylist?.join(',')}`,
      `--namespaces-denylist=${values.namespacesDenylist?.join(',')}`,
    ]).values;
    expect(joined).to.deep.equal(parseCommandLine(flags, flagsOf(cut)).values);
  });
});

describe('What remains of a cut', () => {
  const families = [
    { name: 'a', series: 600, bytes: 60_000 },
    { name: 'b', series: 300, bytes: 10_000 },
    { name: 'c', series: 100, bytes: 30_000 },
  ];
  const namespaces = [
    { namespace: 'x', series: 500, bytes: 50_000 },
    { namespace: 'y', series: 200, bytes: 20_000 },
  ];
  const of = (choice: Parameters<typeof cutOf>[1], inNamespaces: InNamespaces = []) =>
    remainsOf(cutOf(['a', 'b', 'c'], choice), { families, namespaces, inNamespaces });
  type InNamespaces = Parameters<typeof remainsOf>[1]['inNamespaces'];
  const inX = {
    namespace: 'x',
    families: [{ name: 'a', resource: 'pods', series: 500, bytes: 1 }],
  };

  const rows: [string, Parameters<typeof cutOf>[1], InNamespaces, ReturnType<typeof remainsOf>][] =
    [
      ['nothing dropped', {}, [], { series: 1000, bytes: 100_000, exact: true }],
      ['a family', { dropped: ['a'] }, [], { series: 400, bytes: 40_000, exact: true }],
      ['all but one', { kept: ['c'] }, [], { series: 100, bytes: 30_000, exact: true }],
      ['a namespace', { deniedNamespaces: ['x'] }, [], { series: 500, bytes: 50_000, exact: true }],
      [
        'no such namespace',
        { deniedNamespaces: ['z'] },
        [],
        { series: 1000, bytes: 100_000, exact: true },
      ],
      [
        'both, known',
        { dropped: ['b'], deniedNamespaces: ['x'] },
        [inX],
        { series: 200, bytes: 89_999, exact: true },
      ],
      [
        'both, estimated',
        { dropped: ['a'], deniedNamespaces: ['y'] },
        [inX],
        { series: 320, bytes: 32_000, exact: false },
      ],
      ['everything', { kept: [] }, [], { series: 0, bytes: 0, exact: true }],
    ];
  for (const [title, choice, inNamespaces, remains] of rows) {
    it(`is right for ${title}`, () => {
      expect(of(choice, inNamespaces)).to.deep.equal(remains);
    });
  }

  it('is right for a namespace that is known, but not among the largest', () => {
    const cut = cutOf(['a', 'b', 'c'], { deniedNamespaces: ['x'] });
    const sizes = { families, namespaces: [], isComplete: false };
    expect(remainsOf(cut, { ...sizes, inNamespaces: [inX] })).to.include({
      series: 500,
      exact: true,
    });
    expect(remainsOf(cut, { ...sizes, inNamespaces: [] })).to.include({
      series: 1000,
      exact: false,
    });
  });

  it('has a price', () => {
    expect(costOf(12_500, 8)).to.equal(100);
  });
});

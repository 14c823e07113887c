// `kubestate diff`: how the expositions of two exporters differ to a scraper.
import { decimal, type Flag, integer, text, toggle } from '../config/flags.ts';
import { flags } from '../config/options.ts';
import { ConfigError } from '../lib/errors.ts';
import { command } from './command.ts';
import { remoteFlags } from './remoteFlags.ts';

const group = 'Comparison';
const SERIES_MAX = 1_000;

const EXIT_SAME = 0;
const EXIT_DIFFERENT = 1;

// biome-ignore format: one row per flag
export const diffFlags = {
  ignore: { group, kind: { ...text, placeholder: 'REGEX' }, default: '', defaultText: 'none',
    help: 'Pass over families whose whole name this RE2 expression matches, such as go_.*|process_.*.' },
  tolerance: { group, kind: decimal(0, Number.MAX_VALUE), default: 0,
    help: 'By how much two values of a series may differ, such as 5 for times in seconds.' },
  'help-texts': { group, kind: toggle, default: false,
    help: 'Compare HELP texts, too.' },
  series: { group, kind: integer(0, SERIES_MAX), default: 3,
    help: 'How many series of each family and kind of difference are printed.' },
  json: { group, kind: toggle, default: false,
    help: 'Print JSON.' },
  ...remoteFlags,
  help: flags.help,
} satisfies Record<string, Flag<unknown>>;

export const diff = command({
  summary: 'Say how the expositions of two exporters differ.',
  about:
    'Compares the expositions of two exporters as a scraper sees them: families, types, series ' +
    'and values. The order of families, series and labels does not matter, nor do labels without ' +
    'a value. Each of the two is the URL of an exporter, a file, or - for stdin; gzip is ' +
    'decompressed. URLs are scraped at the same time, and what differs is scraped again after two ' +
    'seconds before it counts. Exit code 0 if they are the same, 1 if they differ, 2 if they ' +
    'could not be compared: kubestate diff http://localhost:8080 http://localhost:9090',
  flags: diffFlags,
  argument: { placeholder: 'URL|FILE URL|FILE', choices: 'files', least: 2, most: 2 },
  async run(context, { values, words }) {
    const [wordA = '', wordB = ''] = words;
    if (wordA === '-' && wordB === '-') {
      throw new ConfigError({ place: 'diff', expected: 'stdin once', got: '- -' });
    }
    const [{ compare }, { openSource }, { differencesOf, reportOf }] = await Promise.all([
      import('./diff/comparison.ts'),
      import('./diff/source.ts'),
      import('./diff/report.ts'),
    ]);
    const options = { values, context, stdin: () => process.stdin };
    const ignores = await ignoring(values.ignore);
    const a = openSource(wordA, options);
    const b = openSource(wordB, options);
    try {
      const { clock, stop } = context;
      const { tolerance, series: examples } = values;
      const compared = await compare(a, b, { ignores, tolerance, examples, clock, stop });
      const report = { help: values['help-texts'], names: [a.shown, b.shown] as const };
      const differences = differencesOf(compared, report);
      context.print(
        values.json
          ? `${JSON.stringify({ a: a.shown, b: b.shown, differences }, undefined, 2)}\n`
          : reportOf(compared, differences, report),
      );
      return differences.length === 0 ? EXIT_SAME : EXIT_DIFFERENT;
    } finally {
      await Promise.all([a.close(), b.close()]);
    }
  },
});

async function ignoring(expression: string): Promise<(family: string) => boolean> {
  if (expression === '') return () => false;
  const { RE2JS } = await import('re2js');
  try {
    const compiled = RE2JS.compile(expression);
    return (family) => compiled.matches(family);
  } catch (error) {
    const got = `"${expression}": ${error instanceof Error ? error.message : String(error)}`;
    throw new ConfigError({ flag: '--ignore', expected: 'a regular expression of RE2', got });
  }
}

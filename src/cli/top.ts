// `kubestate top`: what a running kubestate exports, by cost, and the flags that cut it.
import { decimal, type Flag, integer, type Kind, list, toggle } from '../config/flags.ts';
import { flags } from '../config/options.ts';
import { ConfigError, StartError } from '../lib/errors.ts';
import { command } from './command.ts';
import { remoteFlags } from './remoteFlags.ts';

const listing = 'Listing';
const cutting = 'Cut';
const ROWS_MAX = 1_000_000;
const PRICE_MAX = 1_000_000;

/** One of some words. */
const oneOf = <const T extends string>(placeholder: string, words: readonly T[]): Kind<T> => ({
  placeholder,
  expected: `one of ${words.join(', ')}`,
  parse: (given) => words.find((word) => word === given),
});

/** As a list; the path of a file may have no comma. */
const files: Kind<readonly string[]> = { ...list, placeholder: 'FILE,FILE' };

// biome-ignore format: one row per flag
export const topFlags = {
  families: { group: listing, kind: toggle, default: false, defaultText: 'families and namespaces',
    help: 'List families only.' },
  namespaces: { group: listing, kind: toggle, default: false, defaultText: 'families and namespaces',
    help: 'List namespaces only.' },
  sort: { group: listing, kind: oneOf('KEY', ['series', 'bytes', 'name']), default: 'series' as const,
    help: 'What the lists are sorted by: series, bytes or name.' },
  limit: { group: listing, kind: integer(1, ROWS_MAX), default: 20,
    help: 'How many rows each list has.' },
  price: { group: listing, kind: decimal(0, PRICE_MAX), default: 0, defaultText: 'none',
    help: 'Price of a thousand series, in any currency and for any time: a column shows the cost.' },
  json: { group: listing, kind: toggle, default: false,
    help: 'Print JSON: the answers of api/v1/status, families and namespaces.' },
  cut: { group: cutting, kind: toggle, default: false,
    help: 'Print what serves less, by --used-by and --drop, in place of the lists.' },
  'used-by': { group: cutting, kind: files, default: [], defaultText: 'none',
    help: 'Keep only families that these dashboards and rules read: files, or folders of them, of JSON or YAML. May be repeated.' },
  drop: { group: cutting, kind: { ...list, placeholder: 'WHAT,WHAT' }, default: [], defaultText: 'none',
    help: 'Drop these families: names, alpha for all of stability ALPHA, or zero for those with no value but 0. May be repeated.' },
  as: { group: cutting, kind: oneOf('FORM', ['flags', 'values', 'relabel']), default: 'flags' as const,
    help: 'The form of the cut: flags, values of the chart, or relabel for a rule of Prometheus.' },
  ...remoteFlags,
  help: flags.help,
} satisfies Record<string, Flag<unknown>>;

export const top = command({
  summary: 'List what a running kubestate exports, by cost.',
  about:
    'Asks a running kubestate for its families and namespaces, and lists those with the most ' +
    'series. With --cut it prints the flags with which it serves only what is used: ' +
    'kubestate top --cut --used-by dashboards/ http://localhost:8080. The URL is that of port 8080, by default ' +
    'http://localhost:8080.',
  flags: topFlags,
  argument: { placeholder: '[URL]', choices: 'any', least: 0, most: 1 },
  async run(context, { values, words, given }) {
    refuseContradictions(values.cut, given);
    const [url = 'http://localhost:8080'] = words;
    const [{ openRemote }, { ExplorerApi }] = await Promise.all([
      import('./remote.ts'),
      import('./top/explorerApi.ts'),
    ]);
    const remote = openRemote(urlOf(url), {
      values,
      context,
      fail: (fields) => new StartError(fields),
    });
    try {
      const api = new ExplorerApi(remote);
      if (values.cut) {
        const { cutText } = await import('./top/cutText.ts');
        context.print(await cutText(api, values));
      } else {
        const { listsText } = await import('./top/lists.ts');
        context.print(await listsText(api, values, context.columns));
      }
      return 0;
    } finally {
      await remote.close();
    }
  },
});

function refuseContradictions(cut: boolean, given: readonly string[]): void {
  const ofLists = ['families', 'namespaces', 'sort', 'limit', 'json'];
  const ofCut = ['used-by', 'drop', 'as'];
  const wrong = given.find((name) => (cut ? ofLists : ofCut).includes(name));
  if (wrong !== undefined) {
    const expected = cut ? 'no flag of lists beside --cut' : '--cut beside it';
    throw new ConfigError({ flag: `--${wrong}`, expected, got: cut ? 'both' : 'none' });
  }
  if (cut && !given.includes('used-by') && !given.includes('drop')) {
    const expected = 'what to keep or to drop';
    const hint = 'name dashboards and rules by --used-by, or families by --drop';
    throw new ConfigError({ flag: '--cut', expected, got: 'neither', hint });
  }
}

/** `localhost:8080` is a URL to people; an API is below a folder. */
function urlOf(word: string): string {
  const url = /^[a-z][\w+.-]*:\/\//i.test(word) ? word : `http://${word}`;
  const folder = url.replace(/\/(?:metrics)?$/, '');
  return `${folder}/`;
}

// Renders the table of flags in docs/migration.md; the words around it are written by hand.
import { configKeysOf } from '../../src/config/file.ts';
import type { Flag, Flags } from '../../src/flags.ts';
import { code, row, tableOf } from './markdown.ts';

/** What becomes of each flag of kube-state-metrics, by name. */
export function flagTable(flags: Flags): string {
  const theirs = Object.entries(flags)
    .filter(([, { own }]) => !own)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const head = ['flag', 'in the config file', 'what kubestate does with it'];
  return tableOf(head, theirs.map(flagRow));
}

const flagRow = ([name, flag]: [string, Flag<unknown>]): string => {
  const keys = configKeysOf(name, flag).map(code).join(', ');
  return row(code(`--${name}`), keys, meaningOf(flag));
};

/** A difference is written as Markdown, and so are the names in it. */
function meaningOf({ difference, fixed }: Flag<unknown>): string {
  const start = fixed ? ' A change in the config file waits for the next start.' : '';
  return `${difference ?? 'The same.'}${start}`;
}

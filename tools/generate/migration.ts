// Renders the table of flags in docs/migration.md; the words around it are written by hand.
import { configKeysOf } from '../../src/config/configFile.ts';
import type { Flag, Flags } from '../../src/config/flags.ts';
import { code, row, tableOf } from './markdown.ts';

/** What becomes of each flag of kube-state-metrics, by name, and the flags that it lacks. */
export function flagTable(flags: Flags): string {
  const theirs = Object.entries(flags)
    .filter(([, { extension }]) => !extension)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const head = ['flag', 'in the config file', 'what kubestate does with it'];
  return `${tableOf(head, theirs.map(flagRow))}\n\n${extensionsOf(flags)}`;
}

function extensionsOf(flags: Flags): string {
  const names = Object.keys(flags).filter((name) => flags[name]?.extension);
  return ['Only kubestate has:', ...names.map((name) => `- \`--${name}\``)].join('\n');
}

const flagRow = ([name, flag]: [string, Flag<unknown>]): string => {
  const keys = configKeysOf(name, flag).map(code).join(', ');
  return row(code(`--${name}`), keys, meaningOf(flag));
};

/** A difference is written as Markdown, and so are the names in it. */
function meaningOf({ difference, restartRequired }: Flag<unknown>): string {
  const restart = restartRequired ? ' A change in the config file needs a restart.' : '';
  return `${difference ?? 'The same.'}${restart}`;
}

// The completion script of fish: one line for each command, flag and value.
import type { Completed, CompletedFlag } from './shell.ts';

/** A script to be sourced. */
export function fishScript(commands: readonly Completed[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const lines = commands.flatMap((command, i) => {
    const { name, summary, words, flags } = command;
    const here = fishQuoted(
      i === 0
        ? `not __fish_seen_subcommand_from ${names}; or __fish_seen_subcommand_from ${name}`
        : `__fish_seen_subcommand_from ${name}`,
    );
    const behind =
      words === 'files' || words.length === 0
        ? []
        : [`-n ${here} -f -a ${fishQuoted(words.join(' '))}`];
    return [
      `-n __fish_use_subcommand -f -a ${name} -d ${fishQuoted(summary)}`,
      ...behind,
      ...flags.map((flag) => `-n ${here} ${optionOf(flag)}`),
    ];
  });
  return [
    '# Completion of kubestate for fish: kubestate completion fish | source',
    'complete -c kubestate -e',
    ...lines.map((line) => `complete -c kubestate ${line}`),
    '',
  ].join('\n');
}

function optionOf({ name, short, help, values, placeholder, bare }: CompletedFlag): string {
  const option = `-l ${name}${short === undefined ? '' : ` -s ${short}`} -d ${fishQuoted(help)}`;
  if (placeholder === undefined) return `${option} -f`;
  if (values === 'files') return `${option} -r -F`;
  if (values.length === 0) return `${option} -x`;
  // Its own helper completes the items of a list one by one.
  const items = `string split " " -- "${values.join(' ')}"`;
  // What means something alone is completed behind = only.
  const kind = bare === undefined ? '-x' : '-f';
  return `${option} ${kind} -a ${fishQuoted(`(__fish_complete_list , '${items}')`)}`;
}

/** Within single quotes fish knows two escapes, where other shells know none. */
const fishQuoted = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

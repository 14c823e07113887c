// Renders docs/cli.md: every command with its flags.
import type { Command } from '../../src/commands/command.ts';
import { defaultOf } from '../../src/commands/help.ts';
import type { Flag } from '../../src/flags.ts';
import { code, row, tableOf, words } from './markdown.ts';
import { notice } from './notice.ts';

/** The page; the first command is the one that runs when none is named. */
export function cliPage(commands: Readonly<Record<string, Command>>): string {
  const sections = Object.entries(commands).map(([name, command], i) =>
    commandSection(name, command, i === 0),
  );
  return `<!-- ${notice('src/options.ts and src/commands')} -->
# Command line

A flag is written \`--flag=value\` or \`--flag value\`, a switch \`--switch\` or \`--switch=false\`.
A flag that comes twice takes its last value; one that takes a list adds up.

${sections.join('\n\n')}
`;
}

function commandSection(name: string, command: Command, isDefault: boolean): string {
  const flags = Object.entries(command.flags);
  const groups = Object.groupBy(
    flags.filter(([, flag]) => !flag.ignored),
    ([, flag]) => flag.group,
  );
  const tables = Object.entries(groups).map(([group, rows]) => {
    const cells = (rows ?? []).map(([flag, facts]) => flagRow(flag, facts));
    return `### ${group}\n\n${tableOf(['flag', 'default', 'what it does'], cells)}`;
  });
  const ignored = flags.filter(([, flag]) => flag.ignored).map(([flag]) => code(`--${flag}`));
  return [
    `## kubestate${isDefault ? '' : ` ${name}`}`,
    words(command.about),
    ...tables,
    ...(ignored.length === 0 ? [] : [`Accepted without effect: ${ignored.join(', ')}.`]),
  ].join('\n\n');
}

function flagRow(name: string, flag: Flag<unknown>): string {
  const value = flag.kind.placeholder === undefined ? '' : ` ${flag.kind.placeholder}`;
  const short = flag.short === undefined ? '' : `${code(`-${flag.short}`)}, `;
  return row(`${short}${code(`--${name}${value}`)}`, words(defaultOf(flag)), words(flag.help));
}

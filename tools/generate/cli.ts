// Renders docs/cli.md: every command with its flags.
import type { Command } from '../../src/cli/command.ts';
import { defaultOf, ownFlags } from '../../src/cli/help.ts';
import { configKeysOf } from '../../src/config/configFile.ts';
import { type Flag, usageOf } from '../../src/config/flags.ts';
import { code, row, tableOf, words } from './markdown.ts';
import { notice } from './notice.ts';

/** The page; the first command is the default one. */
export function cliPage(commands: Readonly<Record<string, Command>>): string {
  const sections = Object.entries(commands).map(([name, command], i) =>
    commandSection(name, { ...command, flags: ownFlags(command, commands) }, i === 0),
  );
  return `<!-- ${notice('src/config/options.ts and src/cli')} -->
# Command line

In a clone, after \`npm ci\`, \`npx --no-install kubestate\` runs it; in the image it is the entry
point.

A flag is written \`--flag=value\` or \`--flag value\`, a switch \`--switch\` or \`--switch=false\`.
What is in brackets may be left out, and follows \`=\` only.
A flag that comes twice takes its last value; one that takes a list adds up. Where a command reads
a file by \`--config\`, the file sets a flag by the key beside it, over what the command line says.

<!-- Contents: begin. -->
<!-- Contents: end. -->

${sections.join('\n\n')}

## Signals

${tableOf(['signal', 'what it does'], signals)}

What holds in the first moments of a start, and what is done for scrapes under way, has a page:
[reliability.md](reliability.md#shutdown).
`;
}

const signals: readonly string[] = [
  row(
    `${code('SIGTERM')}, ${code('SIGINT')}`,
    'Ends the program in order, with exit code 0; a second one ends it at once.',
  ),
  row(
    code('SIGHUP'),
    words(
      'Reads at once what is followed: the file of --config, the kubeconfig, the web ' +
        'configuration of --tls-config with its certificates. It never ends the program.',
    ),
  ),
];

function commandSection(name: string, command: Command, isDefault: boolean): string {
  const flags = Object.entries(command.flags);
  const readsFile = Object.hasOwn(command.flags, 'config');
  const groups = Object.groupBy(
    flags.filter(([, flag]) => !flag.ignored),
    ([, flag]) => flag.group,
  );
  const tables = Object.entries(groups).map(([group, rows]) => {
    const cells = (rows ?? []).map(([flag, facts]) => flagRow(flag, facts, readsFile));
    const head = ['flag', ...(readsFile ? ['in the file'] : []), 'default', 'what it does'];
    return `### ${group}\n\n${tableOf(head, cells)}`;
  });
  const ignored = flags.filter(([, flag]) => flag.ignored).map(([flag]) => code(`--${flag}`));
  return [
    `## kubestate${isDefault ? '' : ` ${name}`}`,
    words(command.about),
    ...tables,
    ...(ignored.length === 0 ? [] : [`Accepted without effect: ${ignored.join(', ')}.`]),
  ].join('\n\n');
}

function flagRow(name: string, flag: Flag<unknown>, readsFile: boolean): string {
  const short = flag.short === undefined ? '' : `${code(`-${flag.short}`)}, `;
  const keys = readsFile ? [configKeysOf(name, flag).map(code).join(', ')] : [];
  const cells = [...keys, words(defaultOf(flag)), words(flag.help)];
  return row(`${short}${code(`--${name}${usageOf(flag.kind)}`)}`, ...cells);
}

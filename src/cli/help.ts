// helpPage renders --help from the tables of commands and flags.
import { type Flag, type Flags, usageOf } from '../config/flags.ts';
import type { Command } from './command.ts';

const COLUMNS_MAX = 80;
const INDENT = '      ';

/** The help page of one command; the default command's lists the others too. */
export function helpPage(name: string, commands: Readonly<Record<string, Command>>): string {
  const shown = commands[name] as Command;
  const others = Object.entries(commands).filter(([other]) => other !== name);
  const argument = shown.argument === undefined ? '' : ` ${shown.argument.placeholder}`;
  const flags = ownFlags(shown, commands);
  const usage = name === 'serve' ? 'kubestate [flags]' : `kubestate ${name}${argument} [flags]`;
  const list = others.map(([other, { summary }]) => `  ${other.padEnd(12)}${summary}`);
  const sections = [
    wrap(shown.about, ''),
    `Usage:\n  ${usage}${name === 'serve' ? '\n  kubestate COMMAND [flags]' : ''}`,
    ...(name === 'serve' ? [`Commands:\n${list.join('\n')}`] : []),
    ...groupsOf(flags).map(
      ([group, rows]) => `${group}:\n${rows.map(([flag, row]) => flagHelp(flag, row)).join('\n')}`,
    ),
    ...ignoredLine(flags),
    ...inheritedLine(shown),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** The flags of a command that are not those of the one it inherits from. */
export function ownFlags(
  { flags, inherits = '' }: Command,
  commands: Readonly<Record<string, Command>>,
): Flags {
  const inherited = commands[inherits]?.flags ?? {};
  return Object.fromEntries(
    Object.entries(flags).filter(([name, flag]) => inherited[name] !== flag),
  );
}

const inheritedLine = ({ inherits }: Command): string[] =>
  inherits === undefined ? [] : [`And all flags of kubestate: see kubestate --help`];

function groupsOf(flags: Flags): [string, [string, Flag<unknown>][]][] {
  const shown = Object.entries(flags).filter(([, { ignored }]) => !ignored);
  return Object.entries(Object.groupBy(shown, ([, { group }]) => group)).map(([group, rows]) => [
    group,
    rows ?? [],
  ]);
}

function flagHelp(name: string, { kind, help, short, ...row }: Flag<unknown>): string {
  const dashed = name === short ? `-${name}, --${name}` : `${short ? `-${short}, ` : ''}--${name}`;
  const initial = defaultOf(row);
  return [
    `  ${dashed}${usageOf(kind)}`,
    wrap(`${help}${initial === '' ? '' : ` Default: ${initial}.`}`, INDENT),
  ].join('\n');
}

/** A flag's default as help and docs show it; empty where there is none to show. */
export function defaultOf(row: Pick<Flag<unknown>, 'default' | 'defaultText'>): string {
  if (row.defaultText !== undefined) return row.defaultText;
  if (row.default === undefined || row.default === false) return '';
  return row.default === true ? 'on' : String(row.default);
}

function ignoredLine(flags: Flags): string[] {
  const names = Object.entries(flags).filter(([, { ignored }]) => ignored);
  if (names.length === 0) return [];
  const listed = names.map(([name]) => `--${name}`).join(' ');
  return [wrap(`Accepted for kube-state-metrics' sake, without effect: ${listed}`, '')];
}

/** Breaks a text into lines of at most COLUMNS_MAX, each behind `indent`. */
function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > COLUMNS_MAX) {
      lines.push(indent + line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, indent + line].join('\n');
}

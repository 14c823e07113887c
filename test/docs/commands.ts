// What is wrong with a command of the documentation: flags, keys of the chart, paths, scripts.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '../../src/cli/index.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import { profilePaths } from '../../src/http/profiling.ts';
import { errorMessage } from '../../src/lib/errors.ts';
import { root } from './markdown.ts';
import { commandsIn, programOf, type ShellCommand } from './shell.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const chart = 'helm/kube-state-metrics';
const schema = JSON.parse(read(`${chart}/values.schema.json`)) as Schema;

/** As much of a JSON schema as tells which keys there are. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Complaints about a command; none where it is right, or the program is not known here. */
export function mistakesIn(command: ShellCommand): string[] {
  const [program = '', ...args] = programOf(command);
  const ours = kubestateArguments(program, args);
  if (ours !== undefined) return flagMistakes(ours);
  if (program === 'npm') return npmMistakes(args);
  if (program === 'npx') return missingFiles(args.filter((arg) => /\.[cm]?[jt]s$/.test(arg)));
  if (program === 'helm') return helmMistakes(args);
  if (program === 'kubectl') return missingFiles(applied(args));
  if (program === 'curl') return curlMistakes(args);
  return [];
}

/** The arguments of kubestate, however it is started; undefined where it is another program. */
export function kubestateArguments(
  program: string,
  args: readonly string[],
): readonly string[] | undefined {
  if (program === 'kubestate' || program.endsWith('dist/kubestate.cjs')) return args;
  const [first, second] = args;
  if (program === 'npm' && first === 'run' && second === 'demo') return demoArguments(args);
  const at = args.findIndex((arg) => !arg.startsWith('-'));
  if (program === 'npx' && args[at] === 'kubestate') return args.slice(at + 1);
  if (program === 'node' && args[at]?.endsWith('dist/kubestate.cjs')) return args.slice(at + 1);
  return undefined;
}

const demoArguments = (args: readonly string[]): string[] => {
  const at = args.indexOf('--');
  return ['demo', ...(at < 0 ? [] : args.slice(at + 1))];
};

/** The command of kubestate that the arguments name, and its own arguments. */
export function kubestateCommand(args: readonly string[]): [name: string, rest: readonly string[]] {
  const [word = '', ...rest] = args;
  return Object.hasOwn(commands, word) || word === 'help' ? [word, rest] : ['serve', args];
}

function flagMistakes(args: readonly string[]): string[] {
  const [name, rest] = kubestateCommand(args);
  if (name === 'help') return [];
  const command = commands[name];
  if (command === undefined) return [`there is no command ${name}`];
  let word: string | undefined;
  const mistake = attempt(() => {
    word = parseCommandLine(command.flags, rest).words[0];
  });
  if (mistake !== undefined) return [mistake];
  if (command.argument !== undefined || word === undefined) return [];
  return [`${name} takes no argument, such as ${word}`];
}

/** Flags of other programs that pages name, and two that stand for any. */
const OTHER_FLAGS = ['set', 'reuse-values', 'real', 'max-old-space-size', 'disable-sigusr1'];
const ANY_FLAGS = ['flag', 'switch'];

/** Complaints about flags that a page names without their command, such as `--pod=x`. */
export function looseFlagMistakes(text: string): string[] {
  // As help writes a flag that may stand alone: `--flag[=A,B]`.
  const args = commandsIn(text.replace(/\[(=\S+)\]/, '$1')).flatMap(({ words }) => words);
  const [first = ''] = args;
  const name = /^--([\w-]+)/.exec(first)?.[1] ?? '';
  if ([...OTHER_FLAGS, ...ANY_FLAGS].includes(name)) return [];
  const all = Object.values(commands).map(({ flags }) => flags);
  if (!all.some((flags) => Object.hasOwn(flags, name))) return [`there is no flag --${name}`];
  if (!first.includes('=')) return [];
  const tried = all.map((flags) => attempt(() => parseCommandLine(flags, args)));
  return tried.includes(undefined) ? [] : [tried[0] as string];
}

/** What is wrong; undefined where nothing is. */
function attempt(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    return errorMessage(error);
  }
}

function npmMistakes([first = '', second = '']: readonly string[]): string[] {
  const script = first === 'run' ? second : first;
  const known = ['ci', 'install', 'audit', 'version', 'exec', 'pack', 'install-scripts'];
  return known.includes(script) || script in scripts ? [] : [`there is no script ${script}`];
}

/** Values that `--set` and its kin name; those of other charts are not known here. */
function helmMistakes(args: readonly string[]): string[] {
  const local = args.filter((arg) => /^(\.\/)?helm\//.test(arg));
  const settings = args.flatMap((arg, i) => {
    const [flag, joined] = arg.split(/=(.*)/s);
    if (!/^--set(-string|-json|-file)?$/.test(flag ?? '')) return [];
    return (joined ?? args[i + 1] ?? '').split(/(?<!\\),(?=[\w.]+=)/);
  });
  const unknown = settings
    .map((setting) => setting.split('=')[0] ?? '')
    .filter((key) => local.length > 0 && !isValue(key));
  return [
    ...missingFiles(local),
    ...unknown.map((key) => `${chart}/values.schema.json has no key ${key}`),
  ];
}

/** Whether the chart has the key; below an object without named properties any is one. */
export function isValue(key: string): boolean {
  let at: Schema = schema;
  for (const part of key.split(/(?<!\\)\./)) {
    if (at.properties === undefined) return true;
    const next = at.properties[part.replace(/\[\d+\]$/, '')];
    if (next === undefined) return false;
    at = next;
  }
  return true;
}

/** What `-f` and `-k` name below this folder's own manifests. */
const applied = (args: readonly string[]): string[] =>
  args
    .filter((_, i) => ['-f', '-k', '--filename', '--kustomize'].includes(args[i - 1] ?? ''))
    .filter((path) => /^(\.$|rbac|helm)/.test(path));

const missingFiles = (paths: readonly string[]): string[] =>
  paths
    .filter((path) => !existsSync(join(root, path)) && globSync(path, { cwd: root }).length === 0)
    .map((path) => `there is no ${path}`);

const SERVED: Readonly<Record<string, readonly string[]>> = {
  8080: ['/', '/metrics', '/healthz', '/livez'],
  8081: ['/', '/metrics', '/readyz', '/healthz', '/livez', ...profilePaths],
};

function curlMistakes(args: readonly string[]): string[] {
  return args.flatMap((arg) => {
    if (!/^https?:\/\/(127\.0\.0\.1|localhost):808[01]/.test(arg)) return [];
    const { port, pathname } = new URL(arg);
    return SERVED[port]?.includes(pathname) ? [] : [`port ${port} does not serve ${pathname}`];
  });
}

/** Whether a command goes on until it is stopped. */
export function lasts(command: ShellCommand): boolean {
  const [program = '', ...args] = programOf(command);
  const ours = kubestateArguments(program, args);
  if (ours !== undefined) {
    if (ours.some((arg) => /^(--help|-h|--version)$/.test(arg))) return false;
    return commands[kubestateCommand(ours)[0]]?.lasts === true;
  }
  const follows = args.some((arg) => /^(-f|-w|--follow|--watch)$/.test(arg));
  if (program !== 'kubectl') return program === 'prometheus' || program === 'watch';
  return args.includes('port-forward') || args.includes('proxy') || (isReading(args) && follows);
}

const isReading = (args: readonly string[]): boolean =>
  args.includes('logs') || (args.includes('get') && !args.includes('-f'));

/** Complaints about a block as a whole: what goes on for ever must be alone, and say so. */
export function layoutMistakes(text: string): string[] {
  const all = commandsIn(text);
  const lasting = all.filter(lasts);
  return lasting.flatMap((command) => {
    const name = command.words.join(' ');
    const others = all.filter((one) => one !== command && one.words.join(' ') !== 'npm ci');
    return [
      ...(others.length > 0 ? [`${name} goes on until it is stopped: give it its own block`] : []),
      ...(command.comment.includes('Ctrl-C') ? [] : [`${name}: say in a comment: until Ctrl-C`]),
    ];
  });
}

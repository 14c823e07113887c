// The process's edge: argv becomes a command, signals become a stop, errors become exit codes.
import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { systemClock, systemThread } from './clock.ts';
import type { Argument, Command, Edge } from './commands/command.ts';
import { helpPage } from './commands/help.ts';
import { commands } from './commands/index.ts';
import { ConfigError, StartError } from './errors.ts';
import { parseCommandLine } from './flags.ts';
import { betterStart, heapGrowth } from './memory.ts';
import { nearest } from './nearest.ts';

const EXIT_WORLD = 1;
const EXIT_USER = 2;

/** Runs the command that `argv` names, or serves; resolves to the exit code. */
async function main(argv: readonly string[], edge: Edge): Promise<number> {
  const [word, ...rest] = argv;
  if (word === 'help') return help(rest[0] ?? 'serve', edge);
  const isCommand = word !== undefined && Object.hasOwn(commands, word);
  const name = isCommand ? word : 'serve';
  const command = commandNamed(name);
  const line = parseCommandLine(command.flags, isCommand ? rest : argv);
  if (line.values.help === true) return help(name, edge);
  const [stray] = line.words;
  if (isCommand && command.argument !== undefined) {
    refuseWrongWords(name, command.argument, line.words);
    return command.run(edge, line);
  }
  if (stray !== undefined && isCommand) {
    throw new ConfigError(`${name}: expected flags only, got "${stray}"`);
  }
  if (stray !== undefined && commandNamed(stray) !== undefined) {
    throw new ConfigError(
      `expected the command first, got it behind flags: say kubestate ${stray} …`,
    );
  }
  if (command.lasts) {
    startBetter();
    setFlagsFromString(heapGrowth);
  }
  return command.run(edge, line);
}

/**
 * Becomes the same program with the memory settings that only a start can take. It is the same
 * process afterwards, so nothing is left of this one, and signals reach the right one.
 */
function startBetter(): void {
  const { execArgv, env, execPath } = process;
  const limit = process.constrainedMemory();
  const start = betterStart({ execArgv, env, limit, total: totalmem() });
  // Windows has no way to do this.
  if (start === undefined || process.execve === undefined || process.platform === 'win32') return;
  const args = [execPath, ...start.execArgv, ...process.argv.slice(1)];
  try {
    process.execve(execPath, args, start.env);
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    process.stderr.write(`kubestate: expected to start anew with less memory, got ${got}.\n`);
  }
}

function refuseWrongWords(
  name: string,
  { placeholder, choices }: Argument,
  words: readonly string[],
): void {
  const [word] = words;
  if (words.length === 1 && choices.includes(word ?? '')) return;
  const close = word === undefined || words.length > 1 ? undefined : nearest(word, choices);
  throw new ConfigError(
    `kubestate ${name}: expected one ${placeholder} of ${choices.join(', ')}, got ` +
      `"${words.join(' ')}"${close === undefined ? '.' : `; did you mean ${close}?`}`,
  );
}

function help(name: string, edge: Edge): number {
  commandNamed(name);
  edge.print(helpPage(name, commands));
  return 0;
}

function commandNamed(word: string): Command {
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (command !== undefined) return command;
  const known = [...Object.keys(commands), 'help'];
  const close = nearest(word, known);
  const hint = close === undefined ? 'see kubestate --help' : `did you mean ${close}?`;
  throw new ConfigError(
    `expected a command (${known.join(', ')}) or a flag, got "${word}"; ${hint}`,
  );
}

/** A full stop where the message has neither that nor a question mark. */
const sentence = (message: string): string => message.replace(/(?<![.?])$/, '.');

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.once('SIGINT', () => stop.abort());
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`kubestate --help | head -3`) is no fault.
  if (error.code !== 'EPIPE') throw error;
});

main(process.argv.slice(2), {
  print: (text) => process.stdout.write(text),
  stop: stop.signal,
  env: process.env,
  clock: systemClock,
  thread: systemThread,
  random: Math.random,
  build: {
    // The bundler puts these in; unbundled there is no telling.
    version: process.env.KUBESTATE_VERSION ?? 'unbundled',
    revision: process.env.KUBESTATE_REVISION ?? '',
    branch: process.env.KUBESTATE_BRANCH ?? '',
    node: process.version,
    platform: process.platform,
    arch: process.arch,
  },
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (!(error instanceof ConfigError || error instanceof StartError)) throw error;
    process.stderr.write(`kubestate: ${sentence(error.message)}\n`);
    process.exitCode = error instanceof ConfigError ? EXIT_USER : EXIT_WORLD;
  },
);

// main runs the command that argv names, and turns its errors into exit codes.
// cli/signals is imported first, so that no signal is lost while the rest is loaded.
import './cli/signals.ts';

import { readdirSync, readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { betterNodeOptions, setRunningOptions } from './app/nodeOptions.ts';
import type { Argument, Command } from './cli/command.ts';
import { helpPage } from './cli/help.ts';
import { commands } from './cli/index.ts';
import { handleStops, onHangup, releaseStops, stop } from './cli/signals.ts';
import { parseCommandLine } from './config/flags.ts';
import { systemClock, systemThread } from './lib/clock.ts';
import { ConfigError, errorMessage, StartError, Stopped } from './lib/errors.ts';
import type { ProcessContext } from './lib/processContext.ts';
import { suggest } from './lib/suggest.ts';

const EXIT_WORLD = 1;
const EXIT_USER = 2;
/** Turns of the event loop before the exec, in which signals that have arrived are handled. */
const turnsBeforeExec = 3;

/** Runs the command that `argv` names, `serve` by default; resolves to the exit code. */
async function main(argv: readonly string[], context: ProcessContext): Promise<number> {
  const [word, ...rest] = argv;
  if (word === 'help') return help(rest[0] ?? 'serve', context);
  const isCommand = word !== undefined && Object.hasOwn(commands, word);
  const name = isCommand ? word : 'serve';
  const command = commandNamed(name);
  const line = parseCommandLine(command.flags, isCommand ? rest : argv);
  if (line.values.help === true) return help(name, context);
  if (line.values.version === true) return commandNamed('version').run(context, line);
  const [stray] = line.words;
  if (isCommand && command.argument !== undefined) {
    refuseWrongWords(name, command.argument, line.words);
    return command.run(context, line);
  }
  if (stray !== undefined && isCommand) {
    throw new ConfigError({ place: name, expected: 'flags only', got: `"${stray}"` });
  }
  if (stray !== undefined && commandNamed(stray) !== undefined) {
    throw new ConfigError({
      expected: 'the command first',
      got: 'it behind flags',
      hint: `write kubestate ${stray} before the flags`,
    });
  }
  if (command.lasts) {
    const { variables } = process.config;
    await execWithMemoryOptions(context);
    setRunningOptions({
      loadBuiltin: (name) => process.getBuiltinModule(name),
      setV8Flags: context.setV8Flags,
      setBufferPool: (pieceBytes) => {
        Buffer.poolSize = pieceBytes;
      },
      memoryBytes: context.memoryBytes,
      hasMaglev: 'v8_enable_maglev' in variables && variables.v8_enable_maglev === 1,
    });
  }
  return command.run(context, line);
}

/**
 * Executes the program again with the memory options that Node takes only at its start, unless it
 * has them. The process stays the same one, so that signals still reach it.
 */
async function execWithMemoryOptions({ clock, stop }: ProcessContext): Promise<void> {
  const { execArgv, env, execPath } = process;
  const limit = process.constrainedMemory();
  const start = betterNodeOptions({ execArgv, env, limit, total: totalmem() });
  // Windows has no exec.
  if (start === undefined || process.execve === undefined || process.platform === 'win32') return;
  const args = [execPath, ...start.execArgv, ...process.argv.slice(1)];
  // Signals are handled in a turn of the loop, and the exec drops those that are not. By the last
  // turn its code is compiled, so that the gap between it and the exec is short.
  for (let turn = 0; turn < turnsBeforeExec; turn++) await clock.turn();
  if (stop.aborted) return;
  releaseStops();
  try {
    process.execve(execPath, args, start.env);
  } catch (error) {
    handleStops();
    const got = errorMessage(error);
    process.stderr.write(
      `kubestate: expected to start again with Node's memory options, got ${got}.\n`,
    );
  }
}

function refuseWrongWords(
  name: string,
  { placeholder, choices, least = 1, most = Number.POSITIVE_INFINITY }: Argument,
  words: readonly string[],
): void {
  const [word] = words;
  if (typeof choices === 'string') {
    if (words.length >= least && words.length <= most) return;
    const got = words.length === 0 ? 'none' : words.map((one) => JSON.stringify(one)).join(' ');
    throw new ConfigError({ place: name, expected: placeholder, got });
  }
  if (words.length === 1 && choices.includes(word ?? '')) return;
  const close = word === undefined || words.length > 1 ? undefined : suggest(word, choices);
  throw new ConfigError({
    place: name,
    expected: `one ${placeholder} of ${choices.join(', ')}`,
    got: `"${words.join(' ')}"`,
    hint: close && `did you mean ${close}?`,
  });
}

function help(name: string, context: ProcessContext): number {
  commandNamed(name);
  context.print(helpPage(name, commands));
  return 0;
}

function commandNamed(word: string): Command {
  const command = Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (command !== undefined) return command;
  const known = [...Object.keys(commands), 'help'];
  const close = suggest(word, known);
  const hint = close === undefined ? 'see kubestate --help' : `did you mean ${close}?`;
  const expected = `a command (${known.join(', ')}) or a flag`;
  throw new ConfigError({ expected, got: `"${word}"`, hint });
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has closed the pipe, as in `kubestate --help | head -3`.
  if (error.code !== 'EPIPE') throw error;
});

main(process.argv.slice(2), {
  print: (text) => process.stdout.write(text),
  columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  stop,
  onHangup,
  env: process.env,
  readFile: readFileSync,
  readFolder: (path) => readdirSync(path),
  clock: systemClock,
  thread: systemThread,
  random: Math.random,
  memoryBytes: Math.min(process.constrainedMemory() || totalmem(), totalmem()),
  setV8Flags: setFlagsFromString,
  build: {
    // The bundler replaces these variables; without it the build is unknown.
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
    // A signal stopped the start: the exit code stays 0.
    if (error instanceof Stopped) return;
    if (!(error instanceof ConfigError || error instanceof StartError)) throw error;
    process.stderr.write(`kubestate: ${error.message}\n`);
    process.exitCode = error instanceof ConfigError ? EXIT_USER : EXIT_WORLD;
  },
);

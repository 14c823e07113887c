// Child processes of credential plugins: each leads a process group, which ends as a whole.
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { isatty } from 'node:tty';
import type { Clock } from '../lib/clock.ts';
import { unlessAborted, waitAtMost, withDeadline } from '../lib/deadline.ts';

/** Time between SIGTERM and SIGKILL. */
const graceMs = 1_000;
/** How often to look whether the group has ended. */
const lookMs = 50;
/** After the process has exited, its children may write output for this long. */
const drainMs = 1_000;
/** A credential has a few KB. */
const stdoutBytesMax = 1024 * 1024;
/** Kept of stderr between two reports. */
const stderrCharsMax = 16 * 1024;
/** Text on stderr is reported after this time, for it may ask a person to do something. */
const reportMs = 1_000;

export type Environment = Readonly<Record<string, string | undefined>>;

/** A process that was started. */
export interface Started {
  readonly child: ChildProcess;
  /** Signals its group; 0 sends nothing. False where no process of the group is left. */
  signal(signal: NodeJS.Signals | 0): boolean;
}

/** How processes are started: the system's way, or a test's. */
export interface Processes {
  /** Whether standard input is a terminal. */
  readonly terminal: boolean;
  /** The program of that name in the folders of `path`; undefined where there is none. */
  find(name: string, path: string): string | undefined;
  /** Starts a program without a shell; only an interactive one gets the terminal. */
  start(program: string, args: readonly string[], how: StartOptions): Started;
}

export interface StartOptions {
  readonly env: Environment;
  readonly interactive: boolean;
}

/** The processes of the machine. */
export const systemProcesses: Processes = {
  get terminal() {
    return isatty(0);
  },
  find(name, path) {
    // As in Go, nothing is run from the working directory.
    const folders = path.split(delimiter).filter(isAbsolute);
    return folders.map((folder) => join(folder, name)).find(isProgram);
  },
  start(program, args, { env, interactive }) {
    // A group of its own has no terminal, so an interactive program gets none.
    const detached = !interactive && process.platform !== 'win32';
    const child = spawn(program, args, {
      detached,
      env,
      stdio: interactive ? ['inherit', 'pipe', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    const signal = (name: NodeJS.Signals | 0): boolean => {
      if (!detached || child.pid === undefined) return child.kill(name);
      try {
        return process.kill(-child.pid, name) && (name !== 0 || isAtWork(child.pid));
      } catch (error) {
        // EPERM: the processes left belong to another user.
        if (['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
        throw error;
      }
    };
    const kill = (): void => void signal('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    child.once('error', () => process.off('exit', kill));
    return { child, signal };
  },
};

/**
 * Whether any process of the group is alive. A zombie is not: it may stay for ever, where the first
 * process of the container does not reap it.
 */
function isAtWork(group: number): boolean {
  // Without /proc zombies look alive, and the time before SIGKILL has to pass.
  if (!existsSync('/proc/self/stat')) return true;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.some((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      const [, state = '', of] = /\) (\S) \d+ (\d+) /.exec(stat) ?? [];
      return Number(of) === group && !'ZX'.includes(state);
    } catch {
      // The process ended after it was listed.
      return false;
    }
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Absent or not executable here: another folder may have it.
    return false;
  }
}

/** How a process ended, and what it wrote. */
export interface Output {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** The end of its stderr that was not reported yet. */
  readonly stderr: string;
}

export interface OutputOptions {
  readonly clock: Clock;
  /** Ends the process and rejects; so does the time-out. */
  readonly signal: AbortSignal;
  readonly msMax: number;
  /** Called with text from stderr while the process runs. */
  onStderr(text: string): void;
}

/** A process at work. */
export interface Work {
  /** Rejects where the process cannot be started, writes too much, or is ended. */
  readonly output: Promise<Output>;
  /** Resolves when no process of the group is left; never rejects. */
  readonly ended: Promise<void>;
}

/** Waits for a process, collects its output, and then ends its group. */
export function workOf(started: Started, options: OutputOptions): Work {
  const { clock } = options;
  const exited = Promise.withResolvers<void>();
  started.child.once('exit', () => exited.resolve());
  started.child.once('error', () => exited.resolve());
  const output = collect(started, options);
  const ending = async (): Promise<void> => {
    await endGroup(started, exited.promise, clock);
    // A process that has left the group may have the pipes open still.
    started.child.stdout?.destroy();
    started.child.stderr?.destroy();
  };
  return { output, ended: output.then(ending, ending) };
}

async function collect(started: Started, options: OutputOptions): Promise<Output> {
  const { child } = started;
  const { clock, signal, msMax, onStderr } = options;
  const done = new AbortController();
  const tooLong = Promise.withResolvers<never>();
  const stderr = reported(onStderr, clock, done.signal);
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > stdoutBytesMax) tooLong.reject(new Error('more than 1 MiB of output'));
    else chunks.push(chunk);
  });
  child.stderr?.setEncoding('utf8').on('data', stderr.add);
  const exited = Promise.race([endOf(child, clock, done.signal), tooLong.promise]);
  const inTime = (late: AbortSignal) => unlessAborted(exited, AbortSignal.any([signal, late]));
  try {
    const exit = await withDeadline(clock, msMax, inTime, 'no answer');
    return { ...exit, stdout: Buffer.concat(chunks).toString('utf8'), stderr: stderr.rest() };
  } finally {
    done.abort();
    const left = stderr.rest();
    if (left !== '') onStderr(left);
  }
}

/** How the process ended, once its output is complete, or `drainMs` later. */
async function endOf(
  child: ChildProcess,
  clock: Clock,
  signal: AbortSignal,
): Promise<Pick<Output, 'code' | 'signal'>> {
  const closed = Promise.withResolvers<void>();
  const exited = Promise.withResolvers<Pick<Output, 'code' | 'signal'>>();
  child.once('error', exited.reject);
  child.once('exit', (code, name) => exited.resolve({ code, signal: name }));
  child.once('close', () => closed.resolve());
  const exit = await exited.promise;
  await waitAtMost(clock, drainMs, closed.promise, signal);
  return exit;
}

/** Text that is passed on `reportMs` after its first piece; `rest` is the part that was not yet. */
function reported(onText: (text: string) => void, clock: Clock, signal: AbortSignal) {
  let text = '';
  const rest = (): string => {
    const all = text;
    text = '';
    return all;
  };
  return {
    rest,
    add(piece: string): void {
      const first = text === '';
      text = (text + piece).slice(0, stderrCharsMax);
      if (!first) return;
      void clock.sleep(reportMs, signal).then(() => {
        if (!signal.aborted && text !== '') onText(rest());
      });
    },
  };
}

/** Sends SIGTERM to the group, waits for it to end, and sends SIGKILL to the rest. */
async function endGroup(started: Started, exited: Promise<void>, clock: Clock): Promise<void> {
  if (!started.signal('SIGTERM')) return;
  const untilMs = clock.now() + graceMs;
  await waitAtMost(clock, graceMs, exited);
  while (started.signal(0) && clock.now() < untilMs) await clock.sleep(lookMs);
  if (started.signal('SIGKILL')) await exited;
}

// Reads memory and CPU time of a process from /proc.
import { readdirSync, readFileSync } from 'node:fs';

/** Memory of a process, in bytes. */
export interface Memory {
  readonly resident: number;
  /** Peak of resident memory since the start. */
  readonly peak: number;
  /** Memory that is neither of files nor shared: heap, buffers, stacks. */
  readonly anonymous: number;
}

/** The memory of a process; throws if it does not exist. */
export const memoryOf = (pid: number): Memory =>
  parseMemory(readFileSync(`/proc/${pid}/status`, 'utf8'));

/** Parses /proc/PID/status. */
export function parseMemory(status: string): Memory {
  const bytes = (name: string): number => {
    const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
    if (kib === undefined) throw new Error(`expected ${name} in /proc/PID/status, got none`);
    return Number(kib) * 1024;
  };
  return { resident: bytes('VmRSS'), peak: bytes('VmHWM'), anonymous: bytes('RssAnon') };
}

/** The kernel counts in ticks of 10 ms where it includes threads that have ended. */
const tickMs = 10;

/**
 * CPU time of a process from its start, in milliseconds, of threads that have ended too. Exact
 * between two reads, and to two ticks where threads ended in between. `read` throws if the process
 * does not exist.
 */
export class CpuTime {
  readonly #pid: number;
  #endedMs = 0;

  constructor(pid: number) {
    this.#pid = pid;
  }

  read(): number {
    const folder = `/proc/${this.#pid}`;
    const threads = readdirSync(`${folder}/task`);
    const runNs = threads.map((thread) => runNsOf(`${folder}/task/${thread}/schedstat`));
    const liveMs = runNs.reduce((sum, ns) => sum + ns, 0) / 1e6;
    const ticksMs = parseTicks(readFileSync(`${folder}/stat`, 'utf8')) * tickMs;
    if (ticksMs - liveMs - this.#endedMs > tickMs) this.#endedMs = ticksMs - liveMs;
    return liveMs + this.#endedMs;
  }
}

/** 0 where the thread ended since its name was read: then it is among those that have ended. */
function runNsOf(path: string): number {
  try {
    return parseRunNs(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return 0;
    throw error;
  }
}

/** Parses /proc/PID/stat: user and system time of all threads, those that ended too, in ticks. */
export function parseTicks(stat: string): number {
  // The command is in parentheses, and may have any character.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  if (!Number.isInteger(ticks)) throw new Error(`expected ticks in /proc/PID/stat, got "${stat}"`);
  return ticks;
}

/** Parses /proc/PID/task/TID/schedstat, which is exact to the nanosecond. */
export function parseRunNs(schedstat: string): number {
  const [, ns] = /^(\d+) \d+ \d+$/.exec(schedstat.trim()) ?? [];
  if (ns === undefined) throw new Error(`expected three numbers in schedstat, got "${schedstat}"`);
  return Number(ns);
}

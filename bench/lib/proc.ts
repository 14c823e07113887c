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

/** CPU time of all threads of a process, in milliseconds; throws if it does not exist. */
export function cpuMsOf(pid: number): number {
  let ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    ns += parseRunNs(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'));
  }
  return ns / 1e6;
}

/**
 * Parses /proc/PID/task/TID/schedstat, which is exact to the nanosecond. Clock ticks in
 * /proc/PID/stat are 10 ms long, and often charged to another process.
 */
export function parseRunNs(schedstat: string): number {
  const [, ns] = /^(\d+) \d+ \d+$/.exec(schedstat.trim()) ?? [];
  if (ns === undefined) throw new Error(`expected three numbers in schedstat, got "${schedstat}"`);
  return Number(ns);
}

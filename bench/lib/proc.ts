// What Linux tells of another process below /proc: its memory, and the time it has computed.
import { readdirSync, readFileSync } from 'node:fs';

/** Bytes of memory that a process holds. */
export interface Memory {
  readonly resident: number;
  /** The most that was resident since the start. */
  readonly peak: number;
  /** What is neither a file's nor shared: heap, buffers, stacks. */
  readonly anonymous: number;
}

/** The memory of a process now; throws if there is no such process. */
export const memoryOf = (pid: number): Memory =>
  parseMemory(readFileSync(`/proc/${pid}/status`, 'utf8'));

/** Reads /proc/PID/status. */
export function parseMemory(status: string): Memory {
  const bytes = (name: string): number => {
    const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status) ?? [];
    if (kib === undefined) throw new Error(`expected ${name} in /proc/PID/status, got none`);
    return Number(kib) * 1024;
  };
  return { resident: bytes('VmRSS'), peak: bytes('VmHWM'), anonymous: bytes('RssAnon') };
}

/** Milliseconds of CPU that all threads of a process have used; throws if there is none such. */
export function cpuMsOf(pid: number): number {
  let ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    ns += parseRunNs(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'));
  }
  return ns / 1e6;
}

/**
 * Reads /proc/PID/task/TID/schedstat. Its nanoseconds are exact, where the clock ticks of
 * /proc/PID/stat are 10 ms long and often charged to whoever runs when one ends.
 */
export function parseRunNs(schedstat: string): number {
  const [, ns] = /^(\d+) \d+ \d+$/.exec(schedstat.trim()) ?? [];
  if (ns === undefined) throw new Error(`expected three numbers in schedstat, got "${schedstat}"`);
  return Number(ns);
}

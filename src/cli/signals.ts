// Signals of this process, handled from the first line on: main.ts imports this file first.
import { closeSync, openSync, readSync } from 'node:fs';
import { Stopped } from '../lib/errors.ts';

const stops = ['SIGTERM', 'SIGINT'] as const;
type StopSignal = (typeof stops)[number];

/** Their bits in the signal masks of /proc. */
const bitOf: Readonly<Record<StopSignal, bigint>> = { SIGINT: 1n << 1n, SIGTERM: 1n << 14n };

/** /proc/self/status is shorter. */
const statusBytes = 8_192;

const stopping = new AbortController();
const hangupCalls = new Set<() => void>();
const onStop = Object.fromEntries(
  stops.map((signal) => [signal, () => stopping.abort(new Stopped(signal))]),
) as Readonly<Record<StopSignal, () => void>>;

/** Aborted by the first SIGTERM or SIGINT; the reason is a `Stopped` that names it. */
export const stop: AbortSignal = stopping.signal;

/** Calls at each SIGHUP, which never ends the process. */
export function onHangup(call: () => void): void {
  hangupCalls.add(call);
}

/** Handles the first SIGTERM and the first SIGINT; a second one ends the process at once. */
export function handleStops(): void {
  for (const signal of stops) process.once(signal, onStop[signal]);
}

/**
 * Stops handling them: from here on they end the process, as they do by default. Called right
 * before an exec, which would lose a signal that was handled.
 */
export function releaseStops(): void {
  for (const signal of stops) process.removeListener(signal, onStop[signal]);
}

/** Opens /proc/self/status of PID 1, which lists the handled signals; undefined elsewhere. */
function openStatus(): number | undefined {
  if (process.pid !== 1 || process.platform !== 'linux') return undefined;
  try {
    return openSync('/proc/self/status', 'r');
  } catch {
    // Without /proc nothing shows whether a signal came before the first line.
    return undefined;
  }
}

/**
 * Handles the stops, also one that was sent to PID 1 before the first line. Node itself handles
 * each of these signals once, from its own start on, by ending the process; the kernel does not
 * end PID 1. So where Node's handler is gone, a signal has come. One that comes between this check
 * and handleStops is lost, so that as little as possible is done in between.
 */
function handleAllStops(): void {
  const status = openStatus();
  if (status === undefined) {
    handleStops();
    return;
  }
  const text = Buffer.alloc(statusBytes);
  // The first read compiles the code, so that the second one is fast.
  readSync(status, text, 0, statusBytes, 0);
  const length = readSync(status, text, 0, statusBytes, 0);
  handleStops();
  closeSync(status);
  const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(text.toString('latin1', 0, length))?.[1];
  if (caught === undefined) return;
  const missed = stops.find((signal) => (BigInt(`0x${caught}`) & bitOf[signal]) === 0n);
  if (missed !== undefined) onStop[missed]();
}

// Registered first: this loads the part of Node that the others need.
process.on('SIGHUP', () => {
  for (const call of hangupCalls) call();
});
handleAllStops();

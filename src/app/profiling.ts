// Profiling wires --enable-profiling: it is refused where nobody has to log in.
import { freemem } from 'node:os';
import type { Router } from '@koa/router';
import type { Options } from '../config/options.ts';
import { addProfiling } from '../http/profiling.ts';
import { ConfigError } from '../lib/errors.ts';
import { cgroupMemory } from './containerMemory.ts';
import type { RunContext } from './pipeline.ts';

/** Throws a ConfigError where the options serve profiles to whoever asks. */
export function refuseOpenProfiling(
  { 'enable-profiling': enabled, 'auth-filter': filters }: Options,
  hasUsers: boolean,
): void {
  if (!enabled || filters || hasUsers) return;
  throw new ConfigError({
    flag: '--enable-profiling',
    expected: '--auth-filter, or a --tls-config with basic_auth_users, beside it',
    got: 'neither',
    hint: 'a heap snapshot holds all that is in memory, tokens among it',
  });
}

/** The pages to add to the telemetry port. */
export async function openProfiling(
  isProtected: () => boolean,
  { clock, log, readFile }: Pick<RunContext, 'clock' | 'log' | 'readFile'>,
): Promise<(router: Router) => void> {
  // Node loads its inspector only where it is asked for.
  const { openProfiler } = await import('./profiler.ts');
  const container = cgroupMemory(readFile);
  const profiler = openProfiler({ clock, container, freeBytes: freemem });
  return (router) => addProfiling(router, { profiler, isProtected, clock, log });
}

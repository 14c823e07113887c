// Writes figures of saved results, and the conditions in which they were measured.
import { machineLine } from '../../bench/lib/machine.ts';
import type { Result } from '../../bench/lib/results.ts';

/** When and where a result was measured. */
export function conditions({ at, commit, machine, cluster, load }: Result): string {
  const measured = `${at.slice(0, 10)}, commit ${commit}; ${machineLine(machine)}; ${cluster}`;
  if (load === undefined || load <= machine.cores) return `*${measured}.*`;
  return (
    `*${measured}. The load average was ${load.toFixed(0)} on ${machine.cores} cores, by other ` +
    'work: both programs would be ready and scraped sooner alone; memory is not affected, and ' +
    'CPU time little.*'
  );
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
export const megabytes = (value: number): string => `${whole(value)} MB`;
export const seconds = (value: number): string =>
  `${value.toLocaleString('en-US', { maximumSignificantDigits: 2 })} s`;

// countedByScheduler runs a Go program that counts what pods request as kube-scheduler does.
import { spawnSync } from 'node:child_process';
import type { Counted } from '../../test/resources/podResources.ts';
import { type GoModule, goProgram } from '../goModule.ts';

const outputBytesMax = 512 * 1024 * 1024;
const timeoutMs = 5 * 60_000;

export const schedulerModule: GoModule = {
  folder: import.meta.dirname,
  programs: { 'pod-counter': '.' },
};

/** What the program, which exists once the module was built, counts for each of the pods. */
export function countedByScheduler(pods: readonly object[]): Counted[] {
  const { status, stdout, stderr, error } = spawnSync(goProgram(schedulerModule, 'pod-counter'), {
    encoding: 'utf8',
    input: pods.map((pod) => `${JSON.stringify(pod)}\n`).join(''),
    maxBuffer: outputBytesMax,
    timeout: timeoutMs,
  });
  if (status !== 0) throw new Error(`tools/scheduler failed: ${error?.message ?? stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

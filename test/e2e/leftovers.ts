// Names the processes that suites left running, and so keeps a leak from hiding behind `exit`.
import { readdirSync, readFileSync } from 'node:fs';

/** Processes of this namespace, but for this one and the shell around it. */
function leftRunning(): string[] {
  const own = String(process.pid);
  const others = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && pid !== own);
  return others.flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return command === '' ? [] : [`${pid}: ${command}`];
    } catch {
      // It has ended since.
      return [];
    }
  });
}

/** Handles that keep a process alive, beside those that every run has. */
const openHandles = (): string[] =>
  process.getActiveResourcesInfo().filter((type) => !['TTYWrap', 'PipeWrap'].includes(type));

export const mochaHooks = {
  afterAll(): void {
    const left = [...leftRunning(), ...openHandles().map((type) => `open: ${type}`)];
    if (left.length > 0) process.stdout.write(`The suites left behind:\n  ${left.join('\n  ')}\n`);
  },
};

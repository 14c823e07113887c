// Holds a process to a share of one CPU, as a container's limit does, where no cgroup can be made.
import { setTimeout as sleep } from 'node:timers/promises';
import { CpuTime } from '../../bench/lib/proc.ts';

/** How often the process is looked at while it runs: the most by which it can overdraw. */
const LOOK_MS = 2;
/** As the kernel's own quota has it: what is not used in a period is not kept for later. */
const PERIOD_MS = 100;

/**
 * Stops and continues the process, so that it uses no more than `share` of one CPU, until `signal`
 * aborts; then it runs free again. What it uses too much it waits for in the next periods.
 */
export async function holdToShare(pid: number, share: number, signal: AbortSignal): Promise<void> {
  const budgetMax = PERIOD_MS * share;
  let budget = budgetMax;
  let then = performance.now();
  const cpu = new CpuTime(pid);
  let used = cpu.read();
  while (!signal.aborted) {
    await sleep(LOOK_MS);
    const [now, usedNow] = [performance.now(), cpu.read()];
    budget = Math.min(budgetMax, budget + (now - then) * share) - (usedNow - used);
    [then, used] = [now, usedNow];
    if (budget > 0) continue;
    process.kill(pid, 'SIGSTOP');
    await sleep((budgetMax - budget) / share);
    process.kill(pid, 'SIGCONT');
  }
}

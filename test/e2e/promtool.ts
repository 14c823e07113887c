// Runs promtool: what it makes of rules, configurations and expositions.
import { outcomeOf } from '../support/outcome.ts';

/** Its exit code, and all that it said. */
export function promtool(
  args: readonly string[],
  input = '',
): { status: number | null; said: string } {
  const { status, stdout, stderr } = outcomeOf('promtool', args, { input });
  return { status, said: `${stdout}${stderr}` };
}

// The conditions of a measurement: machine, Node version, commit and date.
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
}

export function thisMachine(): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: `Linux ${release()}`,
    node: process.versions.node,
  };
}

/** The current commit, with a `+` if files differ from it. */
export function thisCommit(root: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  return `${git('rev-parse', '--short=10', 'HEAD')}${git('status', '--porcelain', '-uno') && '+'}`;
}

/** One line that names the machine. */
export const machineLine = ({ cpu, cores, memoryGb, kernel, node }: Machine): string =>
  `${cpu}, ${cores} cores, ${memoryGb} GiB, ${kernel}, Node ${node}`;

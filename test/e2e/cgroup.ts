// Limits of CPU and memory as the kernel keeps them for a container, where there are cgroups.
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PERIOD_US = 100_000;
/** Enters each group named before `--`, then becomes the program behind it. */
const ENTER =
  'while [ "$1" != -- ]; do echo $$ >"$1/cgroup.procs" || exit; shift; done; shift; exec "$@"';

export interface Limits {
  /** Of one CPU. */
  readonly cpuShare: number;
  readonly memoryBytes: number;
}

/** Groups with limits; `remove` them once what ran in them has ended. */
export class Cgroup {
  static #made = 0;
  readonly version: 1 | 2;
  readonly #cpu: string;
  readonly #memory: string;

  private constructor(version: 1 | 2, cpu: string, memory: string) {
    this.version = version;
    this.#cpu = cpu;
    this.#memory = memory;
  }

  /** Throws where the kernel has no such controllers, or they are not ours to use. */
  static make({ cpuShare, memoryBytes }: Limits): Cgroup {
    const quotaUs = Math.round(PERIOD_US * cpuShare);
    const { version, cpu, memory } = controllers();
    const name = `kubestate-e2e-${process.pid}-${Date.now()}-${++Cgroup.#made}`;
    const group = new Cgroup(version, join(cpu, name), join(memory, name));
    if (version === 2) writeFileSync(join(cpu, 'cgroup.subtree_control'), '+cpu +memory');
    try {
      for (const folder of group.#folders) mkdirSync(folder);
      if (version === 2) {
        writeFileSync(join(group.#cpu, 'cpu.max'), `${quotaUs} ${PERIOD_US}`);
        writeFileSync(join(group.#memory, 'memory.max'), `${memoryBytes}`);
      } else {
        writeFileSync(join(group.#cpu, 'cpu.cfs_period_us'), `${PERIOD_US}`);
        writeFileSync(join(group.#cpu, 'cpu.cfs_quota_us'), `${quotaUs}`);
        writeFileSync(join(group.#memory, 'memory.limit_in_bytes'), `${memoryBytes}`);
      }
    } catch (error) {
      group.remove();
      throw error;
    }
    return group;
  }

  get #folders(): string[] {
    return [...new Set([this.#cpu, this.#memory])];
  }

  /** What to run so that a program runs within; its pid is that of what is run. */
  command(program: string, args: readonly string[]): [program: string, args: string[]] {
    return ['sh', ['-c', ENTER, 'sh', ...this.#folders, '--', program, ...args]];
  }

  /** In how many periods those within had to wait, for they had used up their share. */
  get throttledPeriods(): number {
    const [, count] = /^nr_throttled (\d+)$/m.exec(this.#read(this.#cpu, 'cpu.stat')) ?? [];
    return Number(count);
  }

  /** How many processes were ended because they wanted more memory. */
  get killed(): number {
    const file = this.version === 2 ? 'memory.events' : 'memory.oom_control';
    const [, count] = /^oom_kill (\d+)$/m.exec(this.#read(this.#memory, file)) ?? [];
    return Number(count);
  }

  #read(folder: string, file: string): string {
    return readFileSync(join(folder, file), 'utf8');
  }

  /** Throws where something still runs in there. */
  remove(): void {
    for (const folder of this.#folders) rmdirSync(folder);
  }
}

/** Where the controllers of CPU and memory are mounted. */
function controllers(): { version: 1 | 2; cpu: string; memory: string } {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const folders = mounts.map((line) => line.split(' '));
  const ofOne = (controller: string): string | undefined =>
    folders.find(
      ([, , type, options]) => type === 'cgroup' && options?.split(',').includes(controller),
    )?.[1];
  const [cpu, memory] = [ofOne('cpu'), ofOne('memory')];
  if (cpu !== undefined && memory !== undefined) return { version: 1, cpu, memory };
  const unified = folders.find(([, , type]) => type === 'cgroup2')?.[1];
  if (unified === undefined) throw new Error('expected cgroups to be mounted, got none');
  const has = readFileSync(join(unified, 'cgroup.controllers'), 'utf8').trim().split(' ');
  for (const controller of ['cpu', 'memory']) {
    if (has.includes(controller)) continue;
    throw new Error(`expected the controller ${controller} in ${unified}, got ${has.join(', ')}`);
  }
  return { version: 2, cpu: unified, memory: unified };
}

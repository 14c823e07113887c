// Runs an image as a kubelet's runtime does: by runc, with no rights, on a root it may only read.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outcomeOf } from '../support/outcome.ts';
import type { Image } from './image.ts';
import { Program } from './program.ts';

export interface ContainerOptions {
  /** As in a pod: `command` takes the entry point's place, `args` stand behind either. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The image's own by default. */
  readonly uid?: number;
  readonly memoryBytes?: number;
  /** Folders to read: the place inside to the one outside. */
  readonly volumes?: Readonly<Record<string, string>>;
  readonly mayWrite?: boolean;
}

let started = 0;

/**
 * A started container, in the network of who starts it. `program` is runc, which hands on signals
 * and the exit code; what it needs is written below `folder`.
 */
export class Container {
  readonly id = `kubestate-${process.pid}-${++started}`;
  readonly program: Program;
  readonly #state: string;

  constructor(folder: string, image: Image, options: ContainerOptions) {
    this.#state = `--root=${join(folder, 'runc')}`;
    const bundle = join(folder, this.id);
    mkdirSync(bundle);
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(specification(image, options)));
    this.program = new Program('runc', [this.#state, 'run', '--bundle', bundle, this.id]);
  }

  /** The pid of its first process, as this side of its namespace knows it. */
  get pid(): number {
    const { stdout, stderr } = outcomeOf('runc', [this.#state, 'state', this.id]);
    const pid = /"pid": (\d+)/.exec(stdout)?.[1];
    if (pid === undefined) throw new Error(`expected a pid of ${this.id}, got ${stdout}${stderr}`);
    return Number(pid);
  }

  /** Ends what still runs in it, which outlives runc itself where that is killed. */
  async remove(): Promise<void> {
    outcomeOf('runc', [this.#state, 'delete', '--force', this.id]);
    await this.program.exitCode;
  }
}

/** What a pod with the `restricted` security standard asks of a runtime. */
function specification({ config, files }: Image, options: ContainerOptions): object {
  const { command = config.Entrypoint, args = config.Cmd ?? [], env = {} } = options;
  const { uid, memoryBytes, volumes = {}, mayWrite = false } = options;
  const [ownUid, ownGid] = config.User.split(':').map(Number);
  return {
    ociVersion: '1.0.2',
    root: { path: files, readonly: !mayWrite },
    process: {
      user: { uid: uid ?? ownUid, gid: uid === undefined ? ownGid : 0 },
      cwd: '/',
      args: [...command, ...args],
      env: [...config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
      capabilities: {},
      noNewPrivileges: true,
    },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
      { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['ro'] },
      ...Object.entries(volumes).map(([destination, source]) => ({
        destination,
        type: 'bind',
        source,
        options: ['rbind', 'ro'],
      })),
    ],
    linux: {
      namespaces: ['pid', 'mount', 'ipc', 'uts', 'cgroup'].map((type) => ({ type })),
      ...(memoryBytes !== undefined && { resources: { memory: { limit: memoryBytes } } }),
    },
  };
}

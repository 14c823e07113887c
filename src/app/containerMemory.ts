// ContainerMemory reads from the cgroup how much memory the container uses, and its limit.

/** Memory that the kernel counts for the container. */
export interface ContainerUse {
  /** Without files that the kernel can drop at once, as kubelet's working set. */
  readonly usedBytes: number;
  /** The kernel kills the process where it needs more than this. */
  readonly limitBytes: number;
}

export interface ContainerMemory {
  /** Undefined where nothing limits the process. */
  read(): ContainerUse | undefined;
}

interface CgroupFiles {
  readonly limit: string;
  readonly used: string;
  readonly stat: string;
  /** The key of files in `stat` that were not used lately. */
  readonly inactive: string;
}

const root = '/sys/fs/cgroup';

/** The files of both versions in the cgroup at this path. */
const filesAt = (v2: string, v1: string): readonly CgroupFiles[] => [
  {
    limit: `${root}${v2}/memory.max`,
    used: `${root}${v2}/memory.current`,
    stat: `${root}${v2}/memory.stat`,
    inactive: 'inactive_file',
  },
  {
    limit: `${root}/memory${v1}/memory.limit_in_bytes`,
    used: `${root}/memory${v1}/memory.usage_in_bytes`,
    stat: `${root}/memory${v1}/memory.stat`,
    inactive: 'total_inactive_file',
  },
];

/** Version 1 has this for no limit, less a page; version 2 has "max". */
const unlimitedBytesMin = 2 ** 53;

/** The memory of the cgroup of this process, version 2 or 1. */
export function cgroupMemory(readFile: (path: string) => Buffer): ContainerMemory {
  const text = (path: string): string | undefined => {
    try {
      return readFile(path).toString().trim();
    } catch {
      // Another version, another system, or no container.
      return undefined;
    }
  };
  const own = text('/proc/self/cgroup') ?? '';
  const [, v2 = '/'] = /^0::(.*)$/m.exec(own) ?? [];
  const [, v1 = '/'] = /^\d+:(?:.*,)?memory(?:,.*)?:(.*)$/m.exec(own) ?? [];
  const below = (path: string): string => (path === '/' ? '' : path);
  // A container sees its own cgroup as the root, whatever /proc calls it; a service does not.
  const versions = [...filesAt(below(v2), below(v1)), ...filesAt('', '')];
  const limitOf = ({ limit }: CgroupFiles): number => Number(text(limit) ?? Number.NaN);
  const files = versions.find((version) => limitOf(version) < unlimitedBytesMin);
  return {
    read() {
      // Asked again, because a limit can be changed while the container runs.
      const limitBytes = files && limitOf(files);
      if (files === undefined || !(Number(limitBytes) < unlimitedBytesMin)) return undefined;
      const stat = text(files.stat) ?? '';
      const inactive = new RegExp(`^${files.inactive} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0;
      const usedBytes = Number(text(files.used) ?? 0) - Number(inactive);
      return { usedBytes: Math.max(0, usedBytes), limitBytes: Number(limitBytes) };
    },
  };
}

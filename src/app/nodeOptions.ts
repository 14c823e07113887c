// Node's options: memory within the container's limit, and no debugger that a signal opens.

/**
 * The share of the container's limit that V8 may fill; the rest is for buffers and Node itself.
 * V8's own choice is more than all of a container of 250 MiB.
 */
const heapPercent = 60;
/** What a list leaves behind is garbage at once; a larger young generation would only keep it. */
const semiSpaceMib = 4;

/**
 * How far the heap may grow beyond live objects before it is collected; buffers count too.
 * V8's own measure lets it grow threefold while a list comes in, and collects every few seconds
 * later: 260 MB at the peak of 20,000 pods instead of 200, and a tenth more CPU after it. Unlike
 * the others this one can be set in a running process.
 */
export const heapGrowth = '--heap-growing-percent=60';

/** Without it SIGUSR1 opens Node's inspector, which runs any code for whoever reaches its port. */
const noDebugger = '--disable-sigusr1';

/** With these, glibc returns freed blocks of the store's size to the kernel. */
const allocator = { MALLOC_MMAP_THRESHOLD_: '32768', MALLOC_TRIM_THRESHOLD_: '131072' };

/** How the process was started, and how much memory there is. */
export interface Started {
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In bytes; 0, or more than there is, where nothing limits the process. */
  readonly limit: number;
  readonly total: number;
}

/** The arguments of Node, and the environment, to start with. */
export interface Start {
  readonly execArgv: string[];
  readonly env: Record<string, string | undefined>;
}

/**
 * The start that the process should have had; undefined where it had it. Options that are set
 * stay: a size of the heap, of the young generation, a threshold of the allocator, what SIGUSR1
 * does.
 */
export function betterNodeOptions({ execArgv, env, limit, total }: Started): Start | undefined {
  const given = [...execArgv, env.NODE_OPTIONS ?? ''].join(' ').replaceAll('_', '-');
  const sizes: string[] = [];
  if (limit > 0 && limit < total && !/--max-(old-space|heap)-size/.test(given)) {
    sizes.push(`--max-old-space-size-percentage=${heapPercent}`);
  }
  if (!given.includes('--max-semi-space-size')) {
    sizes.push(`--max-semi-space-size=${semiSpaceMib}`);
  }
  const missing = [...sizes, ...(given.includes('disable-sigusr1') ? [] : [noDebugger])];
  if (missing.length === 0) return undefined;
  // Where both sizes are set, the allocator is left alone too.
  const itsEnv = sizes.length === 0 ? env : { ...allocator, ...env };
  return { execArgv: [...execArgv, ...missing], env: itsEnv };
}

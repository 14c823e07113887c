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
 * later: 260 MB at the peak of 20,000 pods instead of 200, and a tenth more CPU after it.
 */
export const heapGrowth = '--heap-growing-percent=60';

/**
 * The same until the first lists are in, where there is room: 10 % less CPU of a start with 20,000
 * pods, for 12 MB more at its peak. With 150 it was no less, and 250 left 20 MB behind.
 */
const heapGrowthAtStart = '--heap-growing-percent=100';
/** With less memory than this, none is given for speed. */
export const roomyMemoryMin = 400 * 2 ** 20;

/** How many times larger the young generation becomes at a time, up to the size above. */
export const youngGrowth = (factor: 1 | 2): string => `--semi-space-growth-factor=${factor}`;

/**
 * JavaScript is optimized by Maglev alone, WebAssembly compiled by Liftoff, and V8 prefers memory
 * to speed: 96 pods take 88 MB instead of 98. By the second flag Maglev's code counts its calls
 * nonetheless, so that TurboFan takes it over once that is on. Without the flag it never did: a
 * start with 20,000 pods took a third more CPU than with TurboFan from the beginning.
 */
export const turbofanOff = [
  '--no-turbofan',
  '--force-emit-interrupt-budget-checks',
  '--no-wasm-tier-up',
  '--no-wasm-dynamic-tiering',
  '--optimize-for-size',
];
/**
 * WebAssembly's flags stay: a module keeps the compilers that it was made with, and undici's parser
 * is made before there are objects. It takes 0.4 % of the CPU of a start.
 */
export const turbofanOn = ['--turbofan', '--no-optimize-for-size'];

/**
 * Buffer's pool is made of pieces of this size. Node's own of 64 KB are beyond the threshold of the
 * `allocator`: each was fresh memory of the kernel, and all that sockets read is copied there. That
 * was a third of the page faults of a start with 20,000 pods, and a third of its system time.
 */
const bufferPoolBytes = 16 * 1024;

/** Modules of Node that the program loads in any case, and what they load themselves. */
const builtins = ['assert', 'crypto', 'fs/promises', 'https', 'perf_hooks', 'tls'];
const moreBuiltins = ['stream/promises', 'timers/promises', 'v8', 'vm', 'worker_threads', 'zlib'];

/**
 * Sets what a running process can change: Buffer's pool, and flags of V8. V8 refuses compiled code
 * that was made with other flags, such as that of Node's own modules. So these are loaded first: to
 * compile them anew takes 1.3 MB, and time.
 */
export function setRunningOptions(process: RunningOptions): void {
  const { loadBuiltin, setV8Flags, setBufferPool, memoryBytes, hasMaglev } = process;
  setBufferPool(bufferPoolBytes);
  for (const name of [...builtins, ...moreBuiltins]) loadBuiltin(`node:${name}`);
  setV8Flags(memoryBytes < roomyMemoryMin ? heapGrowth : heapGrowthAtStart);
  // These hold while modules are loaded, too; src/app/smallCluster.ts takes them back.
  setV8Flags(youngGrowth(1));
  if (hasMaglev) for (const flag of turbofanOff) setV8Flags(flag);
}

/** What the process does with them. */
export interface RunningOptions {
  loadBuiltin(name: string): unknown;
  setV8Flags(flags: string): void;
  setBufferPool(pieceBytes: number): void;
  /** What the process may use. */
  readonly memoryBytes: number;
  /** Whether V8 has it: Node is built without it for some architectures. */
  readonly hasMaglev: boolean;
}

/** Without it SIGUSR1 opens Node's inspector, which runs any code for whoever reaches its port. */
const noDebugger = '--disable-sigusr1';

/**
 * With these, glibc returns freed blocks of the store's size to the kernel, and all threads
 * allocate from one arena. Arenas of their own keep what V8's compilers have freed: 4 MB more at
 * rest, after half of 20,000 pods were replaced. A start takes the same CPU.
 */
export const allocator = {
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_ARENA_MAX: '1',
};

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

// With which arguments and environment the program starts itself anew, and when it does not.
import { expect } from 'chai';
import {
  betterNodeOptions,
  type Started,
  setRunningOptions,
  turbofanOff,
} from '../../src/app/nodeOptions.ts';

const MIB = 2 ** 20;
const unlimited = 2 ** 64;
const bare: Started = { execArgv: [], env: {}, limit: unlimited, total: 16_384 * MIB };
const container: Started = { ...bare, limit: 250 * MIB };
const allocator = {
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_ARENA_MAX: '1',
};

const [percent, semi, debug] = [
  '--max-old-space-size-percentage=60',
  '--max-semi-space-size=4',
  '--disable-sigusr1',
];

/** What was started, and the arguments it gets; none where it goes on as it is. */
const cases: readonly (readonly [string, Started, readonly string[] | undefined])[] = [
  ['a process without a limit', bare, [semi, debug]],
  ['a system that tells no limit', { ...bare, limit: 0 }, [semi, debug]],
  ['a container', container, [percent, semi, debug]],
  ['a debugger', { ...bare, execArgv: ['--inspect'] }, ['--inspect', semi, debug]],
  [
    'a chosen heap',
    { ...container, execArgv: ['--max-old-space-size=90'] },
    ['--max-old-space-size=90', semi, debug],
  ],
  [
    'a chosen heap in underscores',
    { ...container, env: { NODE_OPTIONS: '--max_heap_size=90' } },
    [semi, debug],
  ],
  [
    'a chosen young generation',
    { ...container, env: { NODE_OPTIONS: '--max-semi-space-size=9' } },
    [percent, debug],
  ],
  [
    'a debugger that a signal may open',
    { ...container, execArgv: ['--no-disable-sigusr1'] },
    ['--no-disable-sigusr1', percent, semi],
  ],
  [
    'chosen sizes',
    { ...container, execArgv: [percent], env: { NODE_OPTIONS: semi } },
    [percent, debug],
  ],
  [
    'a start with all of them',
    { ...container, execArgv: [percent], env: { NODE_OPTIONS: `${semi} ${debug}` } },
    undefined,
  ],
  [
    'what was started anew',
    { ...container, execArgv: [percent, semi, debug], env: allocator },
    undefined,
  ],
];

describe('a start with little memory', () => {
  for (const [name, started, args] of cases) {
    it(`of ${name} has ${args === undefined ? 'nothing to change' : args.join(' ')}`, () => {
      expect(betterNodeOptions(started)?.execArgv).to.deep.equal(args);
    });
  }

  it('keeps the environment, and what it says of the allocator', () => {
    const env = { HOME: '/root', MALLOC_TRIM_THRESHOLD_: '1' };
    expect(betterNodeOptions({ ...bare, env })?.env).to.deep.equal({ ...allocator, ...env });
  });

  it('leaves the allocator alone where both sizes are chosen', () => {
    const env = { NODE_OPTIONS: semi };
    expect(betterNodeOptions({ ...bare, env })?.env).to.deep.equal(env);
  });

  it('is never asked for twice', () => {
    for (const [, started] of cases) {
      const better = betterNodeOptions(started);
      if (better) expect(betterNodeOptions({ ...started, ...better })).to.equal(undefined);
    }
  });
});

describe('The options of a running process', () => {
  for (const [room, memoryBytes, growth] of [
    ['little', 250 * 2 ** 20, '--heap-growing-percent=60'],
    ['much', 512 * 2 ** 20, '--heap-growing-percent=100'],
  ] as const) {
    it(`are set after Node's own modules are loaded, for ${room} memory`, () => {
      // V8 would refuse their compiled code otherwise.
      const steps: string[] = [];
      setRunningOptions({
        loadBuiltin(name) {
          expect(process.getBuiltinModule(name), name).to.not.equal(undefined);
          steps.push('module');
        },
        setV8Flags: (flags) => steps.push(flags),
        setBufferPool: () => undefined,
        memoryBytes,
        hasMaglev: true,
      });
      const first = steps.indexOf(growth);
      expect(steps.slice(0, first)).to.include('module');
      expect(steps.slice(first)).to.deep.equal([
        growth,
        '--semi-space-growth-factor=1',
        ...turbofanOff,
      ]);
    });
  }

  it("keep Buffer's pool below the size that the allocator asks the kernel for", () => {
    const pieces: number[] = [];
    setRunningOptions({
      loadBuiltin: () => undefined,
      setV8Flags: () => undefined,
      setBufferPool: (bytes) => pieces.push(bytes),
      memoryBytes: 2 ** 30,
      hasMaglev: true,
    });
    expect(pieces).to.have.length(1);
    expect(pieces[0]).to.be.within(8_192, Number(allocator.MALLOC_MMAP_THRESHOLD_) / 2);
  });

  it('leave TurboFan on where it is the only compiler that optimizes', () => {
    const flags: string[] = [];
    setRunningOptions({
      loadBuiltin: () => undefined,
      setV8Flags: (given) => flags.push(given),
      setBufferPool: () => undefined,
      memoryBytes: 2 ** 30,
      hasMaglev: false,
    });
    expect(flags).to.not.include('--no-turbofan');
  });
});

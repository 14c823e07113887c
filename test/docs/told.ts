// What the program says of a fault: lines of its log and of /readyz, and a refused scrape.
import type { Running } from '../../src/app/run.ts';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { seededRandom } from '../../src/demo/random.ts';
import { SteppedClock } from '../faults/clock.ts';
import { pod } from '../support/program.ts';
import { start } from '../support/start.ts';

const stepMs = 250;
const stopStepsMax = 400;

export interface Fault {
  readonly args?: readonly string[];
  /** What is wrong before the program starts. */
  readonly before?: (server: ApiServer) => void | Promise<void>;
  /** What goes wrong once it has run for some seconds. */
  readonly later?: (server: ApiServer) => void | Promise<void>;
  /** How long it lasts. */
  readonly ms: number;
  /** Where the API server is thought to be, if not at the simulated one. */
  readonly where?: string;
}

const beforeMs = 5_000;

/** Runs the program on a simulated API server while time passes as fast as it can. */
export async function told({ args = [], before, later, ms, where }: Fault): Promise<string[]> {
  const clock = new SteppedClock();
  const server = new ApiServer({ clock, random: seededRandom(7) });
  for (const name of ['one', 'two']) server.create(pod(name) as ApiObject);
  const { url } = await server.listen(0, '127.0.0.1');
  await before?.(server);
  const lines: string[] = [];
  const at = (level: string) => recorded(level, lines);
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const starting = start([where ?? `--apiserver=${url}`, ...args], { clock, log });
  const program = await stepping(clock, starting);
  try {
    await pass(clock, beforeMs);
    await later?.(server);
    await pass(clock, ms);
    return [...lines, ...(await pagesOf(program))];
  } finally {
    await stepping(clock, program.stop());
    await server.close();
  }
}

const recorded =
  (level: string, lines: string[]) =>
  (keys: object, msg = ''): void => {
    lines.push(JSON.stringify({ level, ...keys, msg }));
  };

async function pass(clock: SteppedClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) await clock.step(stepMs);
}

/** Waits for something that needs time to pass. */
async function stepping<T>(clock: SteppedClock, promise: Promise<T>): Promise<T> {
  let done = false;
  const marked = promise.finally(() => {
    done = true;
  });
  marked.catch(() => undefined);
  for (let i = 0; i < stopStepsMax && !done; i++) await clock.step(stepMs);
  return marked;
}

async function pagesOf({ metrics, telemetry }: Running): Promise<string[]> {
  const readyz = await fetch(`http://127.0.0.1:${telemetry.port}/readyz`);
  const scrape = await fetch(`http://127.0.0.1:${metrics.port}/metrics`);
  const text = await scrape.text();
  const refusal = scrape.status === 200 ? [] : [`${scrape.status} ${text}`, text];
  return [...(await readyz.text()).split('\n'), ...refusal];
}

/** Without what differs from run to run: addresses, times, numbers, padding, files. */
export const constantPart = (line: string): string =>
  line
    .trim()
    .replaceAll(/https?:\/\/[\d.]+(:\d+)?/g, 'URL')
    .replaceAll(/\b\d+\.\d+\.\d+\.\d+(:\d+)?/g, 'ADDRESS')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\b\d\d:\d\d:\d\d\b/g, 'CLOCK')
    .replaceAll(/"\/[\w./-]+\.yaml:/g, '"FILE:')
    .replace(/FATAL ERROR: .* - /, 'FATAL ERROR: - ')
    .replaceAll(/(?<![\w.])\d+(?![\w.])/g, 'N')
    .replaceAll(/ +/g, ' ');

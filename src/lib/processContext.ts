// ProcessContext is the process as the program sees it; main.ts makes it, tests make their own.
import type { BuildInfo } from '../telemetry/state.ts';
import type { Clock, Thread } from './clock.ts';

export interface ProcessContext {
  /** Writes to stdout. */
  print(text: string): void;
  /** Columns of the terminal that stdout is; undefined where it is none. */
  readonly columns?: number | undefined;
  /** Aborted by SIGTERM and SIGINT; `signalOf` names the signal. */
  readonly stop: AbortSignal;
  /** Registers a call for each SIGHUP. */
  onHangup(call: () => void): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Throws where the file cannot be read, as `readFileSync` does. */
  readFile(path: string): Buffer;
  /** The names in a folder; throws where there is none, as `readdirSync` does. */
  readFolder(path: string): readonly string[];
  readonly clock: Clock;
  /** The thread that runs all this. */
  readonly thread: Thread;
  readonly random: () => number;
  /** Memory that the process may use, in bytes: its container's limit, or all of the machine's. */
  readonly memoryBytes: number;
  /** Sets options of V8 that it reads while it runs, as `--heap-growing-percent=60`. */
  setV8Flags(flags: string): void;
  readonly build: BuildInfo;
}

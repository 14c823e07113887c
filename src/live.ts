// The configuration in force: its files are followed, and a new one takes over once it is synced.
import { readFileSync } from 'node:fs';
import {
  type Contents,
  contentsOf,
  FollowedFiles,
  sameContents,
  textIn,
} from './config/followed.ts';
import {
  hashOf,
  keepFixed,
  refuseLater,
  type Settings,
  settingsOf,
  settingsWith,
} from './config/settings.ts';
import { ConfigError } from './errors.ts';
import { isReady, summaryOf } from './http/readiness.ts';
import type { SelfMetrics } from './metrics/self.ts';
import type { Options } from './options.ts';
import type { Turns } from './turns.ts';
import { openWatching, type Surroundings, type Watching } from './watching.ts';

/** How often the files are looked at, and how soon a configuration that is synced takes over. */
const lookMs = 1_000;
/** A configuration that is not synced after so long is said to wait; it may still take over. */
const syncMsMax = 5 * 60_000;

export interface LiveOptions extends Surroundings {
  readonly commandLine: Options;
  /** The process has one thread for all configurations. */
  readonly turns: Turns;
  /** Told whenever a piece of work on the thread begins. */
  onWork(): void;
  readonly selfMetrics: SelfMetrics;
}

/** A configuration with what it was made of. */
interface Made {
  readonly settings: Settings;
  readonly watching: Watching;
  readonly contents: Contents;
}

/** A configuration that is not synced yet. */
interface Candidate extends Made {
  readonly sinceMs: number;
  waitSaid: boolean;
}

/** What is served now, and by which options; `run` it once. */
export class Live {
  readonly #parts: LiveOptions;
  readonly #files: FollowedFiles;
  #current: Made;
  #next: Candidate | undefined;
  #patternsSaid = false;

  /** Makes the first configuration; rejects with ConfigError where it is wrong. */
  static async open(parts: LiveOptions): Promise<Live> {
    const { commandLine, log } = parts;
    const contents = contentsOf(pathsOf(commandLine, commandLine), readFileSync);
    try {
      const made = await make(parts, await settingsIn(contents, commandLine), contents);
      tellTaken(parts, made);
      return new Live(parts, made);
    } catch (error) {
      const { config } = commandLine;
      const tolerant = config !== undefined && commandLine['continue-without-config'];
      if (!tolerant || !(error instanceof ConfigError)) throw error;
      const made = await make(parts, settingsOf(commandLine), contents);
      log.warn({ file: config, error: error.message }, 'going on by the flags alone');
      parts.selfMetrics.config.refused(config);
      return new Live(parts, made);
    }
  }

  private constructor(parts: LiveOptions, first: Made) {
    this.#parts = parts;
    this.#current = first;
    this.#files = new FollowedFiles(first.contents, readFileSync);
  }

  /** The options in force. */
  get options(): Options {
    return this.#current.settings.options;
  }

  get watching(): Watching {
    return this.#current.watching;
  }

  /** Watches and follows the files until the signal aborts; resolves when nothing is left. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    this.watching.start();
    while (!signal.aborted) {
      await clock.sleep(lookMs, signal);
      if (!signal.aborted) await this.#look();
    }
    await this.#discard();
    await this.#end(this.watching);
  }

  async #look(): Promise<void> {
    const { commandLine } = this.#parts;
    const { options } = (this.#next ?? this.#current).settings;
    const contents = this.#files.changed(pathsOf(commandLine, options));
    if (contents !== undefined) await this.#reload(contents);
    if (this.#next !== undefined) await this.#takeOver(this.#next);
    this.#sayUnusedPatterns();
  }

  /** Makes what the files say now, or says why not; the one in force goes on either way. */
  async #reload(contents: Contents): Promise<void> {
    const { log, clock, selfMetrics, commandLine } = this.#parts;
    await this.#discard();
    const { config } = commandLine;
    if (sameContents(contents, this.#current.contents)) {
      log.info({}, 'the configuration is again the one that runs');
      tellTaken(this.#parts, this.#current);
      return;
    }
    log.info({ files: [...contents.keys()] }, 'the configuration changed');
    try {
      const settings = await settingsIn(contents, commandLine);
      const made = await make(this.#parts, settings, contents, this.options);
      made.watching.start();
      this.#files.took(made.contents);
      this.#next = { ...made, sinceMs: clock.now(), waitSaid: false };
    } catch (error) {
      log.error(refusal(error), 'configuration refused, the old one goes on');
      if (config !== undefined && this.#differs(config, contents)) {
        selfMetrics.config.refused(config);
      }
    }
  }

  #differs(path: string, contents: Contents): boolean {
    return textIn(contents.get(path)) !== textIn(this.#current.contents.get(path));
  }

  /** Puts the next configuration in the place of the current one, as soon as it is synced. */
  async #takeOver(next: Candidate): Promise<void> {
    const { clock, log } = this.#parts;
    const statuses = next.watching.readiness();
    if (!isReady(statuses)) {
      if (next.waitSaid || clock.now() - next.sinceMs < syncMsMax) return;
      next.waitSaid = true;
      log.warn({ waiting: summaryOf(statuses) }, 'the new configuration is not synced yet');
      return;
    }
    const { watching: old } = this.#current;
    this.#current = next;
    this.#next = undefined;
    this.#patternsSaid = false;
    tellTaken(this.#parts, next);
    log.info({ resources: next.watching.resources.map(({ resource }) => resource) }, 'took over');
    await this.#end(old);
  }

  async #discard(): Promise<void> {
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) await this.#end(next.watching);
  }

  /** One that does not end in order must not take with it the one that takes over. */
  async #end(watching: Watching): Promise<void> {
    await watching.stop().catch((err: unknown) => {
      this.#parts.log.warn({ err }, 'a configuration did not end in order');
    });
  }

  /** Said once all is synced: before that a key may still come. */
  #sayUnusedPatterns(): void {
    if (this.#patternsSaid || !isReady(this.watching.readiness())) return;
    this.#patternsSaid = true;
    for (const pattern of this.watching.unusedPatterns()) {
      this.#parts.log.warn(pattern, 'this pattern of an allow-list matched no key');
    }
  }
}

/** What is followed: the file of --config, and the kubeconfig that is named. */
const pathsOf = (commandLine: Options, { kubeconfig }: Options): string[] =>
  [commandLine.config, kubeconfig].filter((path) => path !== undefined && path !== '') as string[];

/** What the file of --config, as it was read, makes of the command line. */
async function settingsIn(contents: Contents, commandLine: Options): Promise<Settings> {
  const { config } = commandLine;
  if (!config) return settingsOf(commandLine);
  const content = contents.get(config);
  if (content !== undefined && 'text' in content) {
    return settingsWith(commandLine, content.text, config);
  }
  throw new ConfigError(
    `--config: expected a file that can be read at ${config}, got: ` +
      `${messageOf(content?.error)}; name another, or start by the flags alone with ` +
      '--continue-without-config.',
  );
}

/** Makes a configuration of settings that `contents` gave; `running` where one runs already. */
async function make(
  parts: LiveOptions,
  settings: Settings,
  contents: Contents,
  running?: Options,
): Promise<Made> {
  const { log, commandLine } = parts;
  try {
    refuseLater(settings.options);
    const { options, stayed } =
      running === undefined ? { ...settings, stayed: [] } : keepFixed(running, settings.options);
    // Read before it is used: what changes in between is taken for a change, and not missed.
    const now = contentsOf(pathsOf(commandLine, options), readFileSync);
    const used = new Map([...now].map(([path, read]) => [path, contents.get(path) ?? read]));
    const watching = await openWatching(options, parts);
    for (const sentence of settings.unknown) log.warn({ setting: sentence }, 'unknown setting');
    if (settings.ignored.length > 0)
      log.info({ settings: settings.ignored }, 'without effect here');
    if (stayed.length > 0) log.warn({ flags: stayed }, 'these change only with a new start');
    return { settings: { ...settings, options }, watching, contents: used };
  } catch (error) {
    throw error instanceof ConfigError ? settings.sentenceOf(error) : error;
  }
}

function tellTaken(
  { commandLine: { config }, selfMetrics }: LiveOptions,
  { contents }: Made,
): void {
  const text = textIn(contents.get(config ?? ''));
  if (config !== undefined && text !== undefined) selfMetrics.config.taken(config, hashOf(text));
}

const refusal = (error: unknown): object =>
  error instanceof ConfigError ? { error: error.message } : { err: error };

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

// Reloader follows the configuration files; a new configuration takes over once it is synced.
import type { Options } from '../config/options.ts';
import {
  hashOf,
  keepRestartRequired,
  type Settings,
  settingsOf,
  settingsWith,
} from '../config/settings.ts';
import { isReady, summaryOf } from '../http/readiness.ts';
import type { WatchTicks } from '../kube/watchTicks.ts';
import { ConfigError, errorMessage, Stopped } from '../lib/errors.ts';
import {
  type Contents,
  contentsOf,
  FileWatcher,
  PollLoop,
  type ReadFile,
  sameContents,
  textIn,
} from '../lib/fileWatcher.ts';
import type { TimeSlicer } from '../lib/timeSlicer.ts';
import type { Terminations } from '../resources/terminations.ts';
import type { ConfigSource, SelfMetrics } from '../telemetry/registry.ts';
import { customPathsOf, logMistakes, readCustom } from './customConfig.ts';
import { openPipeline, type Pipeline, type RunContext } from './pipeline.ts';

/** How often the files are checked, and whether a new configuration is synced. */
const lookMs = 1_000;
/** A new configuration that is not synced by then is logged; it may still take over. */
const syncMsMax = 5 * 60_000;

export interface ReloaderOptions extends RunContext {
  readonly commandLine: Options;
  /** One of each for all configurations, as they share the thread. */
  readonly timeSlicer: TimeSlicer;
  readonly ticks: WatchTicks;
  readonly selfMetrics: SelfMetrics;
  readonly terminations: Terminations;
}

/** A configuration, with the settings and files that it is made of. */
interface Made {
  readonly settings: Settings;
  readonly watching: Pipeline;
  readonly contents: Contents;
  /** The files whose content is in force, and those that were left out because they are wrong. */
  readonly sources: readonly ConfigSource[];
  readonly leftOut: readonly ConfigSource[];
}

/** A new configuration that has not taken over yet. */
interface Candidate extends Made {
  readonly sinceMs: number;
  waitSaid: boolean;
}

/** Owns the configuration in force; `run` it once. */
export class Reloader {
  readonly #parts: ReloaderOptions;
  readonly #files: FileWatcher;
  readonly #polls: PollLoop;
  #current: Made;
  #next: Candidate | undefined;
  /** The options that were refused last: their files are followed, too. */
  #refused: Options | undefined;
  #patternsSaid = false;
  /** The truncated files that were logged. */
  #truncatedLogged = '';

  /** Makes the first configuration; rejects with ConfigError where it is wrong. */
  static async open(parts: ReloaderOptions): Promise<Reloader> {
    const { commandLine, readFile, log } = parts;
    const contents = contentsOf(pathsOf(parts, commandLine), readFile);
    try {
      const made = await make(parts, await settingsIn(contents, commandLine), contents);
      tellTaken(parts, made);
      return new Reloader(parts, made);
    } catch (error) {
      const { config } = commandLine;
      const tolerant = config !== undefined && commandLine['continue-without-config'];
      if (!tolerant || !(error instanceof ConfigError)) throw error;
      const { sources, leftOut, ...rest } = await make(parts, settingsOf(commandLine), contents);
      const made = {
        ...rest,
        sources: sources.filter(({ type }) => type !== 'config'),
        leftOut: [...leftOut, { filename: config, type: 'config' as const }],
      };
      log.warn(
        { file: config, error: error.message },
        'config file refused, running with the flags alone',
      );
      tellTaken(parts, made);
      return new Reloader(parts, made);
    }
  }

  private constructor(parts: ReloaderOptions, first: Made) {
    this.#parts = parts;
    this.#current = first;
    this.#polls = new PollLoop(parts.clock, lookMs);
    this.#files = new FileWatcher(first.contents, parts.readFile);
  }

  /** The options in force. */
  get options(): Options {
    return this.#current.settings.options;
  }

  get watching(): Pipeline {
    return this.#current.watching;
  }

  /** Watches and follows the files until the signal aborts; resolves when nothing is left. */
  async run(signal: AbortSignal): Promise<void> {
    this.watching.start();
    await this.#polls.run(signal, (asked) => this.#look(asked));
    await this.#discard();
    await this.#end(this.watching);
  }

  /** Checks the files at once; a refused one is tried again even if it has not changed. */
  pollNow(): void {
    this.#polls.pollNow();
  }

  async #look(asked: boolean): Promise<void> {
    const { options } = (this.#next ?? this.#current).settings;
    // A refused file is tried again only when it changes, or when `lookNow` asks for it.
    const than = asked && this.#next === undefined ? this.#current.contents : undefined;
    const refused = this.#refused === undefined ? [] : pathsOf(this.#parts, this.#refused);
    const paths = new Set([...pathsOf(this.#parts, options), ...refused]);
    const contents = this.#files.changed([...paths], than, asked);
    this.#logTruncated(this.#files.truncated);
    if (contents !== undefined) await this.#reload(contents);
    if (this.#next !== undefined) await this.#takeOver(this.#next);
    this.#sayUnusedPatterns();
  }

  #logTruncated(files: readonly string[]): void {
    const logged = this.#truncatedLogged;
    this.#truncatedLogged = files.join();
    if (files.length === 0 || logged === files.join()) return;
    this.#parts.log.warn(
      { files },
      'a file was cut short: its old content stays in use, unless this lasts for a minute',
    );
  }

  /** Makes the configuration of the files, or logs why it is refused; the current one goes on. */
  async #reload(contents: Contents): Promise<void> {
    const { log, clock, selfMetrics, commandLine, readFile } = this.#parts;
    await this.#discard();
    this.#refused = undefined;
    const own = new Set(pathsOf(this.#parts, this.options));
    const ofCurrent = new Map([...contents].filter(([path]) => own.has(path)));
    if (sameContents(ofCurrent, this.#current.contents)) {
      log.info({}, 'the files are again those of the configuration in use');
      tellTaken(this.#parts, this.#current);
      return;
    }
    log.info({ files: [...contents.keys()] }, 'the configuration changed');
    let { options } = this;
    let followed = contents;
    try {
      const settings = await settingsIn(contents, commandLine);
      options = settings.options;
      // Read before they are used, so that a correction in between is noticed.
      followed = withRead(pathsOf(this.#parts, options), contents, readFile);
      const made = await make(this.#parts, settings, followed, this.#current);
      made.watching.start();
      this.#files.accept(made.contents);
      this.#next = { ...made, sinceMs: clock.now(), waitSaid: false };
    } catch (error) {
      if (error instanceof Stopped) return;
      log.error(refusal(error), 'configuration refused, the old one stays in use');
      this.#refused = options;
      this.#files.accept(followed);
      for (const source of sourcesOf(this.#parts, options)) {
        if (this.#differs(source.filename, contents)) selfMetrics.config.refused(source);
      }
    }
  }

  #differs(path: string, contents: Contents): boolean {
    return textIn(contents.get(path)) !== textIn(this.#current.contents.get(path));
  }

  /** Replaces the current configuration by the next one once that is synced. */
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
    await next.watching.continue(old);
    this.#current = next;
    this.#next = undefined;
    this.#patternsSaid = false;
    tellTaken(this.#parts, next);
    log.info(
      { resources: next.watching.resources.map(({ resource }) => resource) },
      'the new configuration took over',
    );
    await this.#end(old);
  }

  async #discard(): Promise<void> {
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) await this.#end(next.watching);
  }

  /** A configuration that fails to stop must not harm the one that takes over. */
  async #end(watching: Pipeline): Promise<void> {
    await watching.stop().catch((err: unknown) => {
      this.#parts.log.warn({ err }, 'a configuration failed to stop');
    });
  }

  /** Logged once all is synced: until then a key may still arrive. */
  #sayUnusedPatterns(): void {
    if (this.#patternsSaid || !isReady(this.watching.readiness())) return;
    this.#patternsSaid = true;
    for (const pattern of this.watching.unusedPatterns()) {
      this.#parts.log.warn(pattern, 'this pattern of an allow-list matched no key');
    }
  }
}

/** The files of settings: that of --config, and those of custom resources. */
const sourcesOf = (
  { commandLine, readFolder }: ReloaderOptions,
  options: Options,
): ConfigSource[] => [
  ...(commandLine.config ? [{ filename: commandLine.config, type: 'config' as const }] : []),
  ...customPathsOf(options, readFolder).map((filename) => ({
    filename,
    type: 'customresourceconfig' as const,
  })),
];

/** The followed files: those of settings, and the kubeconfig. */
function pathsOf(parts: ReloaderOptions, options: Options): string[] {
  const { kubeconfig } = options;
  const paths = sourcesOf(parts, options).map(({ filename }) => filename);
  return kubeconfig ? [...paths, kubeconfig] : paths;
}

/** These contents, and those of the paths that they do not have, which are read now. */
function withRead(paths: readonly string[], contents: Contents, readFile: ReadFile): Contents {
  const missing = paths.filter((path) => !contents.has(path));
  return new Map([...contents, ...contentsOf(missing, readFile)]);
}

/** The settings of the command line and of the file of --config, as it was read. */
export async function settingsIn(contents: Contents, commandLine: Options): Promise<Settings> {
  const { config } = commandLine;
  if (!config) return settingsOf(commandLine);
  const content = contents.get(config);
  if (content !== undefined && 'text' in content) {
    return settingsWith(commandLine, content.text, config);
  }
  throw new ConfigError({
    flag: '--config',
    expected: `a readable file at ${config}`,
    got: errorMessage(content?.error),
    hint: 'name another, or start by the flags alone with --continue-without-config',
  });
}

/** Makes a configuration of these settings; `running` is the one in force, if any is. */
async function make(
  parts: ReloaderOptions,
  settings: Settings,
  contents: Contents,
  running?: Made,
): Promise<Made> {
  const { log } = parts;
  try {
    const { options, stayed } =
      running === undefined
        ? { ...settings, stayed: [] }
        : keepRestartRequired(running.settings.options, settings.options);
    const opened = await open(parts, options, contents, running);
    for (const sentence of settings.unknown) log.warn({ setting: sentence }, 'unknown setting');
    if (settings.ignored.length > 0)
      log.info({ settings: settings.ignored }, 'without effect in kubestate');
    if (stayed.length > 0) log.warn({ flags: stayed }, 'these flags change only with a restart');
    return { settings: { ...settings, options }, ...opened };
  } catch (error) {
    throw error instanceof ConfigError ? settings.located(error) : error;
  }
}

/** Opens the pipeline of these options, with the files that they name; `running` is in force. */
async function open(
  parts: ReloaderOptions,
  options: Options,
  contents: Contents,
  running: Made | undefined,
): Promise<Omit<Made, 'settings'>> {
  const { log, readFile, readFolder } = parts;
  // Read before the pipeline reads them, so that a change in between is noticed later.
  const named = pathsOf(parts, options);
  const all = withRead(named, contents, readFile);
  const used = new Map([...all].filter(([path]) => named.includes(path)));
  const tolerant = options['continue-without-custom-resource-state-config-file'];
  const paths = customPathsOf(options, readFolder);
  const { custom, refused } = await readCustom(options, paths, used, tolerant);
  for (const { path, error } of refused) {
    // What is served already must not be lost by a file that is wrong now.
    const isServed = ({ filename }: ConfigSource) => `${filename}/`.startsWith(`${path}/`);
    if (running?.sources.some(isServed)) throw error;
  }
  const watching = await openPipeline(options, parts, custom, running?.watching);
  if (custom !== undefined) logMistakes(custom, log);
  for (const { path, error } of refused) {
    log.error({ file: path, error: error.message }, 'custom-resource configuration left out');
  }
  const wrong = new Set(refused.map(({ path }) => path));
  const sources = sourcesOf(parts, options);
  return {
    watching,
    contents: used,
    sources: sources.filter(({ filename }) => !wrong.has(filename)),
    leftOut: sources.filter(({ filename }) => wrong.has(filename)),
  };
}

function tellTaken({ selfMetrics }: ReloaderOptions, { contents, sources, leftOut }: Made): void {
  const taken = sources.flatMap((source) => {
    const text = textIn(contents.get(source.filename));
    return text === undefined ? [] : [{ ...source, hash: hashOf(text) }];
  });
  selfMetrics.config.taken(taken);
  for (const source of leftOut) selfMetrics.config.refused(source);
}

const refusal = (error: unknown): object =>
  error instanceof ConfigError ? { error: error.message } : { err: error };

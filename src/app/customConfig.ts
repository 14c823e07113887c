// customConfig reads the custom-resource configuration of the options: inline, files and packs.
import type { Options } from '../config/options.ts';
import type { CustomConfig, Mistake } from '../custom/types.ts';
import { ConfigError, errorMessage } from '../lib/errors.ts';
import { type Content, type Contents, textIn } from '../lib/fileWatcher.ts';
import type { Logger } from '../lib/log.ts';
import type { ProcessContext } from '../lib/processContext.ts';
import { resources } from '../resources/index.ts';
import type { CustomSetup } from './customResources.ts';

/** A folder with more files than this is most likely not the one that is meant. */
const filesMax = 100;
/** So many mistakes are logged, each with its place; the others are counted. */
const mistakesMax = 100;

const fileFlag = 'custom-resource-state-config-file';
const inlineFlag = 'custom-resource-state-config';
const continueFlag = 'continue-without-custom-resource-state-config-file';
const only = 'custom-resource-state-only';
const packFlag = 'custom-resource-pack';

type CustomOptions = Pick<
  Options,
  typeof fileFlag | typeof inlineFlag | typeof continueFlag | typeof only | typeof packFlag
>;

/** The files to read and to follow: that of the flag, or those in its folder. */
export function customPathsOf(
  options: CustomOptions,
  readFolder: ProcessContext['readFolder'],
): readonly string[] {
  const { [inlineFlag]: inline, [fileFlag]: path } = options;
  // Charts pass a flag without a value for what is not set.
  if (inline || !path) return [];
  let names: readonly string[];
  try {
    names = readFolder(path);
  } catch {
    // It is a file, or nothing: what reads it says so.
    return [path];
  }
  const files = names.filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort();
  return files.slice(0, filesMax + 1).map((name) => `${withoutSlash(path)}/${name}`);
}

const withoutSlash = (path: string): string => path.replace(/\/+$/, '');

/** A file that was left out, or the folder, and why. */
export interface RefusedFile {
  readonly path: string;
  readonly error: ConfigError;
}

export interface CustomRead {
  /** Undefined where the options name none. */
  readonly custom: CustomSetup | undefined;
  /** Files that are wrong; there are none where that ends the reading. */
  readonly refused: readonly RefusedFile[];
}

/**
 * Reads the configuration from these contents. Rejects with ConfigError where a file of it is wrong
 * as a whole, unless `tolerant`: then it is left out. What is wrong with a rule never rejects.
 */
export async function readCustom(
  options: CustomOptions,
  paths: readonly string[],
  contents: Contents,
  tolerant: boolean,
): Promise<CustomRead> {
  const { [inlineFlag]: inline, [fileFlag]: path, [only]: customOnly } = options;
  const packs = new Set(options[packFlag]);
  if (!inline && !path && packs.size === 0) {
    if (customOnly) throw withoutConfig();
    return { custom: undefined, refused: [] };
  }
  // Loaded where it is used: most run without.
  const [{ readCustomConfig }, { packText }, { joined }, { customTable }] = await Promise.all([
    import('../custom/read.ts'),
    import('../custom/packs.ts'),
    import('../custom/conflicts.ts'),
    import('../custom/table.ts'),
  ]);
  const taken = new Set(Object.values(resources).flatMap(({ families }) => Object.keys(families)));
  const configs: CustomConfig[] = [];
  const refused: RefusedFile[] = [];
  if (inline) configs.push(await readCustomConfig(`--${inlineFlag}`, inline, taken));
  const attempt = async (one: string, read: () => Promise<void>): Promise<void> => {
    try {
      await read();
    } catch (error) {
      if (!tolerant || !(error instanceof ConfigError)) throw error;
      refused.push({ path: one, error });
    }
  };
  if (!inline && path)
    await attempt(withoutSlash(path), async () => refuseWrongFolder(path, paths));
  for (const one of paths) {
    await attempt(one, async () => {
      configs.push(await readCustomConfig(one, textOf(one, contents.get(one)), taken));
    });
  }
  for (const pack of packs) {
    configs.push(await readCustomConfig(`--${packFlag}=${pack}`, packText(pack), taken));
  }
  // Each file may be right, and two of them contradict each other.
  return { custom: { config: joined(configs), tableOf: customTable }, refused };
}

function refuseWrongFolder(path: string, paths: readonly string[]): void {
  if (paths.length > 0 && paths.length <= filesMax) return;
  throw new ConfigError({
    flag: `--${fileFlag}`,
    expected: `from 1 to ${filesMax} files .yaml or .yml in the folder ${path}`,
    got: paths.length === 0 ? 'none' : 'more',
    hint: 'name another folder, or a file',
  });
}

function textOf(path: string, content: Content | undefined): string {
  const text = textIn(content);
  if (text !== undefined) return text;
  throw new ConfigError({
    flag: `--${fileFlag}`,
    expected: `a readable file at ${path}`,
    got: errorMessage(content !== undefined && 'error' in content ? content.error : undefined),
    hint: `name another, or start without it by --${continueFlag}`,
  });
}

const withoutConfig = (): ConfigError =>
  new ConfigError({
    flag: `--${only}`,
    expected: `a configuration by --${fileFlag}, --${inlineFlag} or --${packFlag}`,
    got: 'none',
    hint: 'nothing would be served',
  });

/** One line for each mistake, those that keep a rule from being served first. */
export function logMistakes({ config: { mistakes } }: CustomSetup, log: Logger): void {
  const ordered = mistakes.toSorted((a, b) => Number(a.harmless ?? 0) - Number(b.harmless ?? 0));
  for (const mistake of ordered.slice(0, mistakesMax)) {
    const error = mistakeSentence(mistake);
    if (mistake.harmless)
      log.warn({ error }, 'a mistake in the configuration, its rules are served all the same');
    else log.error({ error }, 'a rule is wrong and is not served');
  }
  const more = mistakes.length - mistakesMax;
  if (more > 0) log.error({ more }, 'there are more mistakes, kubestate validate names them');
}

export const mistakeSentence = ({
  place: { file, line, column },
  path,
  expected,
  got,
  hint,
}: Mistake): string =>
  new ConfigError({ place: `${file}:${line}:${column}: ${path}`, expected, got, hint }).message;

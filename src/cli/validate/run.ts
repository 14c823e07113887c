// validated reads configurations, tries them on objects, and prints what it finds.
import type { ValuesOf } from '../../config/flags.ts';
import { withoutConflicts } from '../../custom/conflicts.ts';
import { type DefinedKind, definedKinds, schemaOf } from '../../custom/definition.ts';
import { guessPlural } from '../../custom/plural.ts';
import { readCustomConfig } from '../../custom/read.ts';
import { type TriedObject, tryRules } from '../../custom/trial.ts';
import type { CustomConfig, KindPattern, ServedKind } from '../../custom/types.ts';
import { ConfigError } from '../../lib/errors.ts';
import type { ProcessContext } from '../../lib/processContext.ts';
import type { KubeObject } from '../../metrics/object.ts';
import { resources, tableOfKind } from '../../resources/index.ts';
import type { validateFlags } from '../validate.ts';
import { filesIn, type TextFile } from './files.ts';
import { type AnyObject, objectsIn } from './objects.ts';
import { byPlace, mistakeLine, summaryOf, trialLines } from './report.ts';

type Values = ValuesOf<typeof validateFlags>;

const EXIT_RIGHT = 0;
const EXIT_WRONG = 2;

/** Resolves to the exit code. */
export async function validated(
  paths: readonly string[],
  values: Values,
  context: ProcessContext,
): Promise<number> {
  const defined = definitionsIn(values.crd);
  const { config, refused, files } = await configIn(paths, defined);
  const lines = [...refused, ...[...config.mistakes].sort(byPlace).map(mistakeLine)];
  // What is wrong with the labels of an entry is found in each of its rules.
  const mistakes = [...new Set(lines)];
  const print = (all: readonly string[]): void =>
    context.print(all.map((one) => `${one}\n`).join(''));
  print(mistakes);
  const tried = await objectsToTry(values, config, defined, context);
  let failures = 0;
  if (tried !== undefined) {
    const trial = tryRules(config.entries, tried.objects.map(asServed), values.series);
    failures = trial.failures.length;
    print([...tried.notes, ...trialLines(trial)]);
  }
  print([summaryOf({ files, config, mistakes: mistakes.length, failures })]);
  return mistakes.length + failures > 0 ? EXIT_WRONG : EXIT_RIGHT;
}

interface Read {
  readonly config: CustomConfig;
  /** A line for each file that is wrong as a whole. */
  readonly refused: readonly string[];
  readonly files: number;
}

async function configIn(paths: readonly string[], defined: readonly DefinedKind[]): Promise<Read> {
  const taken = new Set(Object.values(resources).flatMap(({ families }) => Object.keys(families)));
  const configs: CustomConfig[] = [];
  const refused: string[] = [];
  let files = 0;
  for (const { path, text } of paths.flatMap((one) => readable(one, refused))) {
    files++;
    try {
      const schemaOfKind = (pattern: KindPattern) => schemaOf(pattern, defined);
      configs.push(await readCustomConfig(path, text, taken, schemaOfKind));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      refused.push(error.message);
    }
  }
  // Each file may be right, and two of them contradict each other.
  const config = withoutConflicts({
    entries: configs.flatMap(({ entries }) => entries),
    mistakes: configs.flatMap(({ mistakes }) => mistakes),
  });
  return { config, refused, files };
}

/** The files at the path; what cannot be read is one more line, and the others are read. */
function readable(path: string, refused: string[]): readonly TextFile[] {
  try {
    return filesIn([path], 'custom-resource configuration');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    refused.push(error.message);
    return [];
  }
}

function definitionsIn(paths: readonly string[]): DefinedKind[] {
  const what = 'CustomResourceDefinitions';
  return filesIn(paths, what, /\.(?:ya?ml|json)$/).flatMap(({ path, text }) => {
    const kinds = objectsIn(text, path).flatMap(definedKinds);
    if (kinds.length > 0) return kinds;
    throw new ConfigError({
      flag: '--crd',
      place: path,
      expected: what,
      got: 'none',
      hint: 'print them by kubectl get crd NAME -o yaml',
    });
  });
}

/** Of objects that kubestate must not see whole, such as Secrets, what it sees of them. */
function asServed(one: TriedObject): TriedObject {
  const { group, kind } = one.kind;
  const [, table] = tableOfKind(group, kind) ?? [];
  const columns = table?.columns;
  if (columns === undefined) return one;
  const seen = ['apiVersion', 'kind', 'metadata', ...Object.keys(columns)];
  const fields = Object.entries(one.object).filter(([field]) => seen.includes(field));
  return { ...one, object: Object.fromEntries(fields) as unknown as KubeObject };
}

interface Tried {
  readonly objects: readonly TriedObject[];
  /** What is to be known of them. */
  readonly notes: readonly string[];
}

/** Undefined where no objects are asked for. */
async function objectsToTry(
  values: Values,
  { entries }: CustomConfig,
  defined: readonly DefinedKind[],
  context: ProcessContext,
): Promise<Tried | undefined> {
  if (values.objects !== undefined) {
    const files = filesIn([values.objects], 'objects', /\.(?:ya?ml|jsonl?|ndjson)$/);
    const objects = files.flatMap(({ path, text }) => objectsIn(text, path));
    return { objects: withKinds(objects, defined), notes: [] };
  }
  const { kubeconfig, context: name, apiserver, 'in-cluster': inCluster } = values;
  if (![kubeconfig, name, apiserver, inCluster].some(Boolean)) return undefined;
  const { openCluster, objectsOf, objectsMax } = await import('../../app/clusterObjects.ts');
  const cluster = openCluster({ kubeconfig, context: name, apiserver }, context);
  try {
    const patterns = entries.map(({ pattern }) => pattern);
    const { objects, cut } = await objectsOf(patterns, cluster.client, context.stop);
    const notes = cut.map(
      ({ plural, group }) =>
        `note: of ${plural}.${group} the first ${objectsMax} objects are tried`,
    );
    return { objects, notes };
  } finally {
    await cluster.close();
  }
}

/** Each object with its kind: as its definition has it, or as far as the object itself tells. */
function withKinds(objects: readonly AnyObject[], given: readonly DefinedKind[]): TriedObject[] {
  const known = new Map<string, ServedKind>();
  const add = ({ group, version, kind, plural, scope }: ServedKind): void => {
    known.set(`${group}/${version}/${kind}`, { group, version, kind, plural, scope });
  };
  for (const one of [...given, ...objects.flatMap(definedKinds)]) add(one);
  return objects.map((object) => {
    const [, group = '', version = ''] = /^(?:(.*)\/)?(.*)$/.exec(object.apiVersion) ?? [];
    const { kind, metadata } = object;
    if (!known.has(`${group}/${version}/${kind}`)) {
      const scope = metadata.namespace ? 'namespace' : 'cluster';
      add({ group, version, kind, plural: guessPlural(kind), scope });
    }
    return { object, kind: known.get(`${group}/${version}/${kind}`) as ServedKind };
  });
}

// rolesOf derives the Roles and the ClusterRole that kubestate needs with the given flags.
import type { Options } from '../config/options.ts';
import { guessPlural } from '../custom/plural.ts';
import type { KindPattern } from '../custom/types.ts';
import { leaseOf } from '../leader/open.ts';
import { ConfigError } from '../lib/errors.ts';
import { contentsOf } from '../lib/fileWatcher.ts';
import type { ProcessContext } from '../lib/processContext.ts';
import type { LabelSourceName } from '../metrics/promotedLabels.ts';
import type { Selected } from '../metrics/select.ts';
import { tableOfKind } from '../resources/index.ts';
import { ownsAll } from '../sync/claims.ts';
import { groupOf } from '../sync/owners/owners.ts';
import { ownerKinds } from '../sync/owners/workloads.ts';
import { scopeOf } from '../sync/scope.ts';
import { refuseHalfOfPod } from '../sync/sharding.ts';
import { customPathsOf, mistakeSentence, readCustom } from './customConfig.ts';
import { selectBy } from './pipeline.ts';
import { settingsIn } from './reload.ts';
import {
  definitions,
  leaderElectionRules,
  type Rule,
  type RuledResource,
  reviewRules,
  shardingRules,
  watchRules,
} from './rules.ts';

/** The rules in one namespace, or those of a ClusterRole. */
export interface Role {
  /** Undefined for a ClusterRole. */
  readonly namespace: string | undefined;
  readonly rules: readonly Rule[];
}

interface RoleNeeds {
  readonly options: Options;
  /** The resources with a table that are served. */
  readonly selected: readonly Selected[];
  /** The kinds of custom-resource configuration; undefined where there is none. */
  readonly patterns: readonly KindPattern[] | undefined;
  /** The namespace of kubestate's own pod, if it is known. */
  readonly namespace: string | undefined;
}

export interface Roles {
  /** The ClusterRole first, if one is needed. */
  readonly roles: readonly Role[];
  /** Sentences about what the flags alone do not tell, and about mistakes in files. */
  readonly notes: readonly string[];
}

/**
 * The roles for a start with this command line, its --config and custom-resource configuration.
 * Rejects with ConfigError where the start would.
 */
export async function rolesFor(
  commandLine: Options,
  ownNamespace: string | undefined,
  { readFile, readFolder }: Pick<ProcessContext, 'readFile' | 'readFolder'>,
): Promise<Roles> {
  const { config: path } = commandLine;
  const { options, unknown } = await settingsIn(
    contentsOf(path ? [path] : [], readFile),
    commandLine,
  );
  const paths = customPathsOf(options, readFolder);
  const { custom } = await readCustom(options, paths, contentsOf(paths, readFile), false);
  const selection = await selectBy(options, custom);
  const patterns = custom?.config.entries
    .map(({ pattern }) => pattern)
    // What has no family that is on is not watched.
    .filter((pattern) => {
      const kind = { ...pattern, plural: pluralOf(pattern), scope: 'namespace' as const };
      const table = custom.tableOf(kind, custom.config.entries, () => undefined);
      return selection.selectCustom(kind.plural, table, []) !== undefined;
    });
  const { roles, notes } = rolesOf({
    options,
    selected: selection.resources,
    patterns,
    namespace: options['pod-namespace'] ?? ownNamespace,
  });
  const mistakes = custom?.config.mistakes ?? [];
  return { roles, notes: [...unknown, ...mistakes.map(mistakeSentence), ...notes] };
}

function rolesOf(needs: RoleNeeds): Roles {
  const { options, selected, patterns } = needs;
  const notes: string[] = [];
  const needed = selected.map(({ plural, resource }): Needed => ({ ...resource, plural }));
  if (options['namespace-selector'] !== undefined) needed.push(coreTable('namespaces'));
  // What labels are inherited from is followed beside what is served.
  const sources = new Set(selected.flatMap(({ inherits }) => inherits));
  for (const source of sources) needed.push(...tablesOf(source));
  if (sources.has('workloads')) notes.push(ownersNote);
  if (patterns !== undefined) needed.push(definitionsTable, ...kindsOf(patterns, options, notes));
  const rules = new Map<string | undefined, Rule[]>();
  for (const [namespace, watched] of watchedIn(needed, options, notes)) {
    rules.set(namespace, watchRules(watched));
  }
  const add = (namespace: string | undefined, more: readonly Rule[]): void => {
    rules.set(namespace, [...(rules.get(namespace) ?? []), ...more]);
  };
  if (options['auth-filter']) add(undefined, reviewRules);
  const own = ownRules(needs, notes);
  if (own !== undefined) add(own.namespace, own.rules);
  const roles = [...rules].map(([namespace, all]) => ({ namespace, rules: all }));
  roles.sort((a, b) => ((a.namespace ?? '') < (b.namespace ?? '') ? -1 : 1));
  return { roles, notes };
}

const pluralOf = ({ kind, plural }: KindPattern): string =>
  plural ?? (kind === '*' ? '*' : guessPlural(kind));

/** What a scope asks about a resource. */
interface Needed extends RuledResource {
  readonly version: string;
  readonly scope: 'cluster' | 'namespace';
}

/** What --namespace-selector and --promote-labels follow, whether it is served or not. */
const coreTable = (plural: 'namespaces' | 'nodes'): Needed => ({
  group: '',
  plural,
  version: 'v1',
  scope: 'cluster',
});

function tablesOf(source: LabelSourceName): readonly Needed[] {
  if (source !== 'workloads') return [coreTable(source)];
  return ownerKinds.map(({ apiVersion, kind }) => {
    const [plural, table] = tableOfKind(groupOf(apiVersion), kind) ?? [];
    if (plural === undefined || table === undefined) throw new Error(`no table of ${kind}`);
    const { group, version, scope } = table;
    return { group, version, scope, plural };
  });
}

const ownersNote =
  'Owners of other kinds, such as Rollouts, are followed once pods name them: add a rule with ' +
  'list and watch for each, or chains end at it.';
const definitionsTable: Needed = { ...definitions, version: 'v1', scope: 'cluster' };

/** The resources by the namespace that they are listed in; undefined for all namespaces. */
function watchedIn(
  needed: readonly Needed[],
  options: Options,
  notes: string[],
): Map<string | undefined, Needed[]> {
  const isPlaced = Boolean(options.pod) && !options['leader-elect'];
  const scope = scopeOf(options, isPlaced ? ownsAll : undefined);
  const watched = new Map<string | undefined, Needed[]>();
  let fallsBack = false;
  for (const one of needed) {
    for (const { collection, fallback } of scope.collections(one.plural, one)) {
      fallsBack ||= fallback !== undefined;
      // Where all namespaces are forbidden, each is followed by itself: the smaller right.
      for (const { namespace } of fallback?.map((each) => each.collection) ?? [collection]) {
        watched.set(namespace, [...(watched.get(namespace) ?? []), one]);
      }
    }
  }
  if (fallsBack) {
    notes.push(
      'With so many namespaces kubestate watches all of them at once if it may: a ClusterRole ' +
        'in place of the Roles saves the API server a watch per resource and namespace.',
    );
  }
  return watched;
}

/** Kinds of the packs that are in no namespace. */
const clusterScoped: ReadonlySet<string> = new Set([
  'extensionconfigs.runtime.cluster.x-k8s.io',
  'gatewayclasses.gateway.networking.k8s.io',
  'volumesnapshotclasses.snapshot.storage.k8s.io',
  'volumesnapshotcontents.snapshot.storage.k8s.io',
]);

/** The resources of the kinds of a configuration, by what is known of them without the cluster. */
function kindsOf(
  patterns: readonly KindPattern[],
  { namespaces }: Options,
  notes: string[],
): Needed[] {
  const guessed = new Set<string>();
  const unscoped = new Set<string>();
  const needed = patterns.map((pattern): Needed => {
    const { group, version, kind, plural } = pattern;
    const [known, table] = tableOfKind(group, kind) ?? [];
    if (table !== undefined) {
      return { group, version, plural: plural ?? known ?? '', scope: table.scope };
    }
    const name = pluralOf(pattern);
    if (plural === undefined && kind !== '*') guessed.add(`${name}.${group}`);
    const resource = `${name}.${group}`;
    const scope = clusterScoped.has(resource) ? 'cluster' : 'namespace';
    if (scope === 'namespace') unscoped.add(resource);
    return { group, version, plural: name, scope };
  });
  if (guessed.size > 0) {
    notes.push(
      `The plurals are guessed of ${[...guessed].sort().join(', ')}: where the CRD has another ` +
        'one, set resourcePlural.',
    );
  }
  if (namespaces.length > 0 && unscoped.size > 0) {
    notes.push(
      `Where one of ${[...unscoped].sort().join(', ')} is cluster-scoped, move its rule into a ` +
        'ClusterRole.',
    );
  }
  return needed;
}

/** The Role in the namespace of kubestate's own pod, for sharding or the election. */
function ownRules({ options, namespace }: RoleNeeds, notes: string[]): Role | undefined {
  const { pod, 'leader-elect': elects } = options;
  if (!elects) refuseHalfOfPod(options);
  if (!elects && !pod) return undefined;
  if (namespace === undefined) {
    throw new ConfigError({
      flag: '--leader-elect',
      expected: "the namespace of kubestate's pod",
      got: 'none',
      hint: 'give --pod-namespace or --service-account NAMESPACE/NAME',
    });
  }
  if (elects) return { namespace, rules: leaderElectionRules(leaseOf(options)) };
  const [, statefulSet] = /^(.+)-\d+$/.exec(pod ?? '') ?? [];
  if (statefulSet !== undefined) return { namespace, rules: shardingRules(statefulSet) };
  notes.push(
    `${pod} tells no StatefulSet: give --pod with the name of a pod, such as ` +
      'kube-state-metrics-0, and the rule names its StatefulSet.',
  );
  return {
    namespace,
    rules: shardingRules('').map(({ resourceNames, ...rule }) => rule),
  };
}

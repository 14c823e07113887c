// promotedLabels reads --promote-labels: the labels of objects that all of their series get.
import { ConfigError } from '../lib/errors.ts';
import { isLabelKey } from '../lib/labelSelector.ts';
import { podOwnerKey } from '../lib/ownerKey.ts';
import { suggest } from '../lib/suggest.ts';
import { refuseUnknownResource } from './allowlist.ts';
import type { Family } from './family.ts';
import { labelNameOf } from './labels.ts';
import type { KubeObject } from './object.ts';
import type { AnyResource } from './select.ts';

const flag = '--promote-labels';

/** How objects find what they inherit labels from. */
interface SourceKind {
  /** As the end of a sentence: which objects have one. */
  readonly heirs: string;
  readonly ofSpec: boolean;
  inherits(plural: string, table: Pick<AnyResource, 'scope'>): boolean;
  keyOf(object: KubeObject): string | undefined;
}

/** What objects inherit labels from; of two that have the same label, the first one counts. */
export const labelSources = {
  workloads: {
    heirs: 'pods',
    ofSpec: false,
    inherits: (plural) => plural === 'pods',
    keyOf: ({ metadata }) => podOwnerKey(metadata),
  },
  namespaces: {
    heirs: 'objects in namespaces',
    ofSpec: false,
    inherits: (_, { scope }) => scope === 'namespace',
    keyOf: ({ metadata }) => metadata.namespace ?? undefined,
  },
  nodes: {
    heirs: 'pods',
    ofSpec: true,
    inherits: (plural) => plural === 'pods',
    keyOf: (object) => (object as Partial<Scheduled>).spec?.nodeName || undefined,
  },
} satisfies Readonly<Record<string, SourceKind>> as Readonly<Record<LabelSourceName, SourceKind>>;

export type LabelSourceName = 'workloads' | 'namespaces' | 'nodes';

/** A pod, or what looks like one. */
interface Scheduled extends KubeObject {
  readonly spec: { readonly nodeName?: string | null } | null;
}

/** A label of the series of a resource. */
export interface PromotedLabel {
  /** As series have it. */
  readonly name: string;
  /** The key on the object that has it. */
  readonly key: string;
  /** Where its value is from: of several that have one, the first. */
  readonly from: readonly ('self' | LabelSourceName)[];
}

/** One resource's part of the flag. */
interface Item {
  readonly source: 'self' | LabelSourceName;
  /** The resource whose series get the labels. */
  readonly target: string;
  readonly keys: readonly string[];
  /** As it was written. */
  readonly text: string;
}

/** A resource that is served, as far as promoted labels can collide with its own. */
export interface PromotionTarget {
  readonly table: AnyResource;
  /** Those that are on. */
  readonly families: readonly Family<never>[];
}

/**
 * The labels that the flag's texts promote, by the plural of the resource whose series get them.
 * Throws ConfigError where it is malformed, or a label would collide with another one.
 */
export function promotedLabels(
  texts: readonly string[],
  tables: Readonly<Record<string, AnyResource>>,
  served: ReadonlyMap<string, PromotionTarget>,
  isCustom: (resource: string) => boolean,
): ReadonlyMap<string, readonly PromotedLabel[]> {
  const items = texts.flatMap(itemsOf);
  for (const { target } of items) {
    if (!Object.hasOwn(tables, target) && isCustom(target)) throw ofCustom(target);
  }
  for (const item of items) check(item, tables, served);
  const targets = new Set(items.map(({ target }) => target));
  return new Map(
    [...targets].map((target) => {
      const labels = labelsFor(items.filter((item) => item.target === target));
      refuseCollisions(target, labels, served.get(target) as PromotionTarget);
      return [target, labels];
    }),
  );
}

const pattern =
  /\s*([^=,[\]\s>]+?)\s*=\s*\[([^=[\]]*)\]\s*(?:->\s*([^=,[\]\s]+)\s*)?(?:,(?=.)|$)/sy;

function itemsOf(text: string): Item[] {
  const items: Item[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const [whole, from, keys, target] = pattern.exec(text) ?? [];
    if (whole === undefined || from === undefined || keys === undefined) {
      throw malformed(text.slice(at));
    }
    items.push({
      source: target === undefined ? 'self' : sourceOf(from, target),
      target: target ?? from,
      keys: keysOf(keys, whole),
      text: whole.trim().replace(/,$/, ''),
    });
  }
  if (items.length === 0) throw malformed(text);
  return items;
}

const malformed = (got: string): ConfigError =>
  new ConfigError({
    flag,
    expected: 'items such as pods=[team] or namespaces=[team]->pods between commas',
    got: JSON.stringify(got),
  });

function sourceOf(name: string, target: string): LabelSourceName {
  if (Object.hasOwn(labelSources, name)) return name as LabelSourceName;
  const names = Object.keys(labelSources);
  const close = suggest(name, names);
  throw new ConfigError({
    flag,
    expected: `one of ${names.join(', ')} in front of ->`,
    got: `"${name}"`,
    hint: close === undefined ? withoutSource(name, target) : `did you mean ${close}?`,
  });
}

const withoutSource = (name: string, target: string): string =>
  name === target
    ? `${target}=[…] alone means their own labels`
    : 'objects inherit from no other resource';

/** Each once. */
function keysOf(text: string, item: string): string[] {
  const keys = text.split(',').map((key) => key.trim());
  for (const key of keys) {
    if (key === '') throw malformed(item);
    if (key.includes('*')) {
      throw new ConfigError({
        flag,
        expected: 'whole label keys, so that collisions are found at start',
        got: `"${key}"`,
        hint: 'name each key',
      });
    }
    if (!isLabelKey(key)) {
      throw new ConfigError({
        flag,
        expected: 'keys that labels may have, such as team or example.com/team',
        got: `"${key}"`,
      });
    }
    if (/^\d/.test(key)) {
      throw new ConfigError({
        flag,
        expected: 'label keys that begin with a letter, as label names in Prometheus do',
        got: `"${key}"`,
        hint: '--metric-labels-allowlist may name it: its labels begin with label_',
      });
    }
  }
  return [...new Set(keys)];
}

const ofCustom = (target: string): ConfigError =>
  new ConfigError({
    flag,
    expected: 'built-in resources',
    got: `"${target}"`,
    hint: 'labelsFromPath in the custom-resource configuration gives its metrics labels',
  });

function check(
  { source, target, text }: Item,
  tables: Readonly<Record<string, AnyResource>>,
  served: ReadonlyMap<string, PromotionTarget>,
): void {
  refuseUnknownResource(flag, target, Object.keys(tables));
  const table = tables[target] as AnyResource;
  if (source !== 'self' && !labelSources[source].inherits(target, table)) {
    throw new ConfigError({
      flag,
      expected: `${labelSources[source].heirs} behind ${source}=[…]->`,
      got: JSON.stringify(text),
      hint: `${target} belong to none of ${source}`,
    });
  }
  const { families } = served.get(target) ?? {};
  if (families === undefined) {
    const whatToDo = `name ${target} in --resources and keep some of its metrics on`;
    throw new ConfigError({
      flag,
      expected: 'resources that are served',
      got: `"${target}", of which no metric is on`,
      hint: `${whatToDo}, or leave ${JSON.stringify(text)} out`,
    });
  }
  if (families.some(isOfOneObject)) return;
  throw new ConfigError({
    flag,
    expected: 'resources with metrics of single objects',
    got: `"${target}", whose metrics count over many`,
    hint: `leave ${JSON.stringify(text)} out`,
  });
}

/** A series that counts over many objects has no labels of any of them. */
const isOfOneObject = ({ counted }: Family<never>): boolean => counted !== true;

/** The nearest source first, whatever the order of the items. */
const order: readonly Item['source'][] = [
  'self',
  ...(Object.keys(labelSources) as LabelSourceName[]),
];

/** In the order of the items; a key that several sources have is one label. */
function labelsFor(items: readonly Item[]): PromotedLabel[] {
  const { target } = items[0] as Item;
  const keys = [...new Set(items.flatMap((item) => item.keys))];
  const names = new Map<string, string>();
  return keys.map((key) => {
    const name = labelNameOf(key);
    const other = names.get(name);
    if (other !== undefined) {
      throw new ConfigError({
        flag,
        expected: `one key for each label of ${target}`,
        got: `"${other}" and "${key}" for the label ${name}`,
        hint: 'leave one of them out',
      });
    }
    names.set(name, key);
    const from = order.filter((source) =>
      items.some((item) => item.source === source && item.keys.includes(key)),
    );
    return { name, key, from };
  });
}

/** Throws where a series would have two labels of one name. */
function refuseCollisions(
  target: string,
  labels: readonly PromotedLabel[],
  { table, families }: PromotionTarget,
): void {
  const own = Object.entries(table.families).filter(([, family]) =>
    families.filter(isOfOneObject).includes(family as Family<never>),
  );
  for (const label of labels) {
    const { name, key } = label;
    const owner = Object.hasOwn(table.identity, name)
      ? `all metrics of ${target}`
      : own.find(([, family]) => hasLabel(family as Family<never>, label))?.[0];
    if (owner === undefined) continue;
    throw new ConfigError({
      flag,
      expected: `labels that no metric of ${target} has`,
      got: `"${key}", which is the label ${name} of ${owner}`,
      hint:
        owner.startsWith('kube_') && !Object.hasOwn(table.identity, name)
          ? 'leave the label out, or that metric by --metric-denylist'
          : 'leave the label out',
    });
  }
}

function hasLabel(family: Family<never>, { name, from }: PromotedLabel): boolean {
  if ('prefix' in family) return name.startsWith(`${family.prefix}_`);
  if (!family.labels.includes(name)) return false;
  // The same label of the same source is one label.
  return family.inherits === undefined || from.some((source) => source !== family.inherits);
}

/**
 * The labels of a family that inherits its own: those, and what is promoted beside them. One that
 * counts over many objects inherits nothing as text: what counts for it asks the source.
 */
export function inheritedLabels(
  { inherits, counted, ...row }: Family<never>,
  promoted: readonly PromotedLabel[],
): readonly PromotedLabel[] {
  if (inherits === undefined || counted === true || !('labels' in row)) return promoted;
  const others = promoted.filter(({ name }) => !row.labels.includes(name));
  return [...row.labels.map((name) => ({ name, key: name, from: [inherits] })), ...others];
}

/** What objects inherit from, where these families are on and these labels are promoted. */
export function sourcesOf(
  families: readonly Family<never>[],
  promoted: readonly PromotedLabel[],
): readonly LabelSourceName[] {
  const needed = new Set([
    ...families.map(({ inherits }) => inherits),
    ...promoted.flatMap(({ from }) => from),
  ]);
  return (Object.keys(labelSources) as LabelSourceName[]).filter((source) => needed.has(source));
}

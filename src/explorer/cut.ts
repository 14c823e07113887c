// A Cut is what a reader of the explorer no longer wants: as flags, chart values, a relabel rule.
import type { FamilySize, NamespaceFamilies, NamespaceSize, Size } from './api.ts';

/** Columns of a line that is printed; one name may be longer. */
const columnsMax = 100;
const seriesPerPrice = 1_000;

export interface Cut {
  /** Families that are served now, without those that are dropped. */
  readonly kept: readonly string[];
  readonly dropped: readonly string[];
  /** Namespaces of which nothing is to be served. */
  readonly deniedNamespaces: readonly string[];
}

/** Which families of those served a cut drops; names of others are passed over. */
export interface Choice {
  readonly dropped?: Iterable<string>;
  /** All others are dropped. */
  readonly kept?: Iterable<string>;
  readonly deniedNamespaces?: Iterable<string>;
}

/** The cut of `served`, in its order; a family that is both kept and dropped is dropped. */
export function cutOf(served: readonly string[], choice: Choice): Cut {
  const dropped = new Set(choice.dropped);
  const kept = choice.kept && new Set(choice.kept);
  const isKept = (name: string): boolean => !dropped.has(name) && kept?.has(name) !== false;
  return {
    kept: served.filter(isKept),
    dropped: served.filter((name) => !isKept(name)),
    deniedNamespaces: [...new Set(choice.deniedNamespaces)].sort(),
  };
}

/**
 * One of the two lists, which exclude each other. The denylist is to be added to one that is set;
 * the allowlist replaces any, and also drops families that are not served yet.
 */
export interface MetricList {
  readonly list: 'allow' | 'deny';
  /** Expressions that match exactly these families, each of one line. */
  readonly expressions: readonly string[];
}

/** The shorter one; undefined where no family is dropped. */
export function metricListOf({ kept, dropped }: Cut): MetricList | undefined {
  if (dropped.length === 0) return undefined;
  const denied = expressionsOf(dropped, anchored);
  // An empty list allows everything.
  if (kept.length === 0) return { list: 'deny', expressions: denied };
  const allowed = expressionsOf(kept, anchored);
  return lengthOf(allowed) < lengthOf(denied)
    ? { list: 'allow', expressions: allowed }
    : { list: 'deny', expressions: denied };
}

const lengthOf = (texts: readonly string[]): number => texts.join().length;

/** The flags of kubestate and of kube-state-metrics; a repeated one adds to its list. */
export function flagsOf(cut: Cut): string[] {
  const metrics = metricListOf(cut);
  const { deniedNamespaces } = cut;
  return [
    ...(metrics?.expressions ?? []).map((one) => `--metric-${metrics?.list}list=${one}`),
    ...chunksOf(deniedNamespaces, (names) => `--namespaces-denylist=${names.join()}`),
  ];
}

/** The flags for a shell, in lines. */
export const shellText = (flags: readonly string[]): string =>
  flags.map((flag) => (/^[\w=,./-]+$/.test(flag) ? flag : shellQuoted(flag))).join(' \\\n');

const shellQuoted = (flag: string): string => {
  const [, name = '', value = ''] = /^(--[\w-]+=)(.*)$/s.exec(flag) ?? [];
  return `${name}'${value.replaceAll("'", "'\\''")}'`;
};

/** The same as values of the chart: YAML. */
export function chartValues(cut: Cut): string {
  const metrics = metricListOf(cut);
  const key = metrics?.list === 'allow' ? 'metricAllowlist' : 'metricDenylist';
  const lines = metrics
    ? [`${key}:`, ...metrics.expressions.map((one) => `  - ${quoted(one)}`)]
    : [];
  const { deniedNamespaces } = cut;
  if (deniedNamespaces.length > 0) {
    lines.push('namespacesDenylist:', ...deniedNamespaces.map((one) => `  - ${quoted(one)}`));
  }
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * The same for a scrape job of Prometheus, which then fetches as much and stores less. Its
 * expressions are anchored by themselves. They all drop: a rule that keeps would also end what else
 * the job scrapes. A namespace is also dropped from families of cluster-scoped objects that have it
 * as a label, as kube_namespace_labels has; the label is `exported_namespace` without honor_labels.
 */
export function relabelRules(cut: Cut): string {
  const dropped = expressionsOf(cut.dropped, unanchored);
  const namespaces = chunksOf(cut.deniedNamespaces, alternatives);
  const rules = [
    ...dropped.map((regex) => dropRule('__name__', regex)),
    ...namespaces.map((regex) => dropRule('namespace', regex)),
  ];
  return rules.length === 0 ? '' : `metric_relabel_configs:\n${rules.join('')}`;
}

const dropRule = (label: string, regex: string): string =>
  `  - source_labels: [${label}]\n    regex: ${quoted(regex)}\n    action: drop\n`;

/** YAML in single quotes has no escapes but for the quote itself. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Expressions of up to columnsMax that together match exactly these names. */
const expressionsOf = (
  names: readonly string[],
  render: (names: readonly string[]) => string,
): string[] => chunksOf([...names].sort(), render);

/** Renders as many names at once as fit into a line. */
function chunksOf(
  names: readonly string[],
  render: (names: readonly string[]) => string,
): string[] {
  const texts: string[] = [];
  let chunk: string[] = [];
  for (const name of names) {
    if (chunk.length > 0 && render([...chunk, name]).length > columnsMax) {
      texts.push(render(chunk));
      chunk = [];
    }
    chunk.push(name);
  }
  return chunk.length === 0 ? texts : [...texts, render(chunk)];
}

/** For flags, whose expressions match anywhere in a name. */
function anchored(names: readonly string[]): string {
  const isAlternatives = names.length > 1 && sharedOf(names) === '';
  return isAlternatives ? `^(?:${alternatives(names)})$` : `^${unanchored(names)}$`;
}

/** `kube_pod_(?:info|labels)`: what the names begin with is written once. */
function unanchored(names: readonly string[]): string {
  const shared = sharedOf(names);
  if (shared === '') return alternatives(names);
  return `${escaped(shared)}(?:${alternatives(names.map((name) => name.slice(shared.length)))})`;
}

const alternatives = (texts: readonly string[]): string => texts.map(escaped).join('|');

/** Up to a `_` that all the names have, so that the expression can be read. */
function sharedOf(names: readonly string[]): string {
  const [first = ''] = names;
  if (names.length < 2) return '';
  let length = 0;
  for (let at = first.indexOf('_'); at >= 0; at = first.indexOf('_', at + 1)) {
    const start = first.slice(0, at + 1);
    if (!names.every((name) => name.startsWith(start))) break;
    length = start.length;
  }
  return first.slice(0, length);
}

/** Means the same in regexp2, in RE2 and in a list between commas. */
const escaped = (text: string): string =>
  text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll(',', '\\x2c');

/** What a cut leaves of all that is served. */
export interface Remains {
  readonly series: number;
  readonly bytes: number;
  /** False where denied namespaces have families of which it is not known how much is in them. */
  readonly exact: boolean;
}

export interface Sizes {
  readonly families: readonly Pick<FamilySize, 'name' | 'series' | 'bytes'>[];
  readonly namespaces: readonly Pick<NamespaceSize, 'namespace' | 'series' | 'bytes'>[];
  /** False where `namespaces` are the largest only. */
  readonly isComplete?: boolean;
  /** Of the denied namespaces, as far as they were asked for. */
  readonly inNamespaces: readonly Pick<NamespaceFamilies, 'namespace' | 'families'>[];
}

/**
 * What remains. Without the families of a denied namespace, it is taken to have as much of the
 * dropped families as all namespaces have on average.
 */
export function remainsOf({ kept, dropped, deniedNamespaces }: Cut, sizes: Sizes): Remains {
  const keptNames = new Set(kept);
  const left = amountOf(sizes.families.filter(({ name }) => keptNames.has(name)));
  const all = amountOf(sizes.families);
  let { series, bytes } = left;
  let exact = true;
  for (const denied of deniedNamespaces) {
    const size = sizes.namespaces.find(({ namespace }) => namespace === denied);
    const known = sizes.inNamespaces.find(({ namespace }) => namespace === denied);
    if (known !== undefined) {
      const gone = amountOf(known.families.filter(({ name }) => keptNames.has(name)));
      series -= gone.series;
      bytes -= gone.bytes;
    } else if (size === undefined) {
      // A namespace without objects, or one of the smallest of very many.
      exact &&= sizes.isComplete !== false;
    } else if (dropped.length === 0) {
      series -= size.series;
      bytes -= size.bytes;
    } else {
      exact = false;
      series -= size.series * share(left.series, all.series);
      bytes -= size.bytes * share(left.bytes, all.bytes);
    }
  }
  return { series: Math.max(0, Math.round(series)), bytes: Math.max(0, Math.round(bytes)), exact };
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

type Amount = Pick<Size, 'series' | 'bytes'>;

/** Series and bytes of several rows together. */
export function amountOf(sizes: readonly Amount[]): Amount {
  let series = 0;
  let bytes = 0;
  for (const one of sizes) {
    series += one.series;
    bytes += one.bytes;
  }
  return { series, bytes };
}

/** What series cost, at a price of a thousand of them. */
export const costOf = (series: number, price: number): number => (series / seriesPerPrice) * price;

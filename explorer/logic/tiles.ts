// tilesOf lays out a treemap: groups as large as their series, and in them what they are made of.
import { hierarchy, treemap, treemapSquarify } from 'd3-hierarchy';
import type { FamilySize, NamespaceSize } from '../../src/explorer/api.ts';

/** What is smaller than this share of the whole is drawn as one tile per group. */
const shareMin = 0.0004;
/** Groups beyond these are drawn as one. */
const groupsMax = 60;

export interface Leaf {
  /** Unique among all leaves. */
  readonly key: string;
  readonly label: string;
  readonly series: number;
  /** So many small ones are in it; 1 for a leaf of its own. */
  readonly of: number;
}

export interface Group {
  readonly label: string;
  readonly leaves: readonly Leaf[];
  /** It holds what is too much to be drawn group by group. */
  readonly isRest?: boolean;
}

/** A rectangle in hundredths of the map's width and height. */
export interface Tile {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface GroupTile extends Tile {
  readonly label: string;
  /** Whether there is room for its label above its leaves. */
  readonly hasName: boolean;
  /** What the labels of all its leaves begin with, up to an underscore. */
  readonly prefix: string;
  readonly series: number;
  readonly leaves: readonly (Tile & Leaf)[];
}

/** Families under their resources. */
export const byResource = (families: readonly FamilySize[]): Group[] =>
  grouped(families, ({ resource, name, series }) => [
    resource,
    { key: name, label: name, series, of: 1 },
  ]);

/** Resources under the namespaces that have them. */
export const byNamespace = (namespaces: readonly NamespaceSize[]): Group[] =>
  namespaces.map(({ namespace, resources }) => ({
    label: namespace,
    leaves: resources.map(({ resource, series }) => ({
      key: `${namespace}/${resource}`,
      label: resource,
      series,
      of: 1,
    })),
  }));

function grouped<T>(rows: readonly T[], leafOf: (row: T) => [string, Leaf]): Group[] {
  const groups = new Map<string, Leaf[]>();
  for (const row of rows) {
    const [label, leaf] = leafOf(row);
    const leaves = groups.get(label) ?? [];
    groups.set(label, leaves);
    leaves.push(leaf);
  }
  return [...groups].map(([label, leaves]) => ({ label, leaves }));
}

const rankOf = ({ data }: { readonly data: Node }): number => (data.isRest ? 1 : 0);

interface Node {
  readonly label: string;
  readonly isRest?: boolean | undefined;
  readonly leaf?: Leaf;
  readonly children?: readonly Node[];
}

/** The tiles of a map of this size in pixels; `header` is left for the name of each group. */
export function tilesOf(
  groups: readonly Group[],
  { width, height, header }: { width: number; height: number; header: number },
): GroupTile[] {
  const all = groups.flatMap(({ leaves }) => leaves).reduce((sum, { series }) => sum + series, 0);
  const shown = fewer(groups).map(({ label, leaves, isRest }) => ({
    label,
    isRest,
    children: merged(label, leaves, all).map((leaf) => ({ label: leaf.label, leaf })),
  }));
  const root = hierarchy<Node>({ label: '', children: shown }, ({ children }) => children)
    .sum(({ leaf }) => leaf?.series ?? 0)
    // What stands for many others comes last, however large it is.
    .sort((a, b) => rankOf(a) - rankOf(b) || (b.value ?? 0) - (a.value ?? 0));
  const hasName = ({ y0, y1 }: { y0: number; y1: number }): boolean => y1 - y0 > 2 * header;
  const laidOut = treemap<Node>()
    .tile(treemapSquarify)
    .size([width, height])
    .paddingTop((node) => (node.depth === 1 && hasName(node) ? header : 0))
    .paddingInner((node) => (node.depth === 0 ? 3 : 1))(root);
  const tileOf = (node: typeof laidOut): Tile => ({
    left: (node.x0 / width) * 100,
    top: (node.y0 / height) * 100,
    width: ((node.x1 - node.x0) / width) * 100,
    height: ((node.y1 - node.y0) / height) * 100,
  });
  return (laidOut.children ?? [])
    .filter(({ value = 0 }) => value > 0)
    .map((group) => ({
      ...tileOf(group),
      label: group.data.label,
      hasName: hasName(group),
      prefix: prefixOf(group.data.children ?? []),
      series: group.value ?? 0,
      leaves: (group.children ?? []).flatMap((node) =>
        node.data.leaf === undefined || node.data.leaf.series === 0
          ? []
          : [{ ...tileOf(node), ...node.data.leaf }],
      ),
    }));
}

function prefixOf(leaves: readonly Node[]): string {
  const labels = leaves.filter(({ leaf }) => leaf?.of === 1).map(({ label }) => label);
  const [first = '', ...others] = labels;
  const ends = [...first.matchAll(/_/g)].map(({ index }) => index + 1).reverse();
  const end = ends.find((one) => others.every((label) => label.startsWith(first.slice(0, one))));
  return first.slice(0, end ?? 0);
}

const seriesOf = ({ leaves }: Group): number => leaves.reduce((sum, { series }) => sum + series, 0);

/** The largest groups, and all others as one whose leaves they are. */
function fewer(groups: readonly Group[]): readonly Group[] {
  if (groups.length <= groupsMax) return groups;
  const largest = groups.toSorted((a, b) => seriesOf(b) - seriesOf(a));
  const others = largest.slice(groupsMax - 1).map((group) => ({
    key: group.label,
    label: group.label,
    series: seriesOf(group),
    of: 1,
  }));
  const label = `${others.length} others`;
  return [...largest.slice(0, groupsMax - 1), { label, leaves: others, isRest: true }];
}

/** Leaves too small to be seen as one. */
function merged(group: string, leaves: readonly Leaf[], all: number): readonly Leaf[] {
  const small = leaves.filter(({ series }) => series > 0 && series < all * shareMin);
  if (small.length < 2) return leaves;
  const series = small.reduce((sum, leaf) => sum + leaf.series, 0);
  const one = { key: `${group}…`, label: `${small.length} small ones`, series, of: small.length };
  return [...leaves.filter((leaf) => leaf.series >= all * shareMin), one];
}

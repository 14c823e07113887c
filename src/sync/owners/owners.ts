// Owners resolves chains of controllers, from what controls a pod to the workload at the top.
import {
  type OwnerReference,
  ownerKey,
  type PlacedReference,
  placeOf,
} from '../../lib/ownerKey.ts';
import type { Labels, OwnerEntry, OwnerTable } from './ownerTable.ts';

/** Chains have two or three owners; with more than this, one is not followed to its end. */
export const chainMax = 16;

/** Owners that are looked at in one turn of the event loop: some 5 ms where all have changed. */
export const ownersPerTurn = 500;

/** The owner at the top of a chain. */
export interface Workload {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** Of the labels that are kept, those that it has; undefined where none is known. */
  readonly labels: Labels | undefined;
}

/** An owner that is in use: the same as long as it is, whatever becomes of its chain. */
export interface Owner {
  /** As `ownerKey` makes it; no other owner in use has it. */
  readonly key: string;
  /** As of now. */
  readonly workload: Workload;
}

/** Why a chain has no top, or ends early. */
export const chainProblems = {
  cycle: 'owners control each other in a circle, the first one is taken for the workload',
  depth: `a chain has more than ${chainMax} owners, the first one is taken for the workload`,
  namespace: 'an owner is in another namespace than what it owns, its chain ends there',
} as const;

export type ChainProblem = keyof typeof chainProblems;

export interface OwnersOptions {
  /**
   * The objects of the kind that the reference names; undefined where they cannot be followed.
   * Asked whenever an owner comes into use.
   */
  tableOf(reference: OwnerReference): OwnerTable | undefined;
  /** Called once for each owner in use whose chain has a problem that it did not have before. */
  onProblem(problem: ChainProblem, owner: PlacedReference): void;
}

/** Called with an owner in use whose workload is another one now, or has other labels. */
export type OwnerListener = (owner: Owner) => void;

/**
 * Only owners that are in use have a node: those that pods name, and what is above them. A node
 * keeps the last entry of its object when that is deleted: pods that still run, or end, keep their
 * workload. Where no object was ever seen, the chain ends, and the reference names the workload.
 */
export class Owners {
  readonly #options: OwnersOptions;
  readonly #nodes = new Map<string, OwnerNode>();
  /** By the uid of their object: the node, or those of references that differ otherwise. */
  readonly #byUid = new Map<string, OwnerNode | Set<OwnerNode>>();
  readonly #listeners = new Set<OwnerListener>();
  /** The number of the last `retain`: nodes that it keeps are marked with it. */
  #retained = 0;

  constructor(options: OwnersOptions) {
    this.#options = options;
  }

  /** How many owners are in use. */
  get size(): number {
    return this.#nodes.size;
  }

  /** The owner of that key; it is in use from now on, until `retain` forgets it. */
  of(key: string): Owner {
    const node = this.#nodes.get(key) ?? this.#nodeOf(placeOf(key));
    node.named = true;
    node.askedFor = true;
    this.#keep(node);
    return node;
  }

  /** Calls the listener at each change, until the returned function is called. */
  listen(listener: OwnerListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The object of that uid in the table is new, has another entry, or is gone. */
  changed(table: OwnerTable, uid: string): void {
    for (const node of allOf(this.#byUid.get(uid))) if (node.table === table) this.#update(node);
  }

  /** Any object in the table may have changed: a step for each owner in use. */
  *relisted(table: OwnerTable): Generator<void> {
    // An update may add nodes of this table, which are up to date.
    for (const node of this.#nodes.values()) {
      if (node.table === table) this.#update(node);
      yield;
    }
  }

  /**
   * Forgets the owners that are not used, and that nobody asked for since the last time. Between
   * its steps owners may come into use, and change: those stay. One call has to end before another.
   */
  *retain(isUsed: (owner: Owner) => boolean): Generator<void> {
    this.#retained++;
    for (const node of this.#nodes.values()) {
      node.named &&= node.askedFor || isUsed(node);
      node.askedFor = false;
      if (node.named) this.#keep(node);
      yield;
    }
    for (const node of this.#nodes.values()) {
      if (node.kept !== this.#retained) this.#remove(node);
      yield;
    }
  }

  /** The `retain` that goes on keeps the owner and what is above it. */
  #keep(node: OwnerNode): void {
    const mark = this.#retained;
    for (let at: OwnerNode | undefined = node; at && at.kept !== mark; at = at.parent) {
      at.kept = mark;
    }
  }

  /** Owners of kinds that were too many ask again whether they can be followed. */
  *followMore(): Generator<void> {
    for (const node of this.#nodes.values()) {
      if (node.table === undefined) {
        node.table = this.#options.tableOf(placeOf(node.key).reference);
        this.#update(node);
      }
      yield;
    }
  }

  /** The tables of all owners in use. */
  get tables(): ReadonlySet<OwnerTable> {
    const tables = new Set<OwnerTable>();
    for (const { table } of this.#nodes.values()) if (table !== undefined) tables.add(table);
    return tables;
  }

  /** The node of the owner; where it is new, it and what is above it are made. */
  #nodeOf(place: PlacedReference): OwnerNode {
    const made: OwnerNode[] = [];
    let below: OwnerNode | undefined;
    let next: PlacedReference | undefined = place;
    // A loop: whoever may make objects may make long chains of them.
    while (next !== undefined) {
      const key: string = ownerKey(next.reference, next.namespace);
      const existing = this.#nodes.get(key);
      const node: OwnerNode = existing ?? this.#add(key, next.reference);
      below?.linkTo(node);
      if (existing !== undefined) break;
      made.push(node);
      below = node;
      next = node.above;
    }
    for (const node of made) this.#reportProblem(node);
    return this.#nodes.get(ownerKey(place.reference, place.namespace)) as OwnerNode;
  }

  #add(key: string, reference: OwnerReference): OwnerNode {
    const node = new OwnerNode(key, this.#options.tableOf(reference));
    this.#nodes.set(key, node);
    const others = this.#byUid.get(reference.uid);
    if (!node.read()) {
      // Of an object that is deleted, the others may know what it was.
      for (const other of allOf(others)) if (other.table === node.table) node.read(other.entry);
    }
    this.#byUid.set(reference.uid, withOne(others, node));
    return node;
  }

  #update(node: OwnerNode): void {
    if (!node.read()) return;
    const { above } = node;
    node.linkTo(above && this.#nodeOf(above));
    if (node.parent !== undefined && node.kept === this.#retained) this.#keep(node.parent);
    for (const below of withAllBelow(node)) {
      const before = below.workload;
      below.resolve();
      this.#reportProblem(below);
      if (!below.named || isSame(before, below.workload)) continue;
      for (const listener of this.#listeners) listener(below);
    }
  }

  #reportProblem(node: OwnerNode): void {
    const { problem, reported } = node;
    node.reported = problem;
    if (problem === undefined || problem === reported) return;
    this.#options.onProblem(problem, placeOf(node.key));
  }

  #remove(node: OwnerNode): void {
    this.#nodes.delete(node.key);
    node.linkTo(undefined);
    const { uid } = placeOf(node.key).reference;
    const others = withoutOne(this.#byUid.get(uid), node);
    if (others === undefined) this.#byUid.delete(uid);
    else this.#byUid.set(uid, others);
  }
}

/** What a chain comes to. */
interface Resolved {
  readonly workload: Workload;
  readonly problem: ChainProblem | undefined;
}

/** Of what its key tells nothing is kept apart from it: there may be as many nodes as pods. */
class OwnerNode implements Owner {
  readonly key: string;
  table: OwnerTable | undefined;
  #entry: OwnerEntry | undefined;
  #parent: OwnerNode | undefined;
  /** What it controls of the owners in use. */
  children: OwnerNode | Set<OwnerNode> | undefined;
  /** Its object is not in the namespace of what it owns. */
  #isForeign = false;
  /** It as the workload of what it is the top of. */
  #asWorkload: Workload | undefined;
  #resolved: Resolved | undefined;
  /** Whether a pod names it. */
  named = false;
  /** Since owners were last forgotten. */
  askedFor = false;
  /** The number of the last `retain` that kept it. */
  kept = 0;
  /** The problem that was reported last. */
  reported: ChainProblem | undefined;

  constructor(key: string, table: OwnerTable | undefined) {
    this.key = key;
    this.table = table;
  }

  get parent(): OwnerNode | undefined {
    return this.#parent;
  }

  /** What controls its object, and the namespace that this owner has to be in, or in none. */
  get above(): PlacedReference | undefined {
    const { controller, namespace = '' } = this.#entry ?? {};
    return controller && { reference: controller, namespace };
  }

  get workload(): Workload {
    return this.#top.workload;
  }

  get problem(): ChainProblem | undefined {
    return this.#top.problem;
  }

  get #top(): Resolved {
    this.#resolved ??= this.#climb();
    return this.#resolved;
  }

  /** Looks for its top anew once that is asked for. */
  resolve(): void {
    this.#resolved = undefined;
  }

  /** The last one of its object that it may have. */
  get entry(): OwnerEntry | undefined {
    return this.#entry;
  }

  /** Takes an entry of its object, that of now; whether it is another one. The last one stays. */
  read(known?: OwnerEntry): boolean {
    const { reference, namespace } = placeOf(this.key);
    const entry = known ?? this.table?.get(reference.uid, namespace);
    if (entry === undefined || entry === this.#entry) return false;
    this.#isForeign = entry.namespace !== '' && entry.namespace !== namespace;
    if (this.#isForeign) return false;
    this.#entry = entry;
    this.#asWorkload = undefined;
    return true;
  }

  linkTo(parent: OwnerNode | undefined): void {
    if (parent === this.#parent) return;
    const before = this.#parent;
    if (before !== undefined) before.children = withoutOne(before.children, this);
    this.#parent = parent;
    if (parent !== undefined) parent.children = withOne(parent.children, this);
  }

  #climb(): Resolved {
    const seen: OwnerNode[] = [this];
    let top: OwnerNode = this;
    for (let next = top.#parent; next !== undefined; next = next.#parent) {
      if (seen.includes(next)) return { workload: this.#itself, problem: 'cycle' };
      if (seen.length === chainMax) return { workload: this.#itself, problem: 'depth' };
      seen.push(next);
      top = next;
    }
    return { workload: top.#itself, problem: top.#isForeign ? 'namespace' : undefined };
  }

  get #itself(): Workload {
    if (this.#asWorkload === undefined) {
      const { apiVersion, kind, name } = placeOf(this.key).reference;
      this.#asWorkload = { group: groupOf(apiVersion), kind, name, labels: this.#entry?.labels };
    }
    return this.#asWorkload;
  }
}

/** One node is kept as itself, several as a set: most keys and parents have one. */
function withOne(some: OwnerNode | Set<OwnerNode> | undefined, node: OwnerNode) {
  if (some === undefined) return node;
  return some instanceof Set ? some.add(node) : new Set([some, node]);
}

function withoutOne(some: OwnerNode | Set<OwnerNode> | undefined, node: OwnerNode) {
  if (!(some instanceof Set)) return some === node ? undefined : some;
  some.delete(node);
  return some.size === 0 ? undefined : some;
}

const allOf = (some: OwnerNode | Set<OwnerNode> | undefined): Iterable<OwnerNode> => {
  if (some === undefined) return [];
  return some instanceof Set ? some : [some];
};

/** The kind and its group, as `Deployment.apps`: objects stay the same across versions. */
export const kindOf = ({ apiVersion, kind }: Pick<OwnerReference, 'apiVersion' | 'kind'>): string =>
  `${kind}.${groupOf(apiVersion)}`;

/** Empty for the core group. */
export const groupOf = (apiVersion: string): string =>
  apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/')));

/** The node and all whose chains go through it, each once. */
function withAllBelow(node: OwnerNode): Iterable<OwnerNode> {
  const all = new Set([node]);
  for (const one of all) for (const child of allOf(one.children)) all.add(child);
  return all;
}

const isSame = (one: Workload, other: Workload): boolean =>
  one.group === other.group &&
  one.kind === other.kind &&
  one.name === other.name &&
  JSON.stringify(one.labels) === JSON.stringify(other.labels);

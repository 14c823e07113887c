// Forest is objects that own each other, in tables of owners, and a simple reading of them.
import { controllerOf, type OwnerReference, ownerKey, placeOf } from '../../../src/lib/ownerKey.ts';
import type { KubeObject } from '../../../src/metrics/object.ts';
import type { Relist } from '../../../src/store/types.ts';
import { chainMax, kindOf, Owners, type Workload } from '../../../src/sync/owners/owners.ts';
import { type Labels, OwnerTable } from '../../../src/sync/owners/ownerTable.ts';

export interface ForestObject extends KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
}

export interface ObjectFields {
  readonly namespace?: string;
  readonly uid?: string;
  readonly controller?: OwnerReference | undefined;
  readonly labels?: Labels;
}

/** `Deployment.apps/web` as an object in `x` with the uid `web-uid`, unless said otherwise. */
export function object(what: string, fields: ObjectFields = {}): ForestObject {
  const [type = '', name = ''] = what.split('/');
  const [kind = '', ...group] = type.split('.');
  const { namespace = 'x', uid = `${name}-uid`, controller, labels } = fields;
  return {
    apiVersion: group.length === 0 ? 'v1' : `${group.join('.')}/v1`,
    kind,
    metadata: {
      name,
      uid,
      ...(namespace !== '' && { namespace }),
      ...(labels && { labels }),
      ...(controller && { ownerReferences: [{ ...controller, controller: true }] }),
    },
  };
}

export const referenceTo = ({ apiVersion, kind, metadata }: ForestObject): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid ?? '',
});

export class Forest {
  readonly tables = new Map<string, OwnerTable>();
  readonly problems: string[] = [];
  readonly owners = new Owners({
    tableOf: (reference) => this.table(reference),
    onProblem: (problem, { reference }) => this.problems.push(`${problem} ${reference.name}`),
  });
  /** Turns of the event loop that were asked for. */
  turns = 0;
  readonly clock = {
    turn: async (): Promise<void> => {
      this.turns++;
    },
  };
  /** The keys that were told of since this was emptied. */
  readonly told = new Set<string>();
  /** By kind and uid. */
  readonly objects = new Map<string, ForestObject>();
  /** The last state of deleted objects that were in a chain in use, and still are. */
  #ghosts = new Map<string, ForestObject>();
  /** What controls pods. */
  readonly used = new Set<string>();

  constructor() {
    this.owners.listen(({ key }) => this.told.add(key));
  }

  table(reference: Pick<OwnerReference, 'apiVersion' | 'kind'>): OwnerTable {
    const kind = kindOf(reference);
    const existing = this.tables.get(kind);
    if (existing !== undefined) return existing;
    const table: OwnerTable = new OwnerTable({
      keepLabels: ({ team }) => (team === undefined ? undefined : { team }),
      onChange: (uid) => this.owners.changed(table, uid),
      onRelisted: () => this.owners.relisted(table),
      clock: this.clock,
    });
    this.tables.set(kind, table);
    return table;
  }

  put(one: ForestObject): void {
    this.objects.set(idOf(referenceTo(one)), one);
    this.#ghosts.delete(idOf(referenceTo(one)));
    this.table(one).sinkOf().put(one);
  }

  delete(one: ForestObject): void {
    this.#remove(one);
    this.table(one).sinkOf().delete(one);
  }

  #remove(one: ForestObject): void {
    const id = idOf(referenceTo(one));
    const last = this.objects.get(id);
    if (last !== undefined && this.#idsInUse().has(id)) this.#ghosts.set(id, last);
    this.objects.delete(id);
  }

  /** A list of the kind that has been put, and not committed. */
  listing(kind: string, objects: readonly ForestObject[]): Relist {
    const table = this.tables.get(kind);
    if (table === undefined) throw new Error(`no table of ${kind}`);
    const relist = table.sinkOf().relist();
    for (const one of objects) relist.put(one);
    return relist;
  }

  /** The objects of the kind are these now, as a list says. */
  async relist(kind: string, objects: readonly ForestObject[]): Promise<void> {
    const ids = new Set(objects.map((one) => idOf(referenceTo(one))));
    for (const one of [...this.objects.values()]) {
      if (kindOf(one) === kind && !ids.has(idOf(referenceTo(one)))) this.#remove(one);
    }
    const relist = this.listing(kind, objects);
    for (const one of objects) {
      this.objects.set(idOf(referenceTo(one)), one);
      this.#ghosts.delete(idOf(referenceTo(one)));
    }
    await relist.commit();
  }

  /** A pod of the namespace has that controller. */
  use(controller: OwnerReference, namespace = 'x'): string {
    const key = ownerKey(controller, namespace);
    this.used.add(key);
    this.owners.of(key);
    return key;
  }

  /** `Deployment web`, with its labels behind. */
  top(key: string): string {
    return textOf(this.owners.of(key).workload);
  }

  /** Forgets what is not used, here and there. */
  sweep(): void {
    // Whatever was asked for since the last time stays for once.
    this.#sweeping = undefined;
    for (let i = 0; i < 2; i++) for (const _ of this.#retaining());
    const inUse = this.#idsInUse();
    this.#ghosts = new Map([...this.#ghosts].filter(([id]) => inUse.has(id)));
  }

  #sweeping: Generator<void> | undefined;
  #retaining = (): Generator<void> => this.owners.retain(({ key }) => this.used.has(key));

  /** A sweep goes on by some steps, and the next one begins after it. */
  sweepOn(steps: number): void {
    for (let i = 0; i < steps; i++) {
      this.#sweeping ??= this.#retaining();
      if (this.#sweeping.next().done) this.#sweeping = undefined;
    }
  }

  /** The top of the chain, by reading all of it. */
  expected(key: string): string {
    const first = placeOf(key);
    const keys: string[] = [];
    let { reference, namespace } = first;
    for (;;) {
      keys.push(ownerKey(reference, namespace));
      const found = this.#find(reference, namespace);
      const controller = found && controllerOf(found.metadata);
      if (controller === undefined) return textOf(this.#asWorkload(reference, found));
      reference = controller;
      namespace = found?.metadata.namespace ?? '';
      if (keys.includes(ownerKey(reference, namespace)) || keys.length === chainMax) break;
    }
    const found = this.#find(first.reference, first.namespace);
    return textOf(this.#asWorkload(first.reference, found));
  }

  #asWorkload({ kind, name }: OwnerReference, found: ForestObject | undefined) {
    const team = found?.metadata.labels?.team;
    return { kind, name, labels: team === undefined ? undefined : { team } };
  }

  /** An owner has to be in the namespace of what it owns, or in none. */
  #find(reference: OwnerReference, namespace: string): ForestObject | undefined {
    const id = idOf(reference);
    const found = this.objects.get(id) ?? this.#ghosts.get(id);
    const its = found?.metadata.namespace ?? '';
    return its === '' || its === namespace ? found : undefined;
  }

  #idsInUse(): Set<string> {
    const seen = new Set<string>();
    const ids = new Set<string>();
    for (const key of this.used) {
      let { reference, namespace } = placeOf(key);
      while (!seen.has(ownerKey(reference, namespace))) {
        seen.add(ownerKey(reference, namespace));
        const found = this.#find(reference, namespace);
        if (found !== undefined) ids.add(idOf(reference));
        const controller = found && controllerOf(found.metadata);
        if (controller === undefined) break;
        reference = controller;
        namespace = found?.metadata.namespace ?? '';
      }
    }
    return ids;
  }
}

const idOf = (reference: OwnerReference): string => `${kindOf(reference)} ${reference.uid}`;

const textOf = ({ kind, name, labels }: Omit<Workload, 'group'>): string =>
  `${kind} ${name}${labels === undefined ? '' : ` ${JSON.stringify(labels)}`}`;

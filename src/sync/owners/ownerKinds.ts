// OwnerKinds follows each kind of owner that is in use: the metadata of all its objects.
import type { ServedKind } from '../../custom/types.ts';
import { Backoff } from '../../kube/retryPolicy.ts';
import type { SyncStatus } from '../../kube/types.ts';
import { aborted } from '../../lib/deadline.ts';
import type { Logger } from '../../lib/log.ts';
import type { OwnerReference } from '../../lib/ownerKey.ts';
import { tryDiscover } from '../discovery.ts';
import { ResourceSync } from '../resourceSync.ts';
import type { Scope } from '../scope.ts';
import { markedLog, type SideReflectorOptions, sayingMalformed } from '../sideReflector.ts';
import { groupOf, kindOf } from './owners.ts';
import { OwnerTable, type OwnerTableOptions } from './ownerTable.ts';

/** Each kind is a watch of its own; for more kinds than this, chains end. */
const kindsMax = 50;
/** How often it is looked whether a kind that is not installed is, or one that was still is. */
const lookMs = 30_000;

/** What readiness says of a kind. */
export interface OwnerKindStatus {
  readonly name: string;
  /** Empty where the API server does not have the kind. */
  readonly statuses: readonly SyncStatus[];
  /** It came into use when what uses owners was synced, or came back: readiness does not wait. */
  readonly late: boolean;
  readonly objects: number;
}

export interface OwnerKindsOptions
  extends SideReflectorOptions,
    Pick<OwnerTableOptions, 'keepLabels'> {
  readonly scope: Scope;
  readonly protobuf: boolean;
  /** Kinds whose plural is known; others are looked up. */
  known(group: string, kind: string): ServedKind | undefined;
  /** Followed from the start on. */
  readonly always: readonly Pick<OwnerReference, 'apiVersion' | 'kind'>[];
  /** Whether what uses owners had its first list. */
  isSynced(): boolean;
  /** The object of that uid has changed. */
  onChange(table: OwnerTable, uid: string): void;
  /** The steps that follow a list of the table's objects. */
  onRelisted(table: OwnerTable): Iterable<void>;
}

/** How far a kind is known. */
type Phase =
  | { readonly phase: 'finding'; readonly detail: string }
  | { readonly phase: 'absent' }
  | { readonly phase: 'following'; readonly served: ServedKind; readonly sync: ResourceSync };

interface FollowedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly table: OwnerTable;
  late: boolean;
  readonly ending: AbortController;
  state: Phase;
}

/** `run` it once. */
export class OwnerKinds {
  readonly #options: OwnerKindsOptions;
  readonly #log: Logger;
  readonly #kinds = new Map<string, FollowedKind>();
  /** Of kinds that are followed, and of those that are no more and have not ended yet. */
  readonly #work = new Set<Promise<void>>();
  #signal: AbortSignal | undefined;
  #limitLogged = false;

  constructor(options: OwnerKindsOptions) {
    this.#options = options;
    this.#log = markedLog(options.log, 'owners');
    for (const kind of options.always) this.tableOf(kind);
  }

  /** The objects of the kind, which is followed from now on; undefined for a kind too many. */
  tableOf(reference: Pick<OwnerReference, 'apiVersion' | 'kind'>): OwnerTable | undefined {
    const name = kindOf(reference);
    return (this.#kinds.get(name) ?? this.#add(name, reference))?.table;
  }

  get statuses(): readonly OwnerKindStatus[] {
    return [...this.#kinds.values()].map((followed) => ({
      name: nameOf(followed),
      statuses: statusesOf(followed.state),
      late: followed.late,
      objects: followed.table.size,
    }));
  }

  /** Works until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    for (const followed of this.#kinds.values()) this.#start(followed, signal);
    await aborted(signal);
    await Promise.all(this.#work);
  }

  /** Ends to follow the kinds whose tables are not among these, nor followed always. */
  retain(tables: ReadonlySet<OwnerTable>): void {
    const always = new Set(this.#options.always.map(kindOf));
    for (const [name, { table, ending }] of this.#kinds) {
      if (tables.has(table) || always.has(name)) continue;
      ending.abort();
      this.#kinds.delete(name);
    }
  }

  #add(
    name: string,
    { apiVersion, kind }: Pick<OwnerReference, 'apiVersion' | 'kind'>,
  ): FollowedKind | undefined {
    const { clock, keepLabels, onChange, onRelisted, isSynced } = this.#options;
    if (this.#kinds.size >= kindsMax) {
      const keys = { kind: name, kindsMax };
      if (!this.#limitLogged)
        this.#log.warn(keys, 'too many kinds of owners, chains end at others');
      this.#limitLogged = true;
      return undefined;
    }
    const table: OwnerTable = new OwnerTable({
      keepLabels,
      onChange: (uid) => onChange(table, uid),
      onRelisted: () => onRelisted(table),
      clock,
    });
    const followed: FollowedKind = {
      apiVersion,
      kind,
      name,
      table,
      late: isSynced() && [...this.#kinds.values()].every(({ state }) => isSettled(state)),
      ending: new AbortController(),
      state: { phase: 'finding', detail: 'waiting' },
    };
    this.#kinds.set(name, followed);
    if (this.#signal !== undefined) this.#start(followed, this.#signal);
    return followed;
  }

  #start(followed: FollowedKind, signal: AbortSignal): void {
    const either = AbortSignal.any([signal, followed.ending.signal]);
    const work = this.#follow(followed, either).finally(() => this.#work.delete(work));
    this.#work.add(work);
  }

  async #follow(followed: FollowedKind, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const served = await this.#find(followed, signal);
      if (signal.aborted) return;
      if (served === undefined) {
        followed.state = { phase: 'absent' };
        await clock.sleep(lookMs, signal);
      } else {
        await this.#followAs(served, followed, signal);
      }
      // Readiness has not waited for it, or it was there: the next list is no reason to wait again.
      followed.late = true;
    }
  }

  /** Until a kind that was looked up is gone: its version, or all of its definition. */
  async #followAs(served: ServedKind, followed: FollowedKind, signal: AbortSignal): Promise<void> {
    const { clock, known } = this.#options;
    const { apiVersion, kind } = followed;
    const ending = new AbortController();
    const sync = this.#open(served, followed.table);
    followed.state = { phase: 'following', served, sync };
    const done = sync.run(AbortSignal.any([signal, ending.signal]));
    const isGone = (): boolean => sync.statuses.every(({ absent }) => absent);
    if (known(groupOf(apiVersion), kind) !== undefined) await aborted(signal);
    while (!signal.aborted && !isGone()) await clock.sleep(lookMs, signal);
    ending.abort();
    await done;
  }

  #open({ plural, group, version, scope }: ServedKind, table: OwnerTable): ResourceSync {
    const { client, clock, random, observer, fromMemory, protobuf } = this.#options;
    const log = this.#log;
    return new ResourceSync({
      client,
      clock,
      random,
      log,
      observer: sayingMalformed({ log, observer }, plural),
      fromMemory,
      protobuf,
      representation: 'metadata',
      // The deletion of an owner that is created again at once must not be lost.
      everyEvent: true,
      collections: this.#options.scope.collectionsOfOwners(plural, { group, version, scope }),
      // Pods of any shard may have any owner.
      scope: { ...this.#options.scope, share: (sink) => sink },
      sinkOf: (part) => table.sinkOf(part),
      versionsOf: () => [],
      limit: undefined,
    });
  }

  /** The kind as the server has it, once that has answered; undefined where it has none. */
  async #find(followed: FollowedKind, signal: AbortSignal): Promise<ServedKind | undefined> {
    const { clock, random, client, known } = this.#options;
    const { apiVersion, kind, name } = followed;
    const group = groupOf(apiVersion);
    const found = known(group, kind);
    if (found !== undefined) return found;
    const backoff = new Backoff(clock, random);
    while (!signal.aborted) {
      const answer = await tryDiscover(client, clock, group, 'all', signal);
      if (signal.aborted) break;
      if ('kinds' in answer) {
        const all = answer.kinds.filter((one) => one.kind === kind);
        const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
        const served = all.find((one) => one.version === version) ?? all[0];
        if (served === undefined)
          this.#sayAbsent(followed, 'this kind cannot be listed and watched');
        return served;
      }
      const { answered, error } = answer;
      if (answered) {
        this.#sayAbsent(followed, 'discovery has no answer for this kind', error);
        return undefined;
      }
      this.#log.debug({ kind: name, error }, 'discovery failed');
      followed.state = { phase: 'finding', detail: `discovery failed: ${error}` };
      await clock.sleep(backoff.nextMs(), signal);
    }
    return undefined;
  }

  #sayAbsent({ state, name }: FollowedKind, why: string, error?: string): void {
    if (state.phase === 'absent') return;
    const keys = { kind: name, ...(error !== undefined && { error }) };
    this.#log.warn(keys, `${why}, chains end at it`);
  }
}

const nameOf = ({ state, name }: FollowedKind): string => {
  if (state.phase !== 'following') return name;
  const { plural, group } = state.served;
  return group === '' ? plural : `${plural}.${group}`;
};

const isSettled = (state: Phase): boolean =>
  state.phase === 'absent' ||
  (state.phase === 'following' &&
    state.sync.statuses.every(({ synced, refused }) => synced || refused));

function statusesOf(state: Phase): readonly SyncStatus[] {
  if (state.phase === 'absent') return [];
  if (state.phase === 'following') return state.sync.statuses;
  const { detail } = state;
  return [{ synced: false, refused: false, absent: false, detail, behind: undefined }];
}

// Readiness: the state of each resource, and the text of /readyz and the pages.
import type { LeaderStatus } from '../leader/status.ts';

/** The state of one resource, from its reflectors. */
export interface ResourceStatus {
  /** RBAC plural. */
  readonly resource: string;
  /** A first complete list has been committed. */
  readonly synced: boolean;
  /** The API server's refusal is final; readiness does not wait for this resource. */
  readonly refused: boolean;
  /** What the reflector is doing, or why it fails. */
  readonly detail: string;
  /** Readiness does not wait for its first list, and why. */
  readonly optional?: 'absent' | 'joining' | undefined;
  /** Since when no watch is open; absent while one is. The state is stale some time later. */
  readonly behind?: Behind | undefined;
}

/** The served state is behind: the API server is not followed at the moment. */
export interface Behind {
  /** Milliseconds since 1970 until which the served state was the API server's. */
  readonly untilMs: number;
  readonly ageMs: number;
  /** As the end of a sentence. */
  readonly why: string;
}

export type Readiness = () => readonly ResourceStatus[];

/** Called for each request; undefined where there is no election. */
export type Leadership = () => LeaderStatus | undefined;

export const noElection: Leadership = () => undefined;

/**
 * `absent` is a kind of the custom-resource configuration that is not installed, `joining` one that
 * came later than the start, and has no complete list yet.
 */
export type State = 'synced' | 'stale' | 'refused' | 'waiting' | 'absent' | 'joining';

/** A state that is behind for this long is stale; before, a watch may just be reopening. */
const staleMsMin = 30_000;

export function stateOf({ synced, refused, optional, behind }: ResourceStatus): State {
  if (synced) return behind !== undefined && behind.ageMs >= staleMsMin ? 'stale' : 'synced';
  if (refused) return 'refused';
  return optional ?? 'waiting';
}

/** Whether no resource is waited for. */
export function isReady(statuses: readonly ResourceStatus[]): boolean {
  return statuses.every((status) => stateOf(status) !== 'waiting');
}

/** One sentence: how many resources are not synced yet, or that all are. */
export function summaryOf(statuses: readonly ResourceStatus[]): string {
  const count = (state: State): number => statuses.filter((s) => stateOf(s) === state).length;
  const waiting = count('waiting');
  const all = `${statuses.length} resource${statuses.length === 1 ? '' : 's'}`;
  if (waiting > 0) return `Not ready: ${waiting} of ${all} had no complete list yet.`;
  const others = (
    [
      [count('refused'), 'refused by the API server'],
      [count('absent'), 'not installed'],
      [count('joining'), 'installed just now'],
    ] as const
  ).filter(([number]) => number > 0);
  if (others.length === 0) return `Ready: ${all} synced.`;
  const synced = statuses.length - others.reduce((sum, [number]) => sum + number, 0);
  const parts = others.map(([number, why]) => `${number} ${why}`);
  return `Ready: ${synced} of ${all} synced, ${parts.join(', ')}.`;
}

/** The stale part of the served state, with the age of its oldest resource. */
export interface StaleState extends Behind {
  /** The stale resources. */
  readonly resources: readonly string[];
  /** The number of all resources. */
  readonly of: number;
}

/** The stale part of the served state; undefined where nothing is stale. */
export function staleStateOf(statuses: readonly ResourceStatus[]): StaleState | undefined {
  const stale = statuses.filter((status) => stateOf(status) === 'stale');
  const [first, ...others] = stale.flatMap(({ behind }) => behind ?? []);
  if (first === undefined) return undefined;
  const oldest = others.reduce((one, other) => (other.ageMs > one.ageMs ? other : one), first);
  return { ...oldest, resources: stale.map(({ resource }) => resource), of: statuses.length };
}

/** One sentence: how old the state is, and why. A follower in an election only holds it. */
export function staleSentence(stale: StaleState, serves = true): string {
  const { untilMs, ageMs, why, resources, of } = stale;
  const iso = new Date(untilMs).toISOString();
  const time = ageMs < dayMs ? iso.slice(11, 19) : iso.slice(0, 19).replace('T', ' ');
  const verb = serves ? 'Serving' : 'Holding';
  return `${verb} the state of ${time}, ${ageText(ageMs)} old: ${why}${scopeText(resources, of)}`;
}

function scopeText(resources: readonly string[], of: number): string {
  if (resources.length === 1) return `; affected: ${resources[0]}`;
  return resources.length === of ? '' : `; affected: ${resources.length} of ${of} resources`;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A time in one unit: 4 min. */
export function ageText(ms: number): string {
  if (ms < minuteMs) return `${Math.floor(ms / 1_000)} s`;
  if (ms < 2 * hourMs) return `${Math.floor(ms / minuteMs)} min`;
  return ms < 2 * dayMs ? `${Math.floor(ms / hourMs)} h` : `${Math.floor(ms / dayMs)} days`;
}

/** The first line of pages and /readyz; `good` where everything that there is is synced. */
export interface Headline {
  readonly sentence: string;
  readonly good: boolean;
}

const goodStates: ReadonlySet<State> = new Set(['synced', 'absent', 'joining']);

/** Why the replica is not ready, then what is stale; else the summary. */
export function headlinesOf(
  statuses: readonly ResourceStatus[],
  leaderStatus?: LeaderStatus,
): readonly Headline[] {
  const good = statuses.every((status) => goodStates.has(stateOf(status)));
  const stale = staleStateOf(statuses);
  const summary = { sentence: summaryOf(statuses), good };
  if (stale === undefined) return [summary];
  const warning = { sentence: staleSentence(stale, leaderStatus?.serves), good: false };
  return isReady(statuses) ? [warning] : [summary, warning];
}

/** The headlines, the status in an election, then a line per resource: name, state, detail. */
export function readinessText(
  statuses: readonly ResourceStatus[],
  leaderStatus?: LeaderStatus,
): string {
  const width = Math.max(0, ...statuses.map(({ resource }) => resource.length));
  const lines = statuses.map((status) => {
    const state = stateOf(status).padEnd(7);
    return `${status.resource.padEnd(width)}  ${state}  ${detailOf(status)}`.trimEnd();
  });
  return `${[...headlineTexts(statuses, leaderStatus), ...lines].join('\n')}\n`;
}

/** The detail in one line. */
export function detailOf(status: ResourceStatus): string {
  return status.detail.replaceAll(/\s+/g, ' ').trim();
}

/** What prevents readiness comes first. */
function headlineTexts(
  statuses: readonly ResourceStatus[],
  leaderStatus: LeaderStatus | undefined,
): string[] {
  const headlines = headlinesOf(statuses, leaderStatus).map(({ sentence }) => sentence);
  if (leaderStatus === undefined) return headlines;
  const { ready, sentence } = leaderStatus;
  const election = `Leader election: ${sentence.replaceAll(/\s+/g, ' ')}`;
  if (ready) return [...headlines, election];
  const stale = staleStateOf(statuses);
  return [
    `Not ready. ${election}`,
    ...(stale === undefined ? [] : [staleSentence(stale, leaderStatus.serves)]),
  ];
}

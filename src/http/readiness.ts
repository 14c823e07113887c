// Whether all that is watched has been seen once, and how that reads, line by line.
import type { Standing } from './leadership.ts';

/** Where one resource stands, as its reflectors tell it. */
export interface ResourceStatus {
  /** RBAC plural. */
  readonly resource: string;
  /** A first complete list has been committed. */
  readonly synced: boolean;
  /** The server's refusal is final: readiness waits no longer. */
  readonly refused: boolean;
  /** What it is at, in words. */
  readonly detail: string;
}

export type Readiness = () => readonly ResourceStatus[];

export type State = 'synced' | 'refused' | 'waiting';

export function stateOf({ synced, refused }: ResourceStatus): State {
  if (synced) return 'synced';
  return refused ? 'refused' : 'waiting';
}

/** Ready is: nothing has to be waited for. */
export function isReady(statuses: readonly ResourceStatus[]): boolean {
  return statuses.every((status) => stateOf(status) !== 'waiting');
}

/** One sentence for people: how many resources are waited for, or that none is. */
export function summaryOf(statuses: readonly ResourceStatus[]): string {
  const count = (state: State): number => statuses.filter((s) => stateOf(s) === state).length;
  const waiting = count('waiting');
  const refused = count('refused');
  const all = `${statuses.length} resource${statuses.length === 1 ? '' : 's'}`;
  if (waiting > 0) return `Not ready: ${waiting} of ${all} had no complete list yet.`;
  if (refused === 0) return `Ready: ${all} synced.`;
  return `Ready: ${count('synced')} of ${all} synced, ${refused} refused by the API server.`;
}

/** The summary, where we stand in an election, then a line a resource: name, state, detail. */
export function readinessText(statuses: readonly ResourceStatus[], standing?: Standing): string {
  const width = Math.max(0, ...statuses.map(({ resource }) => resource.length));
  const lines = statuses.map((status) => {
    // An error's message may have several lines; here a line is a resource.
    const detail = status.detail.replaceAll(/\s+/g, ' ').trim();
    return `${status.resource.padEnd(width)}  ${stateOf(status).padEnd(7)}  ${detail}`.trimEnd();
  });
  return `${[...headOf(statuses, standing), ...lines].join('\n')}\n`;
}

/** What is in the way stands first. */
function headOf(statuses: readonly ResourceStatus[], standing: Standing | undefined): string[] {
  if (standing === undefined) return [summaryOf(statuses)];
  const { ready, sentence } = standing;
  const election = `Leader election: ${sentence.replaceAll(/\s+/g, ' ')}`;
  return ready ? [summaryOf(statuses), election] : [`Not ready. ${election}`];
}

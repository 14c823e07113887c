// OpenRelists are the relists of one store that have not ended: what may not happen meanwhile.
import type { RelistEnds } from './relistPhases.ts';

/** What a relist under way replaces. */
interface RelistedPart {
  /** Undefined for all of the store. */
  readonly part: string | undefined;
}

export class OpenRelists {
  readonly #all = new Set<RelistedPart>();
  /** Those of them whose commit is queued or under way. */
  readonly #committing = new Set<RelistedPart>();

  /** Begins one; throws while another one of the same objects is open. */
  begin(part: string | undefined): RelistEnds {
    this.#refuseWhileRelisted(part);
    const relist = { part };
    this.#all.add(relist);
    return {
      onCommit: () => this.#committing.add(relist),
      onEnd: () => {
        this.#committing.delete(relist);
        this.#all.delete(relist);
      },
    };
  }

  /** Throws while a list of the part is committed, which would undo the change. */
  refuseWhileCommitted(part: string | undefined): void {
    if (this.#committing.size === 0) return;
    for (const relist of this.#committing) {
      if (isApart(relist, part)) continue;
      throw new Error(
        `expected changes of ${part ?? 'the store'} once its list is committed, got one before; ` +
          'wait for the commit',
      );
    }
  }

  /** Of two relists of the same objects the one that commits last would undo the other. */
  #refuseWhileRelisted(part: string | undefined): void {
    for (const relist of this.#all) {
      if (isApart(relist, part)) continue;
      throw new Error(
        `expected no relist under way of ${part ?? 'the store'}, got one of ` +
          `${relist.part ?? 'all of it'}; commit or abort that first`,
      );
    }
  }
}

const isApart = ({ part: listed }: RelistedPart, part: string | undefined): boolean =>
  listed !== undefined && part !== undefined && listed !== part;

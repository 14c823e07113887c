// sharedLabels writes what all series of a family begin with: the identity, and promoted labels.
import type { Promoted, Promotion } from './promotion.ts';
import { bytes, type Range } from './seriesLines.ts';

/** The labels that all series of a family begin with. */
export interface SharedLabels {
  /** By family. */
  readonly of: readonly Range[];
  /** Writes them, behind the identity that begins `bytes`. */
  write(promoted: Promoted | undefined): void;
}

export function sharedLabels(families: number, promotion: Promotion | undefined): SharedLabels {
  const all = Array.from(
    { length: promotion?.textCount ?? 1 },
    (): Range => ({ start: 0, end: 0 }),
  );
  return {
    of: Array.from({ length: families }, (_, i) => all[promotion?.textIndexOf(i) ?? 0] as Range),
    write(promoted) {
      const identityEnd = bytes.end;
      for (let i = 0; i < all.length; i++) {
        const labels = all[i] as Range;
        if (i > 0) {
          labels.start = bytes.end;
          bytes.repeat(0, identityEnd);
        }
        if (promoted !== undefined) bytes.addText(promoted.texts[i] as string);
        labels.end = bytes.end;
      }
    },
  };
}

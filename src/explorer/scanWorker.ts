// The worker of ScanThread counts what is in the text of families, for several scans in turn.
import { parentPort } from 'node:worker_threads';
import { errorMessage } from '../lib/errors.ts';
import { openUnpacker, type TextPack } from '../store/textPack.ts';
import type { FamilyLabels, Zeros } from './api.ts';
import { LabelScan } from './labelScan.ts';
import { countSeriesIn, countZeros } from './lineCounts.ts';

/** What to count. */
export type ScanKind =
  /** The labels of one family; `series` is how many it has. */
  | { readonly kind: 'labels'; readonly series: number }
  /** Series whose value is 0. */
  | { readonly kind: 'zeros' }
  /** The series with this label `namespace`, and all series of some resources. */
  | { readonly kind: 'namespace'; readonly namespace: string; readonly whole: readonly string[] };

/** What one scan finds. */
export type ScanResult =
  | ({ readonly kind: 'labels' } & Omit<FamilyLabels, 'snapshot' | 'family'>)
  | ({ readonly kind: 'zeros' } & Pick<Zeros, 'families'>)
  | { readonly kind: 'namespace'; readonly families: readonly FamilyCounts[] };

export interface FamilyCounts {
  readonly name: string;
  readonly series: number;
  readonly bytes: number;
}

/** Messages to the worker about the scan `id`. */
export type ToWorker = { readonly id: number } & (
  | { readonly do: 'begin'; readonly scan: ScanKind }
  | { readonly do: 'read'; readonly pack: TextPack }
  | { readonly do: 'end' }
  | { readonly do: 'cancel' }
);

/** The worker's replies: one for each pack that was read, and one for the end. */
export type FromWorker = { readonly id: number } & (
  | { readonly read: true }
  | { readonly result: ScanResult }
  | { readonly failure: string }
);

interface Scan {
  read(pack: TextPack, text: Buffer): void;
  result(): ScanResult;
}

const textOf = openUnpacker();
const scans = new Map<number, Scan>();

function open(scan: ScanKind): Scan {
  switch (scan.kind) {
    case 'labels': {
      const labels = new LabelScan(scan.series);
      return {
        read: (_, text) => labels.read(text),
        result: () => ({ kind: 'labels', ...labels.result }),
      };
    }
    case 'zeros': {
      const families = new Sums(['series', 'zeros']);
      return {
        read: ({ family }, text) => families.add(family, countZeros(text)),
        result: () => ({ kind: 'zeros', families: families.all }),
      };
    }
    case 'namespace': {
      const { namespace } = scan;
      const whole = new Set(scan.whole);
      const families = new Sums(['series', 'bytes']);
      return {
        read({ family, resource, series }, text) {
          const all = { series, bytes: text.length };
          families.add(family, whole.has(resource) ? all : countSeriesIn(text, namespace));
        },
        result: () => ({ kind: 'namespace', families: families.all }),
      };
    }
  }
}

/** Counts that are summed by family. */
class Sums<Key extends string> {
  readonly #keys: readonly Key[];
  readonly #families = new Map<string, Record<Key, number>>();

  constructor(keys: readonly Key[]) {
    this.#keys = keys;
  }

  add(family: string, counts: Readonly<Record<Key, number>>): void {
    const sum = this.#families.get(family);
    if (sum === undefined) this.#families.set(family, { ...counts });
    else for (const key of this.#keys) sum[key] += counts[key];
  }

  get all(): (Record<Key, number> & { name: string })[] {
    return [...this.#families].map(([name, counts]) => ({ name, ...counts }));
  }
}

function answer(message: ToWorker): FromWorker | undefined {
  const { id } = message;
  try {
    if (message.do === 'begin') {
      scans.set(id, open(message.scan));
      return undefined;
    }
    const scan = scans.get(id);
    // It was cancelled, or has failed.
    if (scan === undefined) return undefined;
    if (message.do === 'read') {
      scan.read(message.pack, textOf(message.pack));
      return { id, read: true };
    }
    scans.delete(id);
    return message.do === 'end' ? { id, result: scan.result() } : undefined;
  } catch (error) {
    scans.delete(id);
    return { id, failure: errorMessage(error) };
  }
}

parentPort?.on('message', (message: ToWorker) => {
  const reply = answer(message);
  if (reply !== undefined) parentPort?.postMessage(reply);
});

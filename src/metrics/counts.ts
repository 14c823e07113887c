// countedRenderer reads what objects count, for families whose series are sums over all of them.
import type { Family, SampleRow } from './family.ts';
import type { KubeObject } from './object.ts';
import type { FamilyHeader, OnRenderError } from './render.ts';
import { headerOfRow, labelsWriter } from './text.ts';

export interface CountedRenderer {
  readonly families: readonly CountedFamily[];
  /** What one object counts, each series once. A row that throws counts nothing. */
  collect(object: KubeObject): Count[];
}

export interface CountedFamily extends FamilyHeader {
  readonly labels: readonly string[];
}

/** How far an object has counted in one series. */
export interface Count {
  /** Which of the families it is. */
  readonly family: number;
  /** What stands between the braces, and the value of the label `namespace`, empty without it. */
  readonly labels: string;
  readonly namespace: string;
  readonly value: number;
}

/** The rows that are counted, of those that are enabled. */
export function countedRenderer<O>(
  enabled: readonly (readonly [string, Family<O>])[],
  onError: OnRenderError,
): CountedRenderer | undefined {
  const rows = enabled.flatMap(([name, row]) =>
    row.counted && 'collect' in row ? [[name, row] as const] : [],
  );
  if (rows.length === 0) return undefined;
  const families = rows.map(([name, row]) => ({
    ...headerOfRow<O>([name, row]),
    labels: row.labels,
  }));
  const readers = rows.map(([name, row], family) => ({ name, read: countsReader(row, family) }));
  return {
    families,
    collect(object) {
      const counts: Count[] = [];
      for (const { name, read } of readers) {
        try {
          counts.push(...read(object as O));
        } catch (error) {
          onError(name, object, error);
        }
      }
      return counts;
    },
  };
}

function countsReader<O>(row: SampleRow<O>, family: number): (object: O) => readonly Count[] {
  const labelsText = labelsWriter(row.labels);
  const namespaceAt = row.labels.indexOf('namespace');
  return (object) => {
    const counts: Count[] = [];
    row.collect(object, (value, ...labels) => {
      if (!Number.isFinite(value)) throw new TypeError(`expected a finite number, got ${value}`);
      const text = labelsText(labels);
      if (counts.some((one) => one.labels === text)) return;
      const namespace = labels[namespaceAt];
      counts.push({
        family,
        labels: text,
        namespace: typeof namespace === 'string' ? namespace : '',
        value,
      });
    });
    return counts;
  };
}

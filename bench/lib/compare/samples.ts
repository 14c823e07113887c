// Samples collects the figures of all sides and rounds, and makes rows with ratios of them.
import type { Row } from '../question.ts';
import { median } from '../stats.ts';
import { type Measure, measures, type SideName } from './measures.ts';

export class Samples {
  readonly #values = new Map<string, number[]>();

  /** Adds the figure of one round; what cannot be had of a side is undefined. */
  add(side: SideName, measure: Measure, value: number | undefined): void {
    if (value === undefined) return;
    const key = keyOf(side, measure);
    const values = this.#values.get(key) ?? [];
    values.push(value);
    this.#values.set(key, values);
  }

  /** The figure of all rounds. */
  of(side: SideName, measure: Measure): number | undefined {
    const values = this.#values.get(keyOf(side, measure));
    if (values === undefined) return undefined;
    return measure.of === 'largest' ? Math.max(...values) : median(values);
  }

  /** One row for each measure that has a figure of kubestate. */
  rows(): Row[] {
    return measures
      .filter((measure) => this.of('kubestate', measure) !== undefined)
      .map((measure) => this.#row(measure));
  }

  #row(measure: Measure): Row {
    const ours = this.of('kubestate', measure) as number;
    const reference = this.of('reference', measure);
    const parent = this.of('parent', measure);
    const ratio = ratioOf(ours, reference);
    const toParent = ratioOf(ours, parent);
    const checks: readonly [most: number | undefined, got: number | undefined, unit: string][] = [
      [measure.toReference, ratio, ' ×'],
      [measure.toParent, toParent, ' × the parent'],
      [measure.most, ours, ` ${measure.unit}`],
    ];
    const targets = checks.flatMap(([most, , unit]) =>
      most === undefined ? [] : [`≤ ${rounded(most)}${unit}`.trimEnd()],
    );
    const known = checks.filter(([most, got]) => most !== undefined && got !== undefined);
    const met = known.every(([most, got]) => (got as number) <= (most as number));
    return {
      what: measure.what,
      unit: measure.unit,
      kubestate: ours,
      reference,
      ratio,
      parent,
      toParent,
      target: targets.join(', '),
      met: known.length === 0 ? '' : met ? 'yes' : 'no',
    };
  }
}

const keyOf = (side: SideName, { what }: Measure): string => `${side}: ${what}`;

/** How many times the other's figure ours is; of nothing there is no ratio. */
const ratioOf = (ours: number, other: number | undefined): number | undefined =>
  other === undefined || other === 0 ? undefined : ours / other;

const rounded = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: 4 });

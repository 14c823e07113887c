// axisOf chooses the range of a chart's values.

/** An axis spans at least this share of its largest value, so that noise looks like noise. */
const spanShareMin = 0.01;

export interface Axis {
  readonly least: number;
  readonly most: number;
}

/** From 0, or so that the values lie in its middle; both ends are equal where all values are 0. */
export function axisOf(values: readonly number[], fromZero: boolean): Axis {
  const most = Math.max(...values);
  if (fromZero) return { least: 0, most };
  const least = Math.min(...values);
  const room = Math.max(0, (most * spanShareMin - (most - least)) / 2);
  return { least: Math.max(0, Math.round(least - room)), most: Math.round(most + room) };
}

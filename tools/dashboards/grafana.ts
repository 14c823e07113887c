// The part of Grafana's dashboard JSON that the pictures show, and the colours and units in it.

export interface Board {
  readonly title: string;
  readonly templating: { readonly list: readonly BoardVariable[] };
  readonly panels: readonly BoardPanel[];
}

export interface BoardVariable {
  readonly name: string;
  readonly label: string;
  readonly hide: number;
  readonly includeAll: boolean;
}

export interface BoardPanel {
  readonly type: 'row' | 'stat' | 'timeseries' | 'state-timeline' | 'table';
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets?: readonly Target[];
  readonly transformations?: readonly { readonly id: string; readonly options: Organized }[];
  readonly fieldConfig?: { readonly defaults: Field; readonly overrides: readonly Override[] };
  readonly options?: {
    readonly sortBy?: readonly { readonly displayName: string; readonly desc: boolean }[];
    readonly colorMode?: string;
    readonly legend?: { readonly placement: string };
  };
}

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly instant: boolean;
  readonly legendFormat?: string;
}

/** The options of the transformation that names and orders fields. */
export interface Organized {
  readonly excludeByName?: Readonly<Record<string, boolean>>;
  readonly indexByName?: Readonly<Record<string, number>>;
  readonly renameByName?: Readonly<Record<string, string>>;
}

export interface Field {
  readonly unit?: string;
  readonly noValue?: string;
  readonly links?: readonly unknown[];
  readonly thresholds?: { readonly steps: readonly { color: string; value: number | null }[] };
  readonly mappings?: readonly { readonly options: Readonly<Record<string, Mapping>> }[];
  readonly custom?: { readonly stacking?: { readonly mode: string } };
  readonly 'custom.cellOptions'?: { readonly type: string };
}

interface Mapping {
  readonly text: string;
  readonly color: string;
}

interface Override {
  readonly matcher: { readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
}

/** The configuration of a column, by its heading. */
export const fieldOf = ({ fieldConfig }: BoardPanel, heading: string): Field =>
  Object.fromEntries(
    (fieldConfig?.overrides ?? [])
      .filter(({ matcher }) => matcher.options === heading)
      .flatMap(({ properties }) => properties.map(({ id, value }) => [id, value])),
  ) as Field;

/** Grafana's colours of its dark theme. */
const COLOURS: Readonly<Record<string, string>> = {
  green: '#73bf69',
  orange: '#ff9830',
  red: '#f2495c',
  blue: '#5794f2',
  text: '#ccccdc',
};

/** The text and colour of a value: by its mapping, else by unit and thresholds. */
export function shown(value: number | string, field: Field): { text: string; colour: string } {
  const mapping = field.mappings?.[0]?.options[String(value)];
  const steps = field.thresholds?.steps ?? [];
  const step = steps.findLast((one) => one.value === null || Number(value) >= one.value);
  return {
    text: mapping?.text ?? (typeof value === 'string' ? value : withUnit(value, field.unit)),
    colour: COLOURS[mapping?.color ?? step?.color ?? 'text'] ?? String(COLOURS.text),
  };
}

/** The value at three significant digits, with its unit as Grafana writes it. */
export function withUnit(value: number, unit = 'none'): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : String(value);
  switch (unit) {
    case 'percentunit':
      return `${digits(value * 100)}%`;
    case 'bytes':
      return scaled(value, 1_024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']);
    case 'short':
      return scaled(value, 1_000, ['', 'K', 'Mil', 'Bil']);
    case 's':
      return duration(value);
    case 'ops':
      return `${digits(value)} ops/s`;
    case 'none':
      return digits(value);
    default:
      return `${digits(value)} ${unit.replace('suffix: ', '')}`;
  }
}

const digits = (value: number): string =>
  Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));

function scaled(value: number, factor: number, names: readonly string[]): string {
  const power = Math.floor(Math.log(Math.max(Math.abs(value), 1)) / Math.log(factor));
  const index = Math.min(power, names.length - 1);
  return `${digits(value / factor ** index)} ${names[index]}`.trim();
}

const DURATIONS: readonly (readonly [number, string])[] = [
  [31_536_000, 'years'],
  [604_800, 'weeks'],
  [86_400, 'days'],
  [3_600, 'hours'],
  [60, 'mins'],
  [1, 's'],
];

function duration(seconds: number): string {
  if (seconds !== 0 && Math.abs(seconds) < 1) return `${digits(seconds * 1_000)} ms`;
  const [size, name] = DURATIONS.find(([one]) => Math.abs(seconds) >= one) ?? [1, 's'];
  return `${digits(seconds / size)} ${name}`;
}

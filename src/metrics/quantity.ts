// Quantities of the API (`100m`, `1.5Gi`, `2e3`) as numbers, and the units of resource names.
import { sanitised } from './labels.ts';
import { remember } from './memo.ts';

/** The largest magnitude that the API knows: 2^63 - 1; a larger one counts as this. */
const wholeMax = 2n ** 63n - 1n;
/** KSM counts in thousandths up to here, and in whole units beyond. */
const thousandthsMax = wholeMax / 1000n;
const nanosPerMilli = 10n ** 6n;
const nanosPerWhole = 10n ** 9n;
const nanosMax = wholeMax * nanosPerWhole;
/** Beyond so many powers of ten any digit is more than the largest, or less than the smallest. */
const exponentMax = 200;
const quantityCharsMax = 128;

const siExponents = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binaryExponents = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** As JSON carries it; null and absent are 0, as in Go. */
type WireQuantity = string | null | undefined;

/** The value with three decimals, rounded away from zero, as KSM gives CPU and all of a node. */
export function quantity(given: WireQuantity): number {
  const text = given ?? '0';
  return simple(text) ?? inThousandths(nanosOf(text));
}

/** The value in whole units, rounded away from zero, as KSM gives memory and devices of a pod. */
export function wholeQuantity(given: WireQuantity): number {
  const text = given ?? '0';
  const value = simple(text);
  if (value === undefined) return Number(rounded(nanosOf(text), nanosPerWhole));
  return Math.ceil(value);
}

function inThousandths(nanos: bigint): number {
  const whole = rounded(nanos, nanosPerWhole);
  if (whole > thousandthsMax || whole < -thousandthsMax) return Number(whole);
  return Number(rounded(nanos, nanosPerMilli)) / 1000;
}

const simplePattern = /^(\d{1,15})(m|k|M|G|Ki|Mi|Gi|)$/;
const simpleFactors: Readonly<Record<string, number>> = {
  ...{ k: 1e3, M: 1e6, G: 1e9 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 },
};
/** Below this a whole number survives the way through thousandths and back unchanged. */
const simpleBelow = Number.MAX_SAFE_INTEGER / 1000;

/** What nearly all quantities are, without big integers; `undefined` for the rest. */
function simple(text: string): number | undefined {
  const [, digits, suffix = ''] = simplePattern.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const count = Number(digits);
  if (suffix === 'm') return count / 1000;
  const value = count * (simpleFactors[suffix] ?? 1);
  return value < simpleBelow ? value : undefined;
}

const pattern = /^([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:([KMGTPE]i)|[eE]([+-]?\d{1,9})|([numkMGTPE]?))$/;

/** The exact value in billionths, the API's own precision: what is finer is rounded up to it. */
function nanosOf(text: string): bigint {
  const match = String(text).length <= quantityCharsMax ? pattern.exec(text) : null;
  if (match === null) {
    throw new TypeError(
      `expected a quantity such as 100m, 1.5 or 2Gi, got ${JSON.stringify(text)}`,
    );
  }
  const [, sign, whole = '', fraction = '', binary, exponent, si = ''] = match;
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return 0n;
  const shift = clamped(Number(exponent ?? siExponents[si as keyof typeof siExponents]));
  const scaled = digits << BigInt(binaryExponents[binary as keyof typeof binaryExponents] ?? 0);
  const nanos = scaledByTen(scaled, shift - fraction.length + 9);
  const magnitude = nanos > nanosMax ? nanosMax : nanos;
  return sign === '-' ? -magnitude : magnitude;
}

const clamped = (exponent: number): number =>
  Math.min(Math.max(exponent, -exponentMax), exponentMax);

const scaledByTen = (value: bigint, exponent: number): bigint =>
  exponent >= 0 ? value * 10n ** BigInt(exponent) : rounded(value, 10n ** BigInt(-exponent));

/** Divides and rounds away from zero. */
function rounded(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (quotient * divisor === value) return quotient;
  return value > 0n ? quotient + 1n : quotient - 1n;
}

export type Unit = 'core' | 'byte' | 'integer';

/** How a resource of nodes and containers (`cpu`, `nvidia.com/gpu`) is shown. */
export interface ResourceLabels {
  /** The name with `_` for what a label name could not hold. */
  readonly resource: string;
  /** None for a name that KSM does not show, such as those of quotas. */
  readonly unit: Unit | undefined;
}

/** Clusters know some dozens; whoever invents more finds them computed anew. */
const resourceNamesMax = 1000;

export const resourceLabels: (name: string) => ResourceLabels = remember(
  resourceNamesMax,
  (name) => ({ resource: sanitised(name), unit: unitOf(name) }),
);

const units: Readonly<Record<string, Unit>> = {
  cpu: 'core',
  memory: 'byte',
  storage: 'byte',
  'ephemeral-storage': 'byte',
  pods: 'integer',
};

function unitOf(name: string): Unit | undefined {
  if (Object.hasOwn(units, name)) return units[name];
  if (name.startsWith('hugepages-') || name.startsWith('attachable-volumes-')) return 'byte';
  return isExtended(name) ? 'integer' : undefined;
}

const domainPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const domainCharsMax = 253;
const namePattern = /^([A-Za-z0-9][-\w.]*)?[A-Za-z0-9]$/;
const nameCharsMax = 63;

/** Whether a vendor named the resource, which the API tells by rules of the name. */
function isExtended(name: string): boolean {
  if (name.includes('kubernetes.io/') || name.startsWith('requests.')) return false;
  const slash = name.indexOf('/');
  // The name must be valid as a quota's too, which puts `requests.` in front of it.
  const domain = `requests.${name.slice(0, slash)}`;
  const local = name.slice(slash + 1);
  return (
    slash > 0 &&
    domain.length <= domainCharsMax &&
    domainPattern.test(domain) &&
    local.length <= nameCharsMax &&
    namePattern.test(local)
  );
}

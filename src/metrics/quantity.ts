// Kubernetes quantities (`100m`, `1.5Gi`, `2e3`) as numbers, and the units of resource names.
import { memoize } from '../lib/lru.ts';
import { sanitised } from './labels.ts';

/** The largest magnitude of a quantity, 2^63 - 1; larger ones are cut to it. */
const wholeMax = 2n ** 63n - 1n;
/** KSM has three decimals up to here, and whole units beyond. */
const thousandthsMax = wholeMax / 1000n;
const nanosPerMilli = 10n ** 6n;
const nanosPerWhole = 10n ** 9n;
const nanosMax = wholeMax * nanosPerWhole;
const nanoDigits = 9;
const safeMax = BigInt(Number.MAX_SAFE_INTEGER);
/** Beyond this power of ten any digit is above the largest or below the smallest quantity. */
const exponentMax = 600;
/** Digits that Go holds in an int64: beside a power of ten, or including a power of two. */
const decimalDigitsMax = 18;
const binaryDigitsMax = 14;
const quantityCharsMax = 128;

const siExponents = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const binaryExponents = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };

/** A quantity in JSON; null and absent are 0, as in Go. */
type WireQuantity = string | null | undefined;

/** The value with three decimals, rounded away from zero: CPU, and all resources of nodes. */
export function quantity(given: WireQuantity): number {
  const text = given ?? '0';
  return simple(text) ?? inThousandths(nanosOf(text));
}

/** The value in whole units, rounded away from zero: memory and devices of pods. */
export function wholeQuantity(given: WireQuantity): number {
  const text = given ?? '0';
  const value = simple(text);
  if (value === undefined) return Number(rounded(nanosOf(text), nanosPerWhole));
  return Math.ceil(value);
}

/** Quantities that are cached in billionths: pods of a cluster have some hundreds. */
const cachedMax = 10_000;

/** The exact value in billionths, without the API's maximum, for sums as Go adds them. */
export const exactNanos: (text: string) => bigint = memoize(cachedMax, (text) => {
  const parts = partsOf(text);
  return parts.negative ? -magnitudeOf(parts) : magnitudeOf(parts);
});

/** The number that is nearest to a value in billionths. */
export function fromNanos(nanos: bigint): number {
  const whole = nanos / nanosPerWhole;
  const rest = nanos % nanosPerWhole;
  if (rest === 0n) return Number(whole);
  if (nanos <= safeMax && nanos >= -safeMax) return Number(nanos) / 1e9;
  // A division would round a second time.
  const magnitude = nanos < 0n ? -nanos : nanos;
  const digits = String(magnitude % nanosPerWhole).padStart(nanoDigits, '0');
  return Number(`${nanos < 0n ? '-' : ''}${magnitude / nanosPerWhole}.${digits}`);
}

/**
 * The value as Go's AsApproximateFloat64 returns it, which KSM uses for tolerances: digits and
 * power of ten are rounded before they are multiplied, so `3n` is 3.0000000000000004e-09.
 */
export function approximateQuantity(text: string): number {
  const parts = partsOf(text);
  const { negative, digits, fraction, power, binaryPower } = parts;
  const exponent = power - fraction.length;
  const magnitude = isKeptWhole(parts)
    ? timesPowerOfTen(digits << BigInt(binaryPower), exponent)
    : timesPowerOfTen(magnitudeOf(parts), -nanoDigits);
  return negative ? -magnitude : magnitude;
}

/** Whether Go keeps digits and power of ten exactly; other quantities it holds in billionths. */
function isKeptWhole({ whole, fraction, power, binaryPower }: Parts): boolean {
  const digits = whole.replace(/^0+(?=\d)/, '').length + fraction.length;
  if (binaryPower > 0) {
    return fraction === '' && digits + Math.trunc(binaryPower * 0.3) <= binaryDigitsMax;
  }
  return digits <= decimalDigitsMax && power - fraction.length >= -nanoDigits;
}

const timesPowerOfTen = (value: bigint, exponent: number): number =>
  exponent === 0 ? Number(value) : Number(value) * Number(`1e${exponent}`);

function inThousandths(nanos: bigint): number {
  const whole = rounded(nanos, nanosPerWhole);
  if (whole > thousandthsMax || whole < -thousandthsMax) return Number(whole);
  return Number(rounded(nanos, nanosPerMilli)) / 1000;
}

const simplePattern = /^(\d{1,15})(m|k|M|G|Ki|Mi|Gi|)$/;
const simpleFactors: Readonly<Record<string, number>> = {
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
};
/** Below this a whole number can be multiplied and divided by 1000 exactly. */
const simpleBelow = Number.MAX_SAFE_INTEGER / 1000;

/** The fast path for nearly all quantities, without BigInt; `undefined` for the rest. */
const simple = memoize(cachedMax, (text: string): number | undefined => {
  const [, digits, suffix = ''] = simplePattern.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const count = Number(digits);
  if (suffix === 'm') return count / 1000;
  const value = count * (simpleFactors[suffix] ?? 1);
  return value < simpleBelow ? value : undefined;
});

const pattern = /^([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:([KMGTPE]i)|[eE]([+-]?\d{1,9})|([numkMGTPE]?))$/;

/** A parsed quantity: sign, digits, and a power of ten or of two. */
interface Parts {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
  /** `whole` and `fraction` as one number. */
  readonly digits: bigint;
  /** The power of ten of the suffix; 0 if the suffix is a power of two. */
  readonly power: number;
  readonly binaryPower: number;
}

function partsOf(text: string): Parts {
  const match = String(text).length <= quantityCharsMax ? pattern.exec(text) : null;
  if (match === null) {
    throw new TypeError(
      `expected a quantity such as 100m, 1.5 or 2Gi, got ${JSON.stringify(text)}`,
    );
  }
  const [, sign, whole = '', fraction = '', binary, exponent, si = ''] = match;
  return {
    negative: sign === '-',
    whole,
    fraction,
    digits: BigInt(whole + fraction),
    power: Number(exponent ?? siExponents[si as keyof typeof siExponents]),
    binaryPower: binaryExponents[binary as keyof typeof binaryExponents] ?? 0,
  };
}

/** The value in billionths, the precision of the API; finer values are rounded away from zero. */
function nanosOf(text: string): bigint {
  const parts = partsOf(text);
  const nanos = magnitudeOf(parts);
  const magnitude = nanos > nanosMax ? nanosMax : nanos;
  return parts.negative ? -magnitude : magnitude;
}

/** The magnitude in billionths. Go limits it only if the suffix is a power of two. */
function magnitudeOf({ digits, fraction, power, binaryPower }: Parts): bigint {
  if (digits === 0n) return 0n;
  const scaled = digits << BigInt(binaryPower);
  const nanos = scaledByTen(scaled, clamped(power) - fraction.length + nanoDigits);
  return binaryPower > 0 && nanos > nanosMax ? nanosMax : nanos;
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

/** The labels of a resource of nodes and containers, such as `cpu` or `nvidia.com/gpu`. */
export interface ResourceLabels {
  /** The name, sanitised like a label name. */
  readonly resource: string;
  /** One series for each unit; empty for names that KSM does not show, such as those of quotas. */
  readonly units: readonly Unit[];
}

/** Resource names that are cached: clusters have some dozens. */
const resourceNamesMax = 1000;

export const resourceLabels: (name: string) => ResourceLabels = memoize(
  resourceNamesMax,
  (name) => ({ resource: sanitised(name), units: unitsOf(name) }),
);

const knownUnits: Readonly<Record<string, Unit>> = {
  cpu: 'core',
  memory: 'byte',
  storage: 'byte',
  'ephemeral-storage': 'byte',
  pods: 'integer',
};

/** An extended resource may be named like huge pages (`hugepages-x/y`): KSM shows both units. */
function unitsOf(name: string): readonly Unit[] {
  const known = Object.hasOwn(knownUnits, name) ? knownUnits[name] : undefined;
  if (known !== undefined) return [known];
  const isBytes = name.startsWith('hugepages-') || name.startsWith('attachable-volumes-');
  const units: Unit[] = isBytes ? ['byte'] : [];
  if (isExtended(name)) units.push('integer');
  return units;
}

const domainPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const domainCharsMax = 253;
const namePattern = /^([A-Za-z0-9][-\w.]*)?[A-Za-z0-9]$/;
const nameCharsMax = 63;

/** Whether the name is that of an extended resource, by the API's rules. */
function isExtended(name: string): boolean {
  if (name.includes('kubernetes.io/') || name.startsWith('requests.')) return false;
  const slash = name.indexOf('/');
  // With the prefix `requests.` the name must be a valid name of a quota.
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

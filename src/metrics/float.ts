// Parses numbers as Go's strconv.ParseFloat, which KSM uses for numbers in text.

const digits = String.raw`\d+(?:_\d+)*`;
const hexDigits = '[0-9a-f]+(?:_[0-9a-f]+)*';
const exponent = `[+-]?${digits}`;
const decimal = new RegExp(
  `^[+-]?(?:${digits}(?:\\.(?:${digits})?)?|\\.${digits})(?:e${exponent})?$`,
  'i',
);
const hexadecimal = new RegExp(
  `^([+-]?)0x(?:_?(${hexDigits})(?:\\.(${hexDigits})?)?|\\.(${hexDigits}))p(${exponent})$`,
  'i',
);
const infinite = /^([+-]?)inf(?:inity)?$/i;

const mantissaBits = 53;
/** The smallest positive number is 2 to this power. */
const exponentMin = -1074;
/** More bits before the point than this are infinite. */
const wholeBitsMax = 1024;

/**
 * The nearest number; `undefined` where Go returns an error: if the text is no number, or too large
 * a one. Underscores between digits, hexadecimal floats, `Inf` and `NaN` are numbers.
 */
export function parseFloat64(text: string): number | undefined {
  if (decimal.test(text)) return unlessInfinite(Number(text.replaceAll('_', '')));
  if (/^nan$/i.test(text)) return Number.NaN;
  const [, infinitySign] = infinite.exec(text) ?? [];
  if (infinitySign !== undefined) return infinitySign === '-' ? -Infinity : Infinity;
  const match = hexadecimal.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', pure = '', power = ''] = match;
  const plain = (part: string): string => part.replaceAll('_', '');
  const behindPoint = plain(fraction + pure);
  const mantissa = BigInt(`0x${plain(whole)}${behindPoint}`);
  const value = scaledByTwo(mantissa, Number(plain(power)) - 4 * behindPoint.length);
  return unlessInfinite(sign === '-' ? -value : value);
}

const unlessInfinite = (value: number): number | undefined =>
  Number.isFinite(value) ? value : undefined;

/** mantissa * 2^power, rounded once, half to even. */
function scaledByTwo(mantissa: bigint, power: number): number {
  if (mantissa === 0n) return 0;
  const bits = mantissa.toString(2).length + power;
  if (bits > wholeBitsMax) return Infinity;
  if (bits < exponentMin) return 0;
  const lowest = Math.max(bits - mantissaBits, exponentMin);
  if (lowest <= power) return Number(mantissa) * 2 ** power;
  const shift = BigInt(lowest - power);
  const kept = mantissa >> shift;
  const rest = mantissa - (kept << shift);
  const half = 1n << (shift - 1n);
  const up = rest > half || (rest === half && (kept & 1n) === 1n);
  return Number(up ? kept + 1n : kept) * 2 ** lowest;
}

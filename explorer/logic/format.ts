// Numbers, sizes, ages and shares as people read them.

const grouping = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const decimals = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const amounts = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** `1,234,567`. */
export const count = (number: number): string => grouping.format(number);

/** `3 families`, `1 family`. */
export const counted = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes in three digits at the most and a unit. */
export function bytes(number: number): string {
  let size = number;
  let unit = 0;
  while (size >= 1000 && unit < byteUnits.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit > 0 && size < 10 ? size.toFixed(1) : Math.round(size)} ${byteUnits[unit]}`;
}

/** Bytes with a digit more than `bytes`, for values that differ little. */
export function finerBytes(number: number): string {
  const unit = Math.min(byteUnits.length - 1, Math.max(0, Math.floor(Math.log2(number) / 10)));
  return unit === 0 ? bytes(number) : `${(number / 1024 ** unit).toFixed(2)} ${byteUnits[unit]}`;
}

/** `12 s`, `5 min`, `3 h`, `4 days`. */
export function age(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 2 * 3600) return `${Math.floor(seconds / 60)} min`;
  const hours = Math.floor(seconds / 3600);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

/** A part of a whole in percent: `0 %` is none at all, `< 0.1 %` is little. */
export function share(part: number, whole: number): string {
  if (part <= 0 || whole <= 0) return '0 %';
  const percent = (part / whole) * 100;
  if (percent < 0.1) return '< 0.1 %';
  if (percent < 99.95) return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
  return part === whole ? '100 %' : '> 99.9 %';
}

/** An amount in whatever currency. */
export const money = (amount: number): string => amounts.format(amount);

/** A number per second, with as many digits as tell something. */
export const rate = (number: number): string =>
  number >= 10 ? count(number) : decimals.format(number);

/** Hours and minutes of a Unix time, as the reader's clock has them. */
export const clockTime = (seconds: number): string =>
  new Date(seconds * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

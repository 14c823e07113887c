// Sizes that differ little, ages, rates and times as people read them.
import { grouped } from '../../src/lib/grouped.ts';
import { sizeText, sizeUnits } from '../../src/lib/sizeText.ts';

/** Bytes with a digit more than `sizeText`, for values that differ little. */
export function finerSizeText(number: number): string {
  const unit = Math.min(sizeUnits.length - 1, Math.max(0, Math.floor(Math.log2(number) / 10)));
  return unit === 0 ? sizeText(number) : `${(number / 1024 ** unit).toFixed(2)} ${sizeUnits[unit]}`;
}

/** `12 s`, `5 min`, `3 h`, `4 days`. */
export function age(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 2 * 3600) return `${Math.floor(seconds / 60)} min`;
  const hours = Math.floor(seconds / 3600);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

/** A number per second, with as many digits as tell something. */
export const rate = (number: number): string =>
  number >= 10 ? grouped(Math.round(number)) : String(Math.round(number * 100) / 100);

/** Hours and minutes of a Unix time, as the reader's clock has them. */
export const clockTime = (seconds: number): string =>
  new Date(seconds * 1000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

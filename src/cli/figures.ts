// Figures and texts as commands print them for people.
import { grouped } from '../lib/grouped.ts';

/** `1 family`, `1,234 families`. */
export const counted = (count: number, one: string, many: string): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** `12.3 %`; `0 %` is none at all. */
export function shareText(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  const percent = (part / whole) * 100;
  return percent < 0.05 ? '<0.1 %' : `${percent.toFixed(percent >= 99.95 ? 0 : 1)} %`;
}

/** `1,234.50`. */
export function moneyText(amount: number): string {
  const [whole = '', cents = ''] = amount.toFixed(2).split('.');
  return `${grouped(Number(whole))}.${cents}`;
}

/** The text without what a terminal takes for commands: others wrote it. */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Bidi_C}\u2028\u2029]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

// grouped writes whole numbers for people: 20,000.

/** Between groups of three digits from the right. */
const betweenGroups = /\B(?=(\d{3})+$)/g;

/** The number with commas. Intl would do it, and take 6 MB: the tables of ICU that it loads. */
export const grouped = (count: number): string => String(count).replace(betweenGroups, ',');

/** `1 family`, `1,234 families`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** An amount in whatever currency: `1,234.50`. */
export function moneyText(amount: number): string {
  const [whole = '', cents = ''] = amount.toFixed(2).split('.');
  return `${grouped(Number(whole))}.${cents}`;
}

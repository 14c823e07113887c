// grouped writes whole numbers for people: 20,000.

/** Between groups of three digits from the right. */
const betweenGroups = /\B(?=(\d{3})+$)/g;

/** The number with commas. Intl would do it, and take 6 MB: the tables of ICU that it loads. */
export const grouped = (count: number): string => String(count).replace(betweenGroups, ',');

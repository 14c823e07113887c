// shareText writes parts of a whole for people: 12.3 %.

/** `0 %` is none at all, `100 %` is all; what is near to them is `< 0.1 %`, `> 99.9 %`. */
export function shareText(part: number, whole: number): string {
  if (part <= 0 || whole <= 0) return '0 %';
  if (part >= whole) return '100 %';
  const percent = (part / whole) * 100;
  if (percent < 0.05) return '< 0.1 %';
  return percent < 99.95 ? `${percent.toFixed(1)} %` : '> 99.9 %';
}

// Removes the indentation of PromQL in template literals.

/** The expression without the indentation of its source. */
export function dedented(expr: string): string {
  const lines = expr.replace(/^\n/, '').split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const depth = Math.min(...indents);
  return lines.map((line) => line.slice(depth)).join('\n');
}

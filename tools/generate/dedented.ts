// PromQL as files and pages show it.

/** An expression as it is written in a row, without the row's indentation. */
export function dedented(expr: string): string {
  const lines = expr.replace(/^\n/, '').split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const depth = Math.min(...indents);
  return lines.map((line) => line.slice(depth)).join('\n');
}

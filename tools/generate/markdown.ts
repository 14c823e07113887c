// Builds Markdown for generated pages: code, text and tables.

/** Text as code, safe in a table's cell. */
export const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** Plain text, escaped for a table cell. */
export const words = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*');

export const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A table; its rows come from `row`. */
export const tableOf = (head: readonly string[], rows: readonly string[]): string =>
  [row(...head), `|${'---|'.repeat(head.length)}`, ...rows].join('\n');

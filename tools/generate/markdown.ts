// The few pieces of Markdown that generated pages are made of.

/** Text as code, safe in a table's cell. */
export const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

/** Plain words, safe in a table's cell: nothing in them is taken for a tag, a cell or emphasis. */
export const words = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*');

export const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A table with its head; rows are made by `row`. */
export const tableOf = (head: readonly string[], rows: readonly string[]): string =>
  [row(...head), `|${'---|'.repeat(head.length)}`, ...rows].join('\n');

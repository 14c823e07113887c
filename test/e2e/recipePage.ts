// The blocks of docs/recipes.md by heading.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGE = 'docs/recipes.md';

const root = join(import.meta.dirname, '../..');

export interface Block {
  readonly language: string;
  /** What stands behind the language: `file=values.yaml`. */
  readonly info: string;
  readonly text: string;
}

export interface Recipe {
  readonly heading: string;
  readonly blocks: readonly Block[];
}

/** Each heading with the blocks up to the next heading of any level. */
export const recipes: readonly Recipe[] = readFileSync(join(root, PAGE), 'utf8')
  .split(/^##+ /m)
  .slice(1)
  .map((text) => ({
    heading: text.slice(0, text.indexOf('\n')),
    blocks: [...text.matchAll(/^```(\w+) ?([^\n]*)\n([\s\S]*?)^```$/gm)].map(
      ([, language = '', info = '', body = '']) => ({ language, info, text: body }),
    ),
  }));

export function recipe(heading: string): Recipe {
  const found = recipes.find((one) => one.heading === heading);
  if (found === undefined) throw new Error(`expected a heading "${heading}" in ${PAGE}, got none`);
  return found;
}

/** The text of the file that a recipe shows. */
export function fileOf({ heading, blocks }: Recipe, file: string): string {
  const found = blocks.find(({ info }) => info === `file=${file}`);
  if (found !== undefined) return found.text;
  throw new Error(`expected a block file=${file} below "${heading}" in ${PAGE}, got none`);
}

/** Whether the page says of a block that this suite runs it. */
export const isRunBy = (suite: string, { language, info }: Block): boolean =>
  language === 'sh' && info === `run=test/e2e/${suite}`;

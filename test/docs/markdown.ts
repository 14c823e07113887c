// Pages of the documentation as tests read them: blocks of code with their words, inline code.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** All pages, by their paths from the root. */
export const pages: readonly string[] = globSync('**/*.md', {
  cwd: root,
  exclude: ['node_modules/**', 'dist/**'],
}).sort();

export const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

/** A block of code between two fences. */
export interface Block {
  /** Of the opening fence, counted from 1. */
  readonly line: number;
  readonly language: string;
  /**
   * What stands behind the language: `run`, `run=FILE`, `not-run="why"`, `file=NAME`; `instead`
   * where a block installs in another way than those before it, which is then undone.
   */
  readonly words: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The blocks of a page in their order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; indent: string; line: number; info: string } | undefined;
  let lines: string[] = [];
  for (const [i, line] of markdown.split('\n').entries()) {
    const [, indent = '', fence, info = ''] = /^(\s*)(```+)(.*)$/.exec(line) ?? [];
    if (open === undefined) {
      if (fence !== undefined) open = { fence, indent, line: i + 1, info };
      lines = [];
    } else if (fence === open.fence && info.trim() === '') {
      const [language = ''] = open.info.trim().split(' ');
      const words = wordsOf(open.info.trim().slice(language.length));
      blocks.push({ line: open.line, language, words, text: lines.join('\n') });
      open = undefined;
    } else {
      lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
    }
  }
  if (open !== undefined) throw new Error(`line ${open.line}: the block has no end`);
  return blocks;
}

function wordsOf(info: string): Record<string, string> {
  const found = info.matchAll(/([\w-]+)(?:=(?:"([^"]*)"|(\S+)))?/g);
  return Object.fromEntries([...found].map(([, key, quoted, bare]) => [key, quoted ?? bare ?? '']));
}

/** The texts between backticks, outside of blocks. */
export const inlineCodeOf = (markdown: string): string[] =>
  [...markdown.replaceAll(/^\s*```[\s\S]*?^\s*```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(
    ([, code = '']) => code,
  );

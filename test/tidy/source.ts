// Reads a source file as the tidy rules see it: lines, code without its texts, declared names.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of the project by its path from the root, with `/` between folders. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** Every TypeScript file under the given folders of `root`. */
export function sourcesUnder(root: string, folders: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => `${folder}/${name}`)
      .sort()
      .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
  );
}

/** The text line by line, the last empty one left out. */
export const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n');

/** What is no code; strings come first, so that `//` inside one starts no comment. */
const TEXTS = new RegExp(
  [
    /'(?:[^'\\\n]|\\.)*'/,
    /"(?:[^"\\\n]|\\.)*"/,
    /`(?:[^`\\]|\\.)*`/,
    /\/\*[\s\S]*?\*\//,
    /\/\/[^\n]*/,
    // A pattern stands where no quotient can: behind an operator or an opening bracket.
    /(?<=[=(,:;!&|?{}[\n]\s*)\/(?![*/])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\//,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** The code with comments, strings and patterns blanked out; lines stay where they are. */
export const codeOf = (text: string): string =>
  text.replace(TEXTS, (found) => found.replace(/[^\n]/g, ' '));

/** Names that the code declares: bindings, types, functions and private members. */
export function declaredNames(text: string): string[] {
  const declarations =
    /\b(?:const|let|function\*?|class|interface|type)\s+([\w$]+)|(#[\w$]+)\s*[(=:;]/g;
  return [...codeOf(text).matchAll(declarations)].map((match) => match[1] ?? match[2] ?? '');
}

/** A name's words in lower case: `shardTotal` is shard and total. */
export const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter(Boolean);

/**
 * The modules whose values a file imports by a relative path, as paths from the root. An import of
 * types alone is none: it is gone when the program runs.
 */
export function valueImports({ path, text }: Source): string[] {
  const folder = path.split('/').slice(0, -1).join('/');
  const imports = /\b(import|export)\b([^;'"]*?)\bfrom\s*'(\.{1,2}\/[^']+)'/g;
  const named = [...text.matchAll(imports)]
    .filter(([, , names = '']) => !isTypesOnly(names))
    .map(([, , , to = '']) => to);
  const dynamic = [...text.matchAll(/\bimport\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(
    ([, to = '']) => to,
  );
  return [...named, ...dynamic].map((to) => join(folder, to).replaceAll('\\', '/'));
}

/** Whether `type { A }` or `{ type A, type B }` stands between `import` and `from`. */
function isTypesOnly(names: string): boolean {
  if (/^\s*type\b/.test(names)) return true;
  const listed = /^\s*\{([\s\S]*)\}\s*$/.exec(names)?.[1]?.split(',') ?? [''];
  return (
    listed.every((name) => name.trim() === '' || /^\s*type\b/.test(name)) &&
    listed.join('').trim() !== ''
  );
}

// The rules of docs/STYLE.md that can be counted, each a function from a file to its complaints.
import { codeOf, declaredNames, linesOf, type Source, valueImports, wordsOf } from './source.ts';

export type Rule = (source: Source) => string[];

const LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
const COLUMNS_MAX = 100;

/** Tables are read across: their rows may be long, and their files as long as the API is. */
const isTable = (path: string): boolean =>
  path.startsWith('src/resources/') ||
  path === 'src/config/options.ts' ||
  path === 'src/kube/protobuf/messages.ts';

const inSources = (path: string): boolean => path.startsWith('src/');

export const fileLength: Rule = ({ path, text }) => {
  const count = linesOf(text).length;
  return count <= LINES_MAX || isTable(path)
    ? []
    : [`has ${count} lines, ${LINES_MAX} at the most`];
};

export const columns: Rule = ({ path, text }) => {
  if (isTable(path)) return [];
  const lines = linesOf(text);
  const inTable = tableLines(lines);
  return lines.flatMap((line, i) =>
    [...line].length > COLUMNS_MAX && !inTable[i]
      ? [`line ${i + 1} has ${[...line].length} columns`]
      : [],
  );
};

/** Which lines belong to a table inside another file: a statement kept from the formatter. */
function tableLines(lines: readonly string[]): boolean[] {
  let depth = -1;
  return lines.map((line) => {
    const indentation = line.search(/\S/);
    if (line.includes('// biome-ignore format')) depth = indentation;
    const inside = depth >= 0;
    if (indentation === depth && /^\s*[\])}]/.test(line)) depth = -1;
    return inside;
  });
}

/**
 * Counts by the formatter's indentation: a function runs from the line that opens its body to the
 * first one back at that depth. Suites of tests are no functions in this sense.
 */
export const functionLength: Rule = ({ text }) => {
  const lines = linesOf(codeOf(text));
  return lines.flatMap((line, i) => {
    if (!opensFunction(line)) return [];
    const depth = line.search(/\S/);
    const length = lines.slice(i).findIndex((l, j) => j > 0 && l.search(/\S/) === depth) + 1;
    return length > FUNCTION_LINES_MAX
      ? [`the function at line ${i + 1} has ${length} lines, ${FUNCTION_LINES_MAX} at the most`]
      : [];
  });
};

function opensFunction(line: string): boolean {
  if (!/\{\s*$/.test(line) || /^\s*describe\(/.test(line)) return false;
  if (/=>\s*\{\s*$/.test(line) || /\bfunction\b/.test(line)) return true;
  // A method or the last line of a long signature; statements with a parenthesis are neither.
  return (
    /\)(?::[^=]+)?\s*\{\s*$/.test(line) && !/^[\s}]*(?:if|for|while|switch|catch|else)\b/.test(line)
  );
}

export const opening: Rule = ({ text }) => {
  const [first = ''] = linesOf(text);
  return /^\/\/ \S.*\.$/.test(first)
    ? []
    : [`opens with "${first}", expected a comment of one sentence`];
};

/** The folders of src whose values each folder may import, beside its own and those of lib. */
const ALLOWED_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  config: [],
  kube: [],
  metrics: [],
  telemetry: [],
  leader: [],
  http: [],
  demo: [],
  resources: ['metrics'],
  custom: ['metrics'],
  store: ['metrics'],
  explorer: ['metrics', 'store', 'http'],
  sync: ['kube'],
  app: [
    'config',
    'sync',
    'kube',
    'metrics',
    'resources',
    'custom',
    'store',
    'telemetry',
    'leader',
    'http',
    'explorer',
  ],
  cli: ['app', 'config', 'kube', 'resources', 'custom', 'explorer', 'http', 'demo'],
};

/** `kube` for src/kube/client.ts. */
const folderOf = (path: string): string => path.split('/')[1] ?? '';

/** What runs in browsers: of src, what needs no Node. */
const forBrowsers = /^(?:explorer|src\/explorer|src\/lib)\//;

export const importDirection: Rule = (source) => {
  if (source.path.startsWith('explorer/')) {
    return valueImports(source)
      .filter((to) => !forBrowsers.test(to))
      .map((to) => `imports ${to}: of src, explorer may import values of explorer and lib`);
  }
  if (!inSources(source.path) || source.path === 'src/main.ts') return [];
  const folder = folderOf(source.path);
  const allowed = ALLOWED_IMPORTS[folder];
  if (allowed === undefined)
    return [`lies in src/${folder}, which test/tidy/rules.ts does not know`];
  return valueImports(source)
    .filter((to) => ![folder, 'lib', ...allowed].includes(folderOf(to)))
    .map((to) => `imports ${to}: ${folder} may import values of ${['lib', ...allowed].join(', ')}`);
};

/** Who may touch the process, the clock and chance; all others are given them. */
const EDGE = /^src\/(?:main\.ts|app\/run\.ts|cli\/.*|kube\/childProcess\.ts|(?:.*\/)?clock\.ts)$/;
const AMBIENT = new RegExp(
  [
    ...['process', 'console'].map((name) => `\\b${name}\\.`),
    ...['Date', 'performance'].map((name) => `\\b${name}\\.now\\b`),
    'new Date\\(\\)',
    '\\bMath\\.random\\b',
    '\\bset(?:Timeout|Interval)\\(',
  ].join('|'),
);

export const ambient: Rule = ({ path, text }) => {
  if (!inSources(path) || EDGE.test(path)) return [];
  return linesOf(codeOf(text)).flatMap((line, i) => {
    const found = AMBIENT.exec(line)?.[0];
    return found === undefined ? [] : [`line ${i + 1} uses ${found}, expected it as a parameter`];
  });
};

/** Ways to run what is not in the sources. */
const RUNS_CODE = new RegExp(
  [
    '\\beval\\s*\\(',
    '\\bnew Function\\b',
    '\\beval: true\\b',
    '\\brunIn\\w*Context\\(',
    ...['child_process', 'node:cluster', 'node:repl'].map((name) => `['"](?:node:)?${name}['"]`),
  ].join('|'),
);
/** Each with the one line that it needs: threads, credential plugins, a match that can be ended. */
const MAY_RUN = new Map([
  ['src/kube/childProcess.ts', "import { type ChildProcess, spawn } from 'node:child_process';"],
  ['src/lib/worker.ts', 'new Worker(bundled, {'],
  ['src/metrics/expressions/matching.ts', "runInNewContext('matching()', {"],
]);

export const runsNoCode: Rule = ({ path, text }) => {
  if (!inSources(path)) return [];
  const allowed = MAY_RUN.get(path);
  return linesOf(text).flatMap((line, i) => {
    const found = RUNS_CODE.exec(line)?.[0];
    const fine = found === undefined || (allowed !== undefined && line.includes(allowed));
    return fine ? [] : [`line ${i + 1} has ${found}: nothing in src runs other code`];
  });
};

/** `run.ts` is no suite: it starts Mocha. */
const MAY_BLOCK = ['test/support/outcome.ts', 'test/e2e/run.ts'];

export const endsInTime: Rule = ({ path, text }) => {
  if (!path.startsWith('test/') || MAY_BLOCK.includes(path)) return [];
  return linesOf(codeOf(text)).flatMap((line, i) => {
    const found = /\b(?:spawn|exec|execFile)Sync\b/.exec(line)?.[0];
    return found === undefined
      ? []
      : [`line ${i + 1} has ${found}, expected outcomeOf, which has a time limit`];
  });
};

/** Words that Kubernetes, Prometheus and databases have another word for, and that word. */
const FOREIGN_WORDS: Readonly<Record<string, string>> = {
  poller: 'reflector',
  collector: 'resource',
  entity: 'object',
  resync: 'relist',
  dump: 'exposition',
  sealed: 'compressed',
  sealer: 'compressor',
  holding: 'resourceData',
  patience: 'retryPolicy',
  remembered: 'cached',
  surroundings: 'context',
  nearest: 'suggest',
};

export const glossary: Rule = ({ path, text }) => {
  if (!inSources(path)) return [];
  return declaredNames(text).flatMap((name) => [
    ...wordsOf(name).flatMap((word) => {
      const ours = FOREIGN_WORDS[word] ?? FOREIGN_WORDS[word.replace(/s$/, '')];
      return ours === undefined ? [] : [`declares ${name}: the glossary's word is ${ours}`];
    }),
    ...(/^#?max[A-Z]/.test(name) ? [`declares ${name}: the bound comes last, as in pagesMax`] : []),
  ]);
};

// In pieces, so that this file does not break the rule it states.
const ELSEWHERE = [`..${'/'}shared`, `/work${'/'}shared`, `internal${'/'}store`, `pkg${'/'}metric`];

/** The project stands alone: it names no folder beside it and no file of KSM's. */
export const standsAlone: Rule = ({ text }) =>
  linesOf(text).flatMap((line, i) =>
    ELSEWHERE.filter((path) => line.includes(path)).map((path) => `line ${i + 1} names ${path}`),
  );

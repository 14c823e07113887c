// lighter changes libraries in the bundle, so that it is smaller and a start loads less of them.
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** One file of a library, and what becomes of its text. */
interface Change {
  readonly file: RegExp;
  change(text: string): string;
}

/** The types that kubestate answers with; koa and its parts look them up by file extension. */
export const mimeTypes = {
  'application/json': { source: 'iana', charset: 'UTF-8', extensions: ['json'] },
  'text/html': { source: 'iana', charset: 'UTF-8', extensions: ['html'] },
  'text/plain': { source: 'iana', charset: 'UTF-8', extensions: ['txt'] },
};

export const changes: readonly Change[] = [
  // HTTP/2 is off in our agents; until another one uses it, node:http2 is not loaded.
  {
    file: /undici[/\\]lib[/\\]dispatcher[/\\]client\.js$/,
    change: (text) =>
      text.replace(
        "const connectH2 = require('./client-h2.js')",
        "const connectH2 = (...given) => require('./client-h2.js')(...given)",
      ),
  },
  // The table of all types is there twice.
  {
    file: /mime-db[/\\]index\.js$/,
    change: (text) => text.replace("require('./db.json')", () => JSON.stringify(mimeTypes)),
  },
  // A second RE2, where the one that `matches` uses is there already.
  {
    file: /@bufbuild[/\\]cel[/\\]dist[/\\]esm[/\\]std[/\\]logic\.js$/,
    change: (text) => text.replace('from "@bufbuild/re2"', 'from "re2js"'),
  },
];

export const lighter: Plugin = {
  name: 'lighter',
  setup(build) {
    for (const { file, change } of changes) {
      build.onLoad({ filter: file }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const contents = change(text);
        if (contents === text) throw new Error(`expected to change ${path}: it has other text now`);
        return { contents, loader: 'js' };
      });
    }
  },
};

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

/** What is used of undici: without fetch, WebSocket, caches, interceptors and mocks. */
const undici = `'use strict'
const api = require('./lib/api')
const Dispatcher = require('./lib/dispatcher/dispatcher')
Object.assign(Dispatcher.prototype, api)
exports.Agent = require('./lib/dispatcher/agent')
exports.Pool = require('./lib/dispatcher/pool')
exports.ProxyAgent = require('./lib/dispatcher/proxy-agent')
exports.buildConnector = require('./lib/core/connect')
exports.request = (url, { dispatcher, ...options }) => {
  const { origin, pathname, search } = new URL(url)
  const method = options.body ? 'PUT' : 'GET'
  return api.request.call(dispatcher, { method, ...options, origin, path: pathname + search })
}
`;

/** What is used of prom-client: without clusters of processes, summaries and a gateway. */
const promClient = `'use strict'
exports.Registry = require('./lib/registry')
exports.Counter = require('./lib/counter')
exports.Gauge = require('./lib/gauge')
exports.Histogram = require('./lib/histogram')
exports.collectDefaultMetrics = require('./lib/defaultMetrics')
`;

export const changes: readonly Change[] = [
  { file: /undici[/\\]index\.js$/, change: () => undici },
  { file: /prom-client[/\\]index\.js$/, change: () => promClient },
  // Tracing, of which only exemplars would make use.
  {
    file: /prom-client[/\\]lib[/\\]metrics[/\\]processCpuTotal\.js$/,
    change: (text) => text.replace("const OtelApi = require('@opentelemetry/api');", ''),
  },
  // Logins alone: without the types of all objects, which are most of the package.
  { file: /client-node[/\\]dist[/\\]index\.js$/, change: () => "export * from './config.js';" },
  {
    file: /client-node[/\\]dist[/\\]gen[/\\]index\.js$/,
    change: () =>
      "export { createConfiguration } from './configuration.js';" +
      "export { ServerConfiguration } from './servers.js';",
  },
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

// serveExplorer serves the scripts and the style sheet of the explorer, which the bundle carries.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Router } from '@koa/router';
import type Koa from 'koa';

/** What tools/build/explorer.ts makes. Names hold a hash of the content. */
export interface ExplorerFiles {
  readonly script: string;
  readonly style: string;
  /** By name, gzipped, in base64. */
  readonly gzipped: Readonly<Record<string, string>>;
}

declare const KUBESTATE_EXPLORER: ExplorerFiles | undefined;

/** Where the program runs from its sources, the files of the last build; undefined before one. */
export function explorerFiles(): ExplorerFiles | undefined {
  if (typeof KUBESTATE_EXPLORER !== 'undefined') return KUBESTATE_EXPLORER;
  const built = new URL('../../../dist/explorer.json', import.meta.url);
  return existsSync(built) ? JSON.parse(readFileSync(built, 'utf8')) : undefined;
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

/** Adds `/explorer/NAME` to the routes. */
export function serveExplorer(router: Router, { gzipped }: ExplorerFiles): void {
  router.get('/explorer/:name', (ctx) => {
    const name = ctx.params.name ?? '';
    const content = Object.hasOwn(gzipped, name) ? gzipped[name] : undefined;
    if (content !== undefined) answer(ctx, name, Buffer.from(content, 'base64'));
  });
}

function answer(ctx: Koa.Context, name: string, content: Buffer): void {
  ctx.set('Content-Type', types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream');
  // Another content has another name. Shared caches may not keep what is behind a login.
  ctx.set('Cache-Control', 'private, max-age=31536000, immutable');
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.vary('Accept-Encoding');
  const isPacked = ctx.acceptsEncodings('gzip', 'identity') === 'gzip';
  if (isPacked) ctx.set('Content-Encoding', 'gzip');
  ctx.body = isPacked ? content : gunzipSync(content);
}

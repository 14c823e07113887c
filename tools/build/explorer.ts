// explorerFiles bundles the browser code of explorer/ into files that the program serves.
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';
import type { ExplorerFiles } from '../../src/http/pages/explorer.ts';
import { colours } from '../../src/http/pages/style.ts';

const target = ['chrome123', 'firefox120', 'safari17.5'];

/** The files below `root`, gzipped, and what they are made of. */
export async function explorerFiles(
  root: string,
): Promise<{ files: ExplorerFiles; metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['explorer/main.tsx'],
    outdir: 'explorer',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfigRaw: {},
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    write: false,
  });
  const [entry] = Object.entries(metafile.outputs).find(([, { entryPoint }]) =>
    entryPoint?.endsWith('explorer/main.tsx'),
  ) ?? [''];
  const css = await styleSheet(root);
  const style = `style-${createHash('sha256').update(css).digest('hex').slice(0, 8)}.css`;
  const gzipped: Record<string, string> = { [style]: packed(Buffer.from(css)) };
  for (const { path, contents } of outputFiles) gzipped[basename(path)] = packed(contents);
  return { files: { script: basename(entry), style, gzipped }, metafile };
}

async function styleSheet(root: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `@import './main.css';\n${colours}`,
      loader: 'css',
      resolveDir: join(root, 'explorer/style'),
    },
    bundle: true,
    minify: true,
    target,
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

const packed = (contents: Uint8Array): string =>
  gzipSync(contents, { level: 9 }).toString('base64');

// Bundles src/main.ts, and the page in it, into dist/kubestate.cjs, which npx and the image run.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { packNames, packText } from '../src/custom/packs.ts';
import { explorerFiles } from './build/explorer.ts';
import { thirdPartyLicences } from './build/licences.ts';
import { lighter } from './build/lighter.ts';

const root = new URL('../', import.meta.url);
const outfile = new URL('dist/kubestate.cjs', root).pathname;
const { version, engines } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as {
  version: string;
  engines: { node: string };
};
const oldestNode = Number(/^>=(\d+)$/.exec(engines.node)?.[1]);
if (!oldestNode) throw new Error(`engines.node in package.json must be >=N, got ${engines.node}`);

// Runs before the rest of the bundle, in syntax that very old Node versions can parse, so that they
// print this message instead of a syntax error.
const banner = `#!/usr/bin/env node
if (parseInt(process.versions.node, 10) < ${oldestNode}) {
  process.stderr.write('kubestate needs Node ${oldestNode} or newer, this is ' + process.version +
    ': run it by npx or npm, which use the Node that npm ci installed, or update Node.\\n');
  process.exit(2);
}`;

const common = {
  bundle: true,
  platform: 'node',
  // Old Node versions must be able to parse the file to run the banner.
  target: 'node18',
  format: 'cjs',
  // V8 keeps the source: without white space it takes 4 MB less memory. Names stay, for stack
  // traces and because short ones take 15 MB more. Lines stay short, because Node prints the line
  // of an uncaught error.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: 'eof',
  logLevel: 'warning',
  metafile: true,
  plugins: [lighter],
  absWorkingDir: fileURLToPath(root),
} satisfies BuildOptions;

/** The source of a worker as text, because the bundle is one file. */
async function bundledWorker(path: string): Promise<{ source: string; metafile: Metafile }> {
  const entryPoints = [new URL(path, root).pathname];
  const { outputFiles, metafile } = await build({ ...common, entryPoints, write: false });
  return { source: outputFiles[0]?.text ?? '', metafile };
}

/** The input files that contribute to the output. */
const carried = ({ outputs }: Metafile): string[] =>
  Object.values(outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((path) => (inputs[path]?.bytesInOutput ?? 0) > 0),
  );

/** The bundle in ASCII: with any other character Node takes 4 MB more memory. */
const ascii = (text: string): string =>
  text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const bcryptWorker = await bundledWorker('src/http/auth/bcryptWorker.ts');
const compressWorker = await bundledWorker('src/store/compressWorker.ts');
const scanWorker = await bundledWorker('src/explorer/scanWorker.ts');
const explorer = await explorerFiles(fileURLToPath(root));
const { outputFiles, metafile } = await build({
  ...common,
  entryPoints: [new URL('src/main.ts', root).pathname],
  write: false,
  banner: { js: banner },
  define: {
    'process.env.KUBESTATE_VERSION': JSON.stringify(version),
    // Only used for files outside the bundle, of which there are none.
    'import.meta.url': '""',
    // As in Node's own copy of undici: without its second parser, which is off.
    esbuildDetection: 'true',
    KUBESTATE_BCRYPT_WORKER: JSON.stringify(bcryptWorker.source),
    KUBESTATE_COMPRESS_WORKER: JSON.stringify(compressWorker.source),
    KUBESTATE_SCAN_WORKER: JSON.stringify(scanWorker.source),
    KUBESTATE_EXPLORER: JSON.stringify(explorer.files),
    KUBESTATE_PACKS: JSON.stringify(Object.fromEntries(packNames.map((n) => [n, packText(n)]))),
  },
});
await mkdir(new URL('dist/', root), { recursive: true });
await writeFile(outfile, ascii(outputFiles[0]?.text ?? ''));
await chmod(outfile, 0o755);
// For the program that runs from its sources.
await writeFile(new URL('dist/explorer.json', root), JSON.stringify(explorer.files));
await writeFile(
  new URL('dist/THIRD-PARTY-LICENSES', root),
  await thirdPartyLicences(
    fileURLToPath(root),
    [
      metafile,
      explorer.metafile,
      ...[bcryptWorker, compressWorker, scanWorker].map((worker) => worker.metafile),
    ].flatMap(carried),
  ),
);

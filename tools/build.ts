// Bundles src/main.ts into dist/kubestate.cjs, the one file that npx, npm and the image run.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { thirdPartyLicences } from './build/licences.ts';

const root = new URL('../', import.meta.url);
const outfile = new URL('dist/kubestate.cjs', root).pathname;
const { version, engines } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as {
  version: string;
  engines: { node: string };
};
const oldestNode = Number(/^>=(\d+)$/.exec(engines.node)?.[1]);
if (!oldestNode) throw new Error(`engines.node in package.json must be >=N, got ${engines.node}`);

// Runs before anything else of the bundle, and in the grammar of Nodes long gone: an old one must
// come as far as this sentence instead of stumbling over syntax it does not know.
const banner = `#!/usr/bin/env node
if (parseInt(process.versions.node, 10) < ${oldestNode}) {
  process.stderr.write('kubestate needs Node ${oldestNode} or newer, this is ' + process.version +
    ': run it by npx or npm, which use the Node that npm ci installed, or update Node.\\n');
  process.exit(2);
}`;

const common = {
  bundle: true,
  platform: 'node',
  // Syntax that old Nodes can read, or they would stop at it before they come to the banner.
  target: 'node18',
  format: 'cjs',
  // V8 keeps the source: without spaces it is 4 MB less in memory. Names stay, for stack traces
  // and because short ones take 15 MB more. Lines stay short, because Node prints the one that an
  // uncaught error comes from.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 160,
  legalComments: 'eof',
  logLevel: 'warning',
  metafile: true,
  absWorkingDir: fileURLToPath(root),
} satisfies BuildOptions;

/** The worker's source as text: the bundle is one file, and its thread starts from within it. */
async function bundledWorker(path: string): Promise<{ source: string; metafile: Metafile }> {
  const entryPoints = [new URL(path, root).pathname];
  const { outputFiles, metafile } = await build({ ...common, entryPoints, write: false });
  return { source: outputFiles[0]?.text ?? '', metafile };
}

/** The files of which something stands in what was built. */
const carried = ({ outputs }: Metafile): string[] =>
  Object.values(outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((path) => (inputs[path]?.bytesInOutput ?? 0) > 0),
  );

/** The bundle in ASCII: three letters beyond it are enough to make Node take 4 MB more. */
const ascii = (text: string): string =>
  text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

const worker = await bundledWorker('src/http/bcryptWorker.ts');
const { outputFiles, metafile } = await build({
  ...common,
  entryPoints: [new URL('src/main.ts', root).pathname],
  write: false,
  banner: { js: banner },
  define: {
    'process.env.KUBESTATE_VERSION': JSON.stringify(version),
    // Where a file lies that is not bundled; the bundle has none of those, and no such place.
    'import.meta.url': '""',
    KUBESTATE_BCRYPT_WORKER: JSON.stringify(worker.source),
  },
});
await mkdir(new URL('dist/', root), { recursive: true });
await writeFile(outfile, ascii(outputFiles[0]?.text ?? ''));
await chmod(outfile, 0o755);
await writeFile(
  new URL('dist/THIRD-PARTY-LICENSES', root),
  await thirdPartyLicences(fileURLToPath(root), [metafile, worker.metafile].flatMap(carried)),
);

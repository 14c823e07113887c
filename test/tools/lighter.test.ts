// What the bundle has of some libraries: as much as the program needs.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import { changes, mimeTypes } from '../../tools/build/lighter.ts';

const root = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);

describe('The bundle', () => {
  it('has the libraries that it changes, in the text that it expects', () => {
    const installed = [
      ...[
        'undici/lib/dispatcher/client.js',
        'undici/index.js',
        'mime-db/index.js',
        'prom-client/index.js',
        'prom-client/lib/metrics/processCpuTotal.js',
      ].map((path) => require.resolve(path)),
      // Packages that export some of their files only.
      ...[
        '@bufbuild/cel/dist/esm/std/logic.js',
        '@kubernetes/client-node/dist/index.js',
        '@kubernetes/client-node/dist/gen/index.js',
      ].map((path) => join(root, 'node_modules', path)),
    ];
    for (const { file, change } of changes) {
      const path = installed.find((one) => file.test(one)) ?? '';
      const text = readFileSync(path, 'utf8');
      expect(change(text), path).to.not.equal(text);
    }
  });

  it('has all that the program imports of the libraries that it has parts of', () => {
    const paths = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const sources = paths
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(root, 'src', path), 'utf8'));
    for (const library of ['undici', 'prom-client']) {
      const part = changes.find(({ file }) => file.test(`${library}/index.js`))?.change('') ?? '';
      const imports = new RegExp(`^import \\{([^}]+)\\} from '${library}'`, 'gm');
      const names = sources
        .flatMap((text) => [...text.matchAll(imports)].flatMap(([, list = '']) => list.split(',')))
        .map((name) => name.trim())
        .filter((name) => name !== '' && !name.startsWith('type '));
      expect(names, library).to.not.be.empty;
      const whole: Record<string, unknown> = require(library);
      for (const name of names) {
        expect(whole, library).to.have.property(name);
        expect(part, library).to.include(`exports.${name} = `);
      }
    }
  });

  it('knows every type that a page has', () => {
    const paths = readdirSync(join(root, 'src/http'), { recursive: true, encoding: 'utf8' });
    const sources = paths.filter((path) => path.endsWith('.ts'));
    const types = sources.flatMap((path) => {
      const text = readFileSync(join(root, 'src/http', path), 'utf8');
      return [...text.matchAll(/\.type = '([^']+)'/g)].map(([, type = '']) => type);
    });
    expect(types).to.include('text/html');
    expect(mimeTypes).to.include.all.keys(...new Set(types));
  });
});

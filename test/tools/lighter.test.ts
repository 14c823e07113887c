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
      ...['undici/lib/dispatcher/client.js', 'mime-db/index.js'].map((path) =>
        require.resolve(path),
      ),
      // A package that exports some of its files only.
      join(root, 'node_modules/@bufbuild/cel/dist/esm/std/logic.js'),
    ];
    for (const { file, change } of changes) {
      const path = installed.find((one) => file.test(one)) ?? '';
      const text = readFileSync(path, 'utf8');
      expect(change(text), path).to.not.equal(text);
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

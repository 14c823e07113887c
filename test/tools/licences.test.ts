// The licences of bundled packages, and packages without one.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { thirdPartyLicences } from '../../tools/build/licences.ts';

describe('the licences of bundled packages', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'kubestate-licences-'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  function write(path: string, content: string | object): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(
      join(root, path),
      typeof content === 'string' ? content : JSON.stringify(content),
    );
  }

  it('are listed once for each package with a file in the bundle, by name', async () => {
    write('node_modules/b/package.json', { name: 'b', version: '2.0.0', license: 'ISC' });
    write('node_modules/b/LICENSE', 'Copyright Bea\n');
    write('node_modules/@s/a/package.json', { name: '@s/a', version: '1.0.0', license: 'MIT' });
    write('node_modules/@s/a/license.md', 'Copyright Ann\n');
    write('node_modules/c/package.json', { name: 'c', version: '3.0.0', license: 'MIT' });
    const inputs = ['src/main.ts', 'node_modules/b/x.js', 'node_modules/b/lib/y.js'];
    const text = await thirdPartyLicences(root, [...inputs, 'node_modules/@s/a/x.js']);
    const [, ...parts] = text.split(/^-{80}$/m).map((part) => part.trim());
    expect(parts).to.deep.equal([
      '@s/a 1.0.0 (MIT)\n\nCopyright Ann',
      'b 2.0.0 (ISC)\n\nCopyright Bea',
    ]);
  });

  it('include both versions of a package', async () => {
    write('node_modules/a/package.json', { name: 'a', version: '1.0.0', license: 'MIT' });
    write('node_modules/a/LICENSE', 'Old');
    const inner = 'node_modules/b/node_modules/a';
    write(`${inner}/package.json`, { name: 'a', version: '2.0.0', license: 'MIT' });
    write(`${inner}/LICENSE`, 'New');
    const text = await thirdPartyLicences(root, [`node_modules/a/x.js`, `${inner}/x.js`]);
    expect(text).to.include('a 1.0.0 (MIT)\n\nOld').and.to.include('a 2.0.0 (MIT)\n\nNew');
  });

  it('include the NOTICE file', async () => {
    write('node_modules/a/package.json', { name: 'a', version: '1.0.0', license: 'Apache-2.0' });
    write('node_modules/a/LICENSE', 'The licence');
    write('node_modules/a/NOTICE.txt', 'The notice');
    const text = await thirdPartyLicences(root, ['node_modules/a/x.js']);
    expect(text).to.include('The licence\n\nThe notice');
  });

  it('are marked as missing if a package has no licence text', async () => {
    const repository = { url: 'https://example.com/a' };
    write('node_modules/a/package.json', {
      name: 'a',
      version: '1.0.0',
      license: 'MIT',
      repository,
    });
    const text = await thirdPartyLicences(root, ['node_modules/a/x.js']);
    expect(text).to.include('a 1.0.0 (MIT)\n\nThe package brings no text of its licence.');
    expect(text).to.include('https://example.com/a');
  });

  it('reject a package without a licence', async () => {
    write('node_modules/a/package.json', { name: 'a', version: '1.0.0' });
    const error = await thirdPartyLicences(root, ['node_modules/a/x.js']).catch((e: Error) => e);
    expect(error)
      .to.be.an('error')
      .with.property('message')
      .that.includes('nothing may be bundled');
  });
});

// What the program is built of: each dependency has its reason, and comes as it was locked.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');

interface Package {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
  'dependencies' | 'devDependencies',
  Readonly<Record<string, string>>
>;
const locked = (JSON.parse(read('package-lock.json')) as { packages: Record<string, Package> })
  .packages;
/** Where npm looks for what names no other place, such as a repository or a folder. */
const registry = 'https://registry.npmjs.org/';
const installed = Object.entries(locked).filter(([path]) => path !== '');
const reasons = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| (\S.*\S) \|$/gm)];

describe('the dependencies', () => {
  it('each have a line in docs/dependencies.md, and nothing else has', () => {
    const names = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
    expect(reasons.map(([, name]) => name).sort()).to.deep.equal(names.sort());
  });

  it('are pinned to one version', () => {
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(version, name).to.match(/^\d+\.\d+\.\d+$/);
    }
  });

  it('come from a registry, with the digest of what was locked', () => {
    expect(installed).to.have.length.above(100);
    for (const [path, { resolved, integrity }] of installed) {
      expect(resolved ?? registry, path).to.match(/^https:\/\/registry\.npmjs\.org\//);
      expect(integrity, path).to.match(/^sha512-/);
    }
  });

  it('run nothing when they are installed, but for two', () => {
    const scripts = installed.filter(([, one]) => one.hasInstallScript).map(([path]) => path);
    expect(scripts).to.deep.equal(['node_modules/esbuild', 'node_modules/node']);
  });
});

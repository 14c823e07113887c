// Collects the licences of the packages in the bundle.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files with licences and the notices that the Apache licence requires. */
const LICENCE_FILE = /^(?:(?:un)?licen[cs]e|copying|notice)(?:\.(?:md|txt))?$/i;

/** `…/node_modules/@scope/name` in a path, the innermost one. */
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly repository?: string | { readonly url?: string };
}

/**
 * One text with a part for each package that has a file among `inputs`, the bundler's paths below
 * `root`. A package without a licence is an error.
 */
export async function thirdPartyLicences(root: string, inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.flatMap((path) => PACKAGE.exec(path)?.[0] ?? []));
  const parts = new Map<string, string>();
  for (const folder of folders) {
    const { title, text } = await licenceOf(join(root, folder));
    parts.set(title, `${title}\n\n${text}\n`);
  }
  const titles = [...parts.keys()].sort();
  const opening =
    'kubestate carries these packages, each under the licence that stands below it.\n';
  return [opening, ...titles.map((title) => parts.get(title))].join(`\n${'-'.repeat(80)}\n\n`);
}

async function licenceOf(folder: string): Promise<{ title: string; text: string }> {
  const manifest: Manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const { name, version, license, repository } = manifest;
  if (typeof license !== 'string' || license === '') {
    throw new Error(
      `expected a licence in ${join(folder, 'package.json')}, got ${JSON.stringify(license)}: ` +
        'nothing may be bundled without one',
    );
  }
  const files = (await readdir(folder)).filter((file) => LICENCE_FILE.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const home = typeof repository === 'string' ? repository : repository?.url;
  const none = `The package brings no text of its licence. Its home: ${home ?? 'not told'}`;
  return {
    title: `${name} ${version} (${license})`,
    text: texts.length === 0 ? none : texts.map((text) => text.trim()).join('\n\n'),
  };
}

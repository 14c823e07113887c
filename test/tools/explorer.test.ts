// The bundle of the page: small at first, heavy parts on demand, licences, nothing from outside.
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { explorerFiles } from '../../tools/build/explorer.ts';
import { thirdPartyLicences } from '../../tools/build/licences.ts';

/** Of the first view, gzipped: HTML, script and style. */
const firstViewBytesMax = 60_000;
/** The plain page of 39 resources in a cluster of 20,000 pods; it is not compressed. */
const htmlBytes = 9_000;
const root = join(import.meta.dirname, '../..');

describe('the bundle of the explorer', () => {
  let built: Awaited<ReturnType<typeof explorerFiles>>;

  before(async () => {
    built = await explorerFiles(root);
  });

  const sizeOf = (name: string): number =>
    Buffer.from(built.files.gzipped[name] ?? '', 'base64').length;
  const textOf = (name: string): string =>
    gunzipSync(Buffer.from(built.files.gzipped[name] ?? '', 'base64')).toString();

  it('has a first view of less than 60 KB', () => {
    const { script, style } = built.files;
    const output = Object.entries(built.metafile.outputs).find(([path]) => path.endsWith(script));
    const atOnce = (output?.[1].imports ?? [])
      .filter(({ kind }) => kind === 'import-statement')
      .map(({ path }) => path.split('/').at(-1) ?? '');
    const sizes = [script, style, ...atOnce].map(sizeOf);
    expect(Math.min(...sizes)).to.be.above(50);
    expect(sizes.reduce((a, b) => a + b) + htmlBytes).to.be.below(firstViewBytesMax);
  });

  it('fetches the parsers of dashboards and rules only when they are needed', () => {
    const inputs = Object.entries(built.metafile.outputs)
      .filter(([path]) => path.endsWith(built.files.script))
      .flatMap(([, output]) => Object.keys(output.inputs));
    expect(inputs.some((path) => path.includes('node_modules/preact/'))).to.equal(true);
    const all = Object.keys(built.metafile.inputs);
    for (const parser of ['yaml', 're2js', '@prometheus-io/lezer-promql', '@lezer/lr']) {
      const isOfIt = (path: string): boolean => path.includes(`node_modules/${parser}/`);
      expect(inputs.filter(isOfIt)).to.deep.equal([]);
      expect(all.some(isOfIt), parser).to.equal(true);
    }
  });

  it('asks no other server for anything', () => {
    for (const name of Object.keys(built.files.gzipped)) {
      const urls = textOf(name).match(/https?:\/\/[\w.-]+/g) ?? [];
      // The names of XML's vocabularies, which nobody opens.
      expect(
        urls.filter((url) => url !== 'http://www.w3.org'),
        name,
      ).to.deep.equal([]);
    }
  });

  it('evaluates no text, and sets no style by markup, which its policy would refuse', () => {
    const script = textOf(built.files.script);
    expect(script).not.to.match(/\beval\(|new Function\(/);
  });

  it('carries the licences of what it is made of', async () => {
    const inputs = Object.keys(built.metafile.inputs);
    const licences = await thirdPartyLicences(root, inputs);
    expect(licences)
      .to.match(/^preact \S+ \(MIT\)$/m)
      .and.to.match(/^d3-hierarchy \S+ \(ISC\)$/m);
  });
});

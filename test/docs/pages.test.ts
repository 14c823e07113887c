// Pages as a whole: the index names each, long ones have contents, metrics that they name exist.
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { expect } from 'chai';
import { electionFamilies, selfFamilies } from '../../src/telemetry/table.ts';
import { linesMax, missingContents, withContents } from '../../tools/generate/contents.ts';
import { pages, root, textOf } from './markdown.ts';

const index = 'docs/README.md';

describe('the pages of the documentation', () => {
  it('are each named by the index', () => {
    const text = textOf(index);
    const unnamed = globSync('docs/*.md', { cwd: root })
      .filter((page) => page !== index && !text.includes(`](${basename(page)})`))
      .map((page) => `${index}: write a line about ${basename(page)}`);
    expect(unnamed).to.deep.equal([]);
  });

  it('have contents with every section where they are long', () => {
    const long = pages.filter((page) => !page.startsWith('test/') && page !== 'CHANGELOG.md');
    const missing = long.flatMap((page) =>
      missingContents(textOf(page)).map((heading) => `${page}: link to "${heading}" at the top`),
    );
    expect(missing).to.deep.equal([]);
  });

  it('are held to that', () => {
    const page = [
      ...['# A', '<!-- Contents: begin. -->', '<!-- Contents: end. -->', ''],
      ...['## B, c', '```sh', '## no', '```', '\n'.repeat(linesMax)],
    ].join('\n');
    expect(missingContents(page)).to.deep.equal(['B, c']);
    expect(withContents(page)).to.include('begin. -->\n- [B, c](#b-c)\n<!-- Contents: end.');
    expect(missingContents(withContents(page))).to.deep.equal([]);
    expect(missingContents('## B')).to.deep.equal([]);
  });

  it('name only metrics about kubestate that it serves', () => {
    const served = Object.keys({ ...selfFamilies, ...electionFamilies });
    const isServed = (name: string): boolean =>
      served.some((one) => one === name || (name.endsWith('_') && one.startsWith(name)));
    const named = pages
      .filter((page) => !page.startsWith('test/'))
      .flatMap((page) => textOf(page).match(/\bkube_state_metrics_\w+/g) ?? []);
    expect(named).to.have.length.above(50);
    expect([...new Set(named)].filter((name) => !isServed(name))).to.deep.equal([]);
    expect(isServed('kube_state_metrics_nothing')).to.equal(false);
  });
});

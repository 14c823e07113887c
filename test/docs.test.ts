// The documentation: what its links and commands name exists, languages agree, figures are right.
import { existsSync, globSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';
import type { AnyResource } from '../src/metrics/select.ts';
import { resources } from '../src/resources/index.ts';
import { anchorOf } from '../tools/generate/contents.ts';
import { beyondReference, facts, familyPrefix } from './conformance/families.ts';
import { pages, root, textOf } from './docs/markdown.ts';

/** What stands outside of blocks of code, where brackets are no links. */
const proseOf = (page: string): string =>
  textOf(page)
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, '');

const linksOf = (page: string): string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

const anchorsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

function leadsNowhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, page) : resolve(root, dirname(page), path);
  if (!existsSync(target)) return true;
  return anchor !== undefined && !anchorsOf(target.slice(root.length + 1)).includes(anchor);
}

const sources = globSync('{src,test,tools,bench,monitoring}/**/*.ts', { cwd: root });

/** Source files that a page names: `test/docs.test.ts`, `kube/watch.ts` of src, `lease.ts`. */
const filesIn = (text: string): string[] =>
  [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, file = '']) => file);

const isSource = (file: string): boolean =>
  sources.some((source) => source === file || source.endsWith(`/${file}`));

const codeOf = (page: string): string[] => textOf(page).match(/^```[\s\S]*?^```$/gm) ?? [];

describe('the documents', () => {
  it('link to files and headings that are there', () => {
    const dead = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => leadsNowhere(page, link))
        .map((link) => `${page}: ${link}`),
    );
    expect(dead).to.deep.equal([]);
    expect(pages.flatMap(linksOf)).to.have.length.above(100);
  });

  it('tell a dead link from a live one', () => {
    expect(leadsNowhere('README.md', 'docs/cli.md')).to.equal(false);
    expect(leadsNowhere('README.md', 'docs/migration.md#flags')).to.equal(false);
    expect(leadsNowhere('README.md', 'docs/migration.md#no-such-heading')).to.equal(true);
    expect(leadsNowhere('README.md', 'docs/no-such-page.md')).to.equal(true);
  });

  it('name source files that exist', () => {
    const missing = pages.flatMap((page) =>
      filesIn(textOf(page))
        .filter((file) => !isSource(file))
        .map((file) => `${page}: ${file}`),
    );
    expect(missing).to.deep.equal([]);
    expect(pages.flatMap((page) => filesIn(textOf(page)))).to.have.length.above(50);
    expect(filesIn('see `kube/gone.ts`').map(isSource)).to.deep.equal([false]);
  });

  it('run files of this project by the Node that it brings', () => {
    const byOld = (text: string): string[] =>
      text.match(/(?<!npx )\bnode (?:bench|src|test|tools)\/[\w/]+\.ts/g) ?? [];
    expect(pages.flatMap((page) => byOld(textOf(page)))).to.deep.equal([]);
    expect(byOld('`node tools/openapi.ts` and `npx node tools/protobuf.ts`')).to.have.length(1);
  });

  it('have the same commands, queries and links in every language of the quick start', () => {
    const [english, korean] = ['docs/quick-start.md', 'docs/quick-start.ko.md'] as const;
    expect(codeOf(korean)).to.deep.equal(codeOf(english)).and.have.length.above(5);
    const queries = (page: string) =>
      [...textOf(page).matchAll(/\| (`[^|]+`) \|$/gm)].map(([, query]) => query);
    expect(queries(korean)).to.deep.equal(queries(english)).and.have.length(5);
    const elsewhere = (page: string) =>
      linksOf(page).filter((link) => !link.includes('quick-start'));
    expect(elsewhere(korean).sort()).to.deep.equal(elsewhere(english).sort());
  });
});

describe('what is said of kube-state-metrics', () => {
  const all = Object.entries<AnyResource>(resources);
  const theirs = all.filter(([plural]) => !(beyondReference as string[]).includes(plural));
  const count = {
    resources: theirs.length,
    families: facts.filter(({ inDefault }) => inDefault !== 'beyond').length,
    defaults: theirs.filter(([, table]) => table.default).length,
  };

  const { resources: each, families, defaults } = count;
  for (const [page, sentence] of [
    ['README.md', `all ${each} resources and all ${families} metric families of`],
    ['README.md', `v2.20. ${defaults} resources are on by default.`],
    ['CHANGELOG.md', `All ${each} resources and ${families} families of kube-state-metrics`],
    [
      'docs/migration.md',
      `All ${each} resources and ${families} families of v2.20, with the same ${defaults}`,
    ],
    ['docs/migration.md', `Both programs serve these ${defaults} by default.`],
  ] as const) {
    it(`has the figures of the tables in ${page}: ${sentence}`, () =>
      expect(textOf(page).replaceAll(/\s+/g, ' '), `${page}: write this sentence`).to.include(
        sentence,
      ));
  }

  const isOfBeyond = (family: string): boolean =>
    beyondReference.some((plural) => familyPrefix(resources[plural]).test(family));

  it('comes with all that it lacks, in docs/migration.md', () => {
    const names = [
      ...beyondReference,
      // A resource stands for its families.
      ...facts
        .filter(({ name, inDefault }) => inDefault === 'beyond' && !isOfBeyond(name))
        .map(({ name }) => name),
    ];
    const page = textOf('docs/migration.md');
    const untold = (names: readonly string[]): string[] =>
      names
        .filter((name) => !page.includes(`\`${name}\``))
        .map((name) => `docs/migration.md: write a line about \`${name}\``);
    expect(untold(names)).to.deep.equal([]);
    expect(untold(['kube_nothing'])).to.have.length(1);
  });
});

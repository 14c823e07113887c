// The pages that people read: links that lead somewhere, and two languages that say the same.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'chai';

const root = join(import.meta.dirname, '..');
const pages = globSync('**/*.md', { cwd: root, exclude: ['node_modules/**', 'dist/**'] });

const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

/** What stands outside of blocks of code, where brackets are no links. */
const proseOf = (page: string): string =>
  textOf(page)
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, '');

const linksOf = (page: string): string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

/** A heading's anchor as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

const anchorsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

function leadsNowhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, page) : resolve(root, dirname(page), path);
  if (!existsSync(target)) return true;
  return anchor !== undefined && !anchorsOf(target.slice(root.length + 1)).includes(anchor);
}

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

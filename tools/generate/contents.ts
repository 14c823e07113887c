// The contents of long pages: a link to each section, between two comments.

/** From so many lines on a page needs contents. */
export const linesMax = 120;

const begin = '<!-- Contents: begin. -->\n';
const end = '<!-- Contents: end. -->';

/** A heading's anchor as GitHub makes it. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

/** The headings of the second level; `#` in blocks of code begins none. */
export const sectionsOf = (page: string): string[] =>
  [...page.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^## (.+)$/gm)].map(
    ([, heading = '']) => heading,
  );

export const hasContents = (page: string): boolean => /^<!-- Contents: begin/m.test(page);

/** The page with its contents renewed, between two comments. */
export function withContents(page: string): string {
  const at = page.indexOf(begin);
  const until = page.indexOf(end, at);
  if (at < 0 || until < 0) throw new Error(`expected the lines "${begin.trim()}" and "${end}"`);
  return `${page.slice(0, at + begin.length)}${linksTo(sectionsOf(page))}${page.slice(until)}`;
}

/** A list of links to headings of the same page. */
export const linksTo = (headings: readonly string[]): string =>
  headings.map((heading) => `- [${heading}](#${anchorOf(heading)})\n`).join('');

/** The sections of a long page to which nothing above them links. */
export function missingContents(page: string): string[] {
  if (page.split('\n').length <= linesMax) return [];
  return sectionsOf(page).filter((heading) => {
    const [above = ''] = page.split(`\n## ${heading}\n`);
    return !above.includes(`](#${anchorOf(heading)})`);
  });
}

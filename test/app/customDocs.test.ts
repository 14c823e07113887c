// The example of docs/custom-resources.md: what is served of its object with its configuration.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { definition } from '../support/customs.ts';
import { clusterOf, TestProgram } from '../support/program.ts';
import { until } from '../support/until.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/custom-resources.md'), 'utf8');

/** The blocks of code in a language, in their order. */
const blocksIn = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}.*\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text = '']) => text,
  );

describe('The page about custom resources', () => {
  it('shows the series that its example gives', async () => {
    const [config = '', object = ''] = blocksIn('yaml');
    const [series = ''] = blocksIn('text');
    const { server, url } = await clusterOf(definition('Order'));
    const program = new TestProgram();
    try {
      server.create(parse(object));
      const inline = `--custom-resource-state-config=${config}`;
      await program.start(`--apiserver=${url}`, '--custom-resource-state-only', inline);
      await until(async () => !(await program.scrape()).startsWith('503'));
      const served = (await program.scrape()).match(/^[^#].*$/gm) ?? [];
      const shown = served.map((line) => line.replace(/customresource_\w+="[^"]*",/g, ''));
      expect(shown).to.deep.equal(series.trim().split('\n'));
      expect(
        program.said('a mistake in the configuration, its rules are served all the same'),
      ).to.deep.equal([]);
    } finally {
      await program.stop();
      await server.close();
    }
  });
});

// The workflows on GitHub as actionlint reads them: keys, expressions, and what jobs hand on.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { outcomeOf } from '../support/outcome.ts';
import { actionlint } from './tools.ts';

const folder = join(import.meta.dirname, '../../.github/workflows');

describe('the workflows', () => {
  it('pass actionlint without a remark', () => {
    const files = readdirSync(folder).map((name) => join(folder, name));
    // It would run other linters where a machine has them, and find other things there.
    const args = ['-no-color', '-shellcheck=', '-pyflakes=', ...files];
    const { status, stdout, stderr } = outcomeOf(actionlint, args);
    expect(`${stdout}${stderr}`).to.equal('');
    expect(status).to.equal(0);
    expect(files).to.have.length.above(0);
  });
});

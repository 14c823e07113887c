// The Dockerfile as hadolint reads it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import { hadolint } from './tools.ts';

const dockerfile = join(import.meta.dirname, '../../Dockerfile');

describe('the Dockerfile', () => {
  it('passes hadolint without a remark', () => {
    const { status, stdout } = spawnSync(hadolint, ['--no-color', dockerfile], {
      encoding: 'utf8',
    });
    expect(stdout).to.equal('');
    expect(status).to.equal(0);
  });
});

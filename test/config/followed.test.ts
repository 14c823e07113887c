// When a file counts as changed.
import { expect } from 'chai';
import { contentsOf, FollowedFiles, textIn } from '../../src/config/followed.ts';

describe('Followed files', () => {
  let files: Record<string, string>;
  const read = (path: string): Buffer => {
    const text = files[path];
    if (text === undefined) throw new Error(`no ${path}`);
    return Buffer.from(text);
  };
  const follow = (): FollowedFiles => new FollowedFiles(contentsOf(['a'], read), read);

  beforeEach(() => {
    files = { a: 'one' };
  });

  it('have changed once a new content has stood for two looks, and then no more', () => {
    const followed = follow();
    expect(followed.changed(['a'])).to.equal(undefined);
    files.a = 'tw';
    expect(followed.changed(['a'])).to.equal(undefined);
    files.a = 'two';
    expect(followed.changed(['a'])).to.equal(undefined);
    expect(textIn(followed.changed(['a'])?.get('a'))).to.equal('two');
    expect(followed.changed(['a'])).to.equal(undefined);
  });

  it('have not changed where the old content is back before it was looked at twice', () => {
    const followed = follow();
    files.a = 'two';
    followed.changed(['a']);
    files.a = 'one';
    expect([followed.changed(['a']), followed.changed(['a'])]).to.deep.equal([
      undefined,
      undefined,
    ]);
  });

  it('have changed when one goes, and when it comes back', () => {
    const followed = follow();
    files = {};
    followed.changed(['a']);
    const gone = followed.changed(['a'])?.get('a');
    expect(gone).to.have.property('error');
    files = { a: 'one' };
    followed.changed(['a']);
    expect(textIn(followed.changed(['a'])?.get('a'))).to.equal('one');
  });

  it('have not changed by what the caller has taken already', () => {
    const followed = follow();
    files = { a: 'two', b: 'new' };
    followed.took(contentsOf(['a', 'b'], read));
    expect([followed.changed(['a', 'b']), followed.changed(['a', 'b'])]).to.deep.equal([
      undefined,
      undefined,
    ]);
  });
});

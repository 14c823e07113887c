// The bounded map: what it keeps and what it forgets.
import { expect } from 'chai';
import { Recent } from '../../src/http/recent.ts';

describe('a map of recent entries', () => {
  const filled = (): Recent<number> => {
    const recent = new Recent<number>(3);
    for (const [i, key] of ['a', 'b', 'c'].entries()) recent.set(key, i);
    return recent;
  };
  const kept = (recent: Recent<number>): string[] =>
    ['a', 'b', 'c', 'd'].filter((key) => recent.get(key) !== undefined);

  it('forgets what was set longest ago', () => {
    const recent = filled();
    recent.set('d', 3);
    expect(kept(recent)).to.deep.equal(['b', 'c', 'd']);
  });

  it('keeps what was read since', () => {
    const recent = filled();
    expect(recent.get('a')).to.equal(0);
    recent.set('d', 3);
    expect(kept(recent)).to.deep.equal(['a', 'c', 'd']);
  });

  it('counts an entry that is set again once', () => {
    const recent = filled();
    recent.set('a', 9);
    expect(kept(recent)).to.deep.equal(['a', 'b', 'c']);
    expect(recent.get('a')).to.equal(9);
  });

  it('forgets what is deleted', () => {
    const recent = filled();
    recent.delete('b');
    recent.set('d', 3);
    expect(kept(recent)).to.deep.equal(['a', 'c', 'd']);
  });
});

// LruCache: what it keeps and what it evicts; memoize: when it computes.
import { expect } from 'chai';
import { LruCache, memoize } from '../../src/lib/lru.ts';

describe('LruCache', () => {
  const filled = (): LruCache<number> => {
    const cache = new LruCache<number>(3);
    for (const [i, key] of ['a', 'b', 'c'].entries()) cache.set(key, i);
    return cache;
  };
  const kept = (cache: LruCache<number>): string[] =>
    ['a', 'b', 'c', 'd'].filter((key) => cache.get(key) !== undefined);

  it('forgets what was set longest ago', () => {
    const cache = filled();
    cache.set('d', 3);
    expect(kept(cache)).to.deep.equal(['b', 'c', 'd']);
  });

  it('keeps what was read since', () => {
    const cache = filled();
    expect(cache.get('a')).to.equal(0);
    cache.set('d', 3);
    expect(kept(cache)).to.deep.equal(['a', 'c', 'd']);
  });

  it('counts an entry that is set again once', () => {
    const cache = filled();
    cache.set('a', 9);
    expect(kept(cache)).to.deep.equal(['a', 'b', 'c']);
    expect(cache.get('a')).to.equal(9);
  });

  it('forgets what is deleted', () => {
    const cache = filled();
    cache.delete('b');
    cache.set('d', 3);
    expect(kept(cache)).to.deep.equal(['a', 'c', 'd']);
  });
});

describe('memoize', () => {
  it('computes once for each text, until there are too many', () => {
    const made: string[] = [];
    const upper = memoize(2, (text) => {
      made.push(text);
      return text.toUpperCase();
    });
    expect(['a', 'b', 'a', 'b', 'c', 'c', 'a'].map(upper).join('')).to.equal('ABABCCA');
    expect(made.join('')).to.equal('abca');
  });
});

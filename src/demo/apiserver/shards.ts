// The parameter shardSelector: which objects it selects, and what the server says of it.
import { HashRanges } from '../../lib/hashRanges.ts';
import type { Selector } from '../selectors.ts';
import { badRequest } from './apiStatus.ts';
import type { Query } from './listOptions.ts';
import type { Abilities } from './watch.ts';

/** What a request with a shard selector gets. */
interface ShardAnswer {
  /** Undefined where all objects are sent. */
  readonly selects: Selector | undefined;
  /** What a list says was applied. */
  readonly echo: string | undefined;
}

const end = '0x10000000000000000';
const call = new RegExp(
  `^shardRange\\(object\\.metadata\\.uid, ?'(0x[0-9a-f]{16})', ?'(0x[0-9a-f]{16}|${end})'\\)$`,
);

/** Throws a 400 for a selector that cannot be read, as long as the server knows the parameter. */
export function shardOf({ shardSelector }: Query, ability: Abilities['shards']): ShardAnswer {
  if (shardSelector === undefined || ability === 'off') {
    return { selects: undefined, echo: undefined };
  }
  if (ability === 'refused') throw badRequest('unknown query parameter: shardSelector');
  const ranges = parsed(shardSelector);
  const selects: Selector = ({ metadata }) => ranges.has(metadata.uid ?? '');
  if (ability === 'unfiltered') return { selects: undefined, echo: ranges.selector };
  if (ability === 'misquoted') return { selects, echo: `${ranges.selector} || ${ranges.selector}` };
  return { selects, echo: ranges.selector };
}

function parsed(selector: string): HashRanges {
  const ranges = selector.split('||').map((word) => {
    const [, first, last] = call.exec(word.trim()) ?? [];
    if (first === undefined || last === undefined || BigInt(first) >= BigInt(last)) {
      throw badRequest(`invalid shard selector: "${word.trim()}"`);
    }
    return { start: BigInt(first), end: BigInt(last) };
  });
  return new HashRanges(ranges);
}

/** What both select; either may be absent. */
export function bothOf(
  one: Selector | undefined,
  other: Selector | undefined,
): Selector | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return (object) => one(object) && other(object);
}

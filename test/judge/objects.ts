// The objects of a seed: of each resource that both programs have as many, made up from schemas.
import fc from 'fast-check';
import { apiVersionOf, builtinKinds } from '../../src/demo/apiserver/kinds.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { resources } from '../../src/resources/index.ts';
import { beyondReference } from '../conformance/families.ts';
import { objectsOf } from '../resources/arbitrary.ts';

export type Plural = keyof typeof resources;

/** An object as a client would send it, and what it is one of. */
export interface Made {
  readonly plural: Plural;
  readonly object: ApiObject;
}

/** Objects live in these; a real server has none but those that were made. */
export const namespaces = ['default', 'team-a', 'team-b'];

/** What the reference lacks is not compared. */
const plurals = (Object.keys(resources) as Plural[]).filter(
  (plural) => !beyondReference.includes(plural),
);
/** One object in so many has a version that is no whole number. */
const oddVersionEvery = 12;
const oddVersions = ['1e5', '0.25', '-5', 'NaN', 'x', ''];

/** As many objects as asked for or a few more, the same for the same seed, each of another name. */
export function objectsOfSeed(seed: number, count: number): Made[] {
  const each = Math.ceil(count / plurals.length);
  return plurals.flatMap((plural) =>
    fc
      .sample(objectsOf(plural), { seed, numRuns: each })
      .map((object, i) => ({ plural, object: named(plural, object, `${seed}-${i}`, i) })),
  );
}

function named(plural: Plural, object: object, id: string, i: number): ApiObject {
  const kind = builtinKinds[plural];
  const { metadata, ...rest } = object as Partial<ApiObject>;
  const namespace = namespaces[i % namespaces.length];
  const oddVersion = oddVersions[Math.floor(i / oddVersionEvery) % oddVersions.length];
  return {
    ...rest,
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: {
      ...metadata,
      name: `${plural.slice(0, 20)}-${id}`,
      namespace: kind.namespaced ? namespace : undefined,
      // The reference keeps objects by their uid: two of one uid would be one.
      uid: `${plural}-${id}`,
      resourceVersion: i % oddVersionEvery === 0 ? oddVersion : undefined,
    },
  } as ApiObject;
}

/** TypeScript's library does not know it yet. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };
const INT64_MAX = '9223372036854775807';
const INT64_MIN = '-9223372036854775808';

/** Times of Go's MicroTime, which it reads with six digits behind the point and no others. */
const MICRO_TIMES = new Set(['acquireTime', 'renewTime']);

/**
 * The object with values that Go can read in their fields: JavaScript's nearest to the ends of
 * int64 lies beyond it, and one past the end of int32 would have a whole list refused.
 */
export function asGoReads(value: unknown, field = ''): unknown {
  if (value === 2 ** 31) return 2 ** 31 - 1;
  if (value === 2 ** 63) return rawJson(INT64_MAX);
  if (value === -(2 ** 63)) return rawJson(INT64_MIN);
  if (typeof value === 'string' && MICRO_TIMES.has(field) && !value.includes('.')) {
    return value.replace(/Z$/, '.000000Z');
  }
  if (Array.isArray(value)) return value.map((one) => asGoReads(one));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, asGoReads(one, name)]);
  return Object.fromEntries(entries);
}

// parseUnmanaged parses an object without its managedFields, which are half of a pod's JSON.
import { parseAroundSpec, specFieldIn, type TextRange } from './deferredSpec.ts';
import { type ExactIntegers, endOfString, parseJson } from './json.ts';

/** As an API server writes it; within a string, backslashes stand before the quotes. */
const opening = '"managedFields":[';

/** How the JSON of an object is read. */
export interface ParseOptions {
  /** The fields whose numbers must lose no digit; they may come as bigints. */
  readonly exact?: ExactIntegers | undefined;
  /** The spec is parsed when it is read: lib/deferredSpec.ts. */
  readonly deferSpec?: boolean | undefined;
}

/**
 * Parses the JSON of one object or event; its first `managedFields` may come out empty. Skipping
 * them is faster than parsing, and leaves no garbage: a pod with two managers takes 0.60 to 0.67 of
 * the time (bench/decode.ts).
 */
export function parseUnmanaged(json: string, options: ParseOptions = {}): unknown {
  const managed = managedFieldsIn(json);
  const spec = options.deferSpec ? specFieldIn(json, managed?.end ?? 0) : undefined;
  if (managed === undefined && spec === undefined) return parseJson(json, options.exact);
  try {
    return parseParts(json, managed, spec, options.exact);
  } catch {
    // The fields are of an unknown form, or the text is no JSON: then this throws too.
    return parseJson(json, options.exact);
  }
}

function parseParts(
  json: string,
  managed: TextRange | undefined,
  spec: TextRange | undefined,
  exact: ExactIntegers | undefined,
): unknown {
  const withoutManaged = (end?: number): string =>
    managed === undefined
      ? json.slice(0, end)
      : json.slice(0, managed.start) + json.slice(managed.end, end);
  if (spec !== undefined) {
    const parsed = parseAroundSpec(json, spec, withoutManaged(spec.start), exact);
    if (parsed !== undefined) return parsed;
  }
  return parseJson(withoutManaged(), exact);
}

/**
 * What stands between the brackets of the fields; undefined where there are none. The fields have
 * no array in them: with one, a bracket too many would be left, and parsing would fail.
 */
function managedFieldsIn(json: string): TextRange | undefined {
  const found = json.indexOf(opening);
  if (found < 0) return undefined;
  const start = found + opening.length;
  let close = json.indexOf(']', start);
  let quote = json.indexOf('"', start);
  while (close >= 0 && quote >= 0 && quote < close) {
    const end = endOfString(json, quote);
    if (end < 0) return undefined;
    if (close < end) close = json.indexOf(']', end);
    quote = json.indexOf('"', end);
  }
  return close < 0 ? undefined : { start, end: close };
}

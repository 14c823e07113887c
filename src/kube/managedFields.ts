// JSON of objects without the record of who manages which field, half of a pod that nobody reads.

/** As an API server writes it; within a string, backslashes stand before the quotes. */
const opening = '"managedFields":[';
const BACKSLASH = 0x5c;

/**
 * Parses the JSON of one object or event; its first `managedFields` may come out empty. To skip
 * them is quicker than to parse them, and leaves no garbage: a pod with two managers takes 0.60 to
 * 0.67 of the time (bench/decode.ts).
 */
export function parseUnmanaged(json: string): unknown {
  const less = withoutManagedFields(json);
  if (less === undefined) return JSON.parse(json);
  try {
    return JSON.parse(less);
  } catch {
    // They were of another form than servers give them, or the rest is: JSON.parse says which.
    return JSON.parse(json);
  }
}

/**
 * The text with an empty array for the fields; undefined where none are found. There is no array
 * within them: were there one, an odd bracket would be left, and no JSON.
 */
function withoutManagedFields(json: string): string | undefined {
  const found = json.indexOf(opening);
  if (found < 0) return undefined;
  const from = found + opening.length;
  let close = json.indexOf(']', from);
  let quote = json.indexOf('"', from);
  while (close >= 0 && quote >= 0 && quote < close) {
    const end = endOfString(json, quote);
    if (end < 0) return undefined;
    if (close < end) close = json.indexOf(']', end);
    quote = json.indexOf('"', end);
  }
  return close < 0 ? undefined : json.slice(0, from) + json.slice(close);
}

/** Behind the closing quote of the string that is opened at `quote`; -1 where it has none. */
function endOfString(json: string, quote: number): number {
  let end = quote;
  let escaped: boolean;
  do {
    end = json.indexOf('"', end + 1);
    escaped = false;
    for (let i = end - 1; json.charCodeAt(i) === BACKSLASH; i--) escaped = !escaped;
  } while (escaped);
  return end < 0 ? -1 : end + 1;
}

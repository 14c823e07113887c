// parseAroundSpec parses an object around its spec, whose text is parsed later, or never.
import { DeferredSpec, specCharsMax, withDeferredSpec } from '../lib/deferredSpec.ts';
import { type ExactIntegers, parseJson } from './json.ts';
import { asRecord } from './objects.ts';

/** As API servers write them. Within a string, backslashes stand before the quotes. */
const opening = '"spec":{';
const closing = '},"status":{';
/** Takes the place of the spec. No object has such a field: it begins with a control character. */
const placeName = '\u007fspec';
const place = `"${placeName}":0`;

/** A part of a JSON text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What looks like the field of a spec behind `from`: it ends where a status begins. That is found
 * by two searches, for braces cannot be counted as fast as they are parsed. Undefined where there
 * is no such text.
 */
export function specFieldIn(json: string, from: number): TextRange | undefined {
  const start = json.indexOf(opening, from);
  if (start < 0) return undefined;
  // The last one: a StatefulSet has claims in its spec, with specs and statuses of their own.
  const end = json.lastIndexOf(closing) + 1;
  return end <= start || end - start > specCharsMax ? undefined : { start, end };
}

/**
 * The object, or the event with an object, whose spec is the field that `specFieldIn` has found;
 * undefined where it turns out that this is another field. `before` is all that stands in front of
 * it, maybe without fields that are not wanted.
 *
 * Where the text with a 0 in the place of the spec is valid JSON, and the text of the spec is too,
 * so is the text with the spec in that place, and has it as its value. Whether the spec is valid
 * shows once it is parsed; where it is not, the text as a whole decides. That happens where other
 * fields stand between spec and status: but for metadata, which is looked for, no row reads them.
 */
export function parseAroundSpec(
  json: string,
  { start, end }: TextRange,
  before: string,
  exact: ExactIntegers | undefined,
): unknown {
  const after = json.slice(end);
  if (before.includes(placeName) || after.includes(placeName)) return undefined;
  const parsed = asRecord(parseJson(before + place + after, exact));
  const isEvent = !hasPlace(parsed);
  const object = isEvent ? asRecord(parsed.object) : parsed;
  if (isEvent && !hasPlace(object)) return undefined;
  const text = json.slice(start + opening.length - 1, end);
  const spec = new DeferredSpec(text, () => {
    try {
      return parseJson(text, exact);
    } catch {
      // Throws where the whole is no JSON either.
      const whole = asRecord(parseJson(json, exact));
      return asRecord(isEvent ? whole.object : whole).spec;
    }
  });
  const deferred = withDeferredSpec(object, placeName, spec);
  return isEvent ? { ...parsed, object: deferred } : deferred;
}

/** Of two fields of one name the last one counts: another spec may stand behind the place. */
const hasPlace = (object: Record<string, unknown>): boolean =>
  object[placeName] === 0 && !Object.hasOwn(object, 'spec') && Object.hasOwn(object, 'metadata');

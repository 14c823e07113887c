// LogRing keeps the last warnings and errors of the log, for the page on the telemetry port.
import { shortened } from './shortened.ts';

/** So many lines are kept, each in a place of its own. */
export const linesMax = 100;
/** A longer line is cut: its texts first, then its last fields. */
export const lineBytesMax = 2 * 1024;
/** Of each text in a line that is cut; JSON may write six bytes for a character. */
const textCharsMax = 200;
/** The key under which a cut line counts the fields that it has lost. */
const lostKey = '…';

/** A line of the log. */
export interface LoggedLine {
  readonly level: string;
  /** As it was written: ISO 8601, in UTC. */
  readonly time: string;
  readonly message: string;
  readonly fields: readonly (readonly [name: string, text: string])[];
  /** Undefined for a whole line; the others are whole in the log itself. */
  readonly lostFields: number | undefined;
}

/** A fixed number of bytes, which are taken with the first line. */
export class LogRing {
  #bytes: Buffer | undefined;
  readonly #lengths = new Uint16Array(linesMax);
  #added = 0;

  /** Adds a line of JSON, in place of the oldest where there are too many. */
  add(line: string): void {
    this.#bytes ??= Buffer.alloc(linesMax * lineBytesMax);
    const place = this.#added % linesMax;
    const fitting = Buffer.byteLength(line) > lineBytesMax ? cut(line) : line;
    this.#lengths[place] = this.#bytes.write(fitting, place * lineBytesMax, lineBytesMax);
    this.#added++;
  }

  /** How many lines were added so far. */
  get added(): number {
    return this.#added;
  }

  /** The lines that are kept, the newest first. */
  lines(): LoggedLine[] {
    const bytes = this.#bytes;
    if (bytes === undefined) return [];
    return Array.from({ length: Math.min(this.#added, linesMax) }, (_, age) => {
      const place = (this.#added - 1 - age) % linesMax;
      const start = place * lineBytesMax;
      return lineOf(bytes.toString('utf8', start, start + (this.#lengths[place] as number)));
    });
  }
}

/** The line as JSON of at most `lineBytesMax`. */
function cut(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const short: Record<string, unknown> = { level, time, msg: shortened(String(msg), textCharsMax) };
  const reserved = { ...short, [lostKey]: Number.MAX_SAFE_INTEGER };
  let leftBytes = lineBytesMax - Buffer.byteLength(JSON.stringify(reserved));
  let lost = 0;
  for (const [name, value] of Object.entries(fields)) {
    const text = shortened(textOf(value), textCharsMax);
    // The brackets take as much as colon and comma.
    leftBytes -= Buffer.byteLength(JSON.stringify([name, text]));
    if (leftBytes < 0) lost++;
    else short[name] = text;
  }
  return JSON.stringify({ ...short, [lostKey]: lost });
}

function lineOf(json: string): LoggedLine {
  const line = JSON.parse(json) as Record<string, unknown>;
  const { level, time, msg, [lostKey]: lost, ...fields } = line;
  return {
    level: String(level),
    time: String(time),
    message: String(msg ?? ''),
    fields: Object.entries(fields).map(([name, value]) => [name, textOf(value)]),
    lostFields: typeof lost === 'number' ? lost : undefined,
  };
}

/** A field's value in words; an error without its stack. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || !('message' in value)) {
    return JSON.stringify(value);
  }
  const { type, message, code, cause } = value as Record<string, unknown>;
  const own = `${type}: ${message}${code === undefined ? '' : ` (${code})`}`;
  return cause === undefined ? own : `${own}; caused by ${textOf(cause)}`;
}

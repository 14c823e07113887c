// documentsIn reads the documents of a text, of JSON or YAML, and knows where expressions stand.
import type { Document, Scalar, visit } from 'yaml';
import { ConfigError, errorMessage } from '../lib/errors.ts';
import { jsonProblem } from './jsonProblem.ts';

export interface TextDocument {
  readonly value: unknown;
  /** Line and column of this value of a key `expr`, behind the place of the text, if known. */
  placeOf(expression: string): string;
}

/** None where the text begins as HTML; rejects with ConfigError where it is neither of the two. */
export async function documentsIn(text: string, place: string): Promise<TextDocument[]> {
  if (/^\s*[{[]/.test(text)) return [jsonDocument(text, place)];
  if (/^\s*</.test(text)) return [];
  // Loaded for YAML only: the page has it in a file of its own.
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  // Prometheus, too, merges what `<<` names.
  const options = {
    lineCounter: lines,
    logLevel: 'error',
    prettyErrors: false,
    merge: true,
  } as const;
  const documents = plainValue(() => [...yaml.parseAllDocuments(text, options)], place);
  const placeAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${place}:${line}:${col}`;
  };
  return documents.map((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw noYaml(placeAt(problem.pos[0]), problem.message);
    return {
      value: plainValue<unknown>(() => document.toJS(), place),
      placeOf(expression) {
        const offset = offsetOf(expression, document, yaml);
        return offset === undefined ? place : placeAt(offset);
      },
    };
  });
}

function jsonDocument(text: string, place: string): TextDocument {
  try {
    const value: unknown = JSON.parse(text);
    return { value, placeOf: (expression) => placeInJson(expression, text, place) };
  } catch (error) {
    const problem = jsonProblem(text);
    if (problem === undefined) throw error;
    const { line, column, expected, got } = problem;
    throw new ConfigError({ place: `${place}:${line}:${column}`, expected, got });
  }
}

/** Of a text that is escaped in another way than usual the place is not known. */
function placeInJson(expression: string, text: string, place: string): string {
  const at = text.indexOf(JSON.stringify(expression));
  const before = text.slice(0, Math.max(0, at));
  if (!/"expr"\s*:\s*$/.test(before.slice(-40))) return place;
  return `${place}:${before.split('\n').length}:${before.length - before.lastIndexOf('\n')}`;
}

/** Where in the text of a document the value of a key `expr` begins. */
function offsetOf(
  expression: string,
  document: Document.Parsed,
  yaml: { visit: typeof visit; isScalar(node: unknown): node is Scalar },
): number | undefined {
  let offset: number | undefined;
  yaml.visit(document, {
    Pair(_, { key, value }) {
      const isOne = yaml.isScalar(key) && key.value === 'expr' && yaml.isScalar(value);
      if (!isOne || String(value.value) !== expression) return undefined;
      offset = value.range?.[0];
      return yaml.visit.BREAK;
    },
  });
  return offset;
}

/** Aliases may be unknown, or grow too far; lists may be too deep in each other. */
function plainValue<T>(read: () => T, place: string): T {
  try {
    return read();
  } catch (error) {
    throw noYaml(place, errorMessage(error));
  }
}

/** The parser's sentence tells what is expected. */
function noYaml(place: string, message: string): ConfigError {
  const [sentence = ''] = message.split('\n');
  const isWord = /^[A-Z][a-z]/.test(sentence);
  const rule = isWord ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
  return new ConfigError({ place, expected: `YAML: ${rule}` });
}

// objectsIn reads objects from a text: YAML documents, a list as kubectl prints it, or JSON lines.

import { parseAllDocuments } from 'yaml';
import { ExactIntegers, parseJson } from '../../kube/json.ts';
import { ConfigError, errorMessage } from '../../lib/errors.ts';
import { shortened } from '../../lib/shortened.ts';
import type { KubeObject } from '../../metrics/object.ts';

/** What an error quotes of what is no object. */
const shownCharsMax = 60;

/** An object with what says its kind. */
export type AnyObject = KubeObject & { readonly apiVersion: string; readonly kind: string };

/** Throws ConfigError with the place of what is no object. */
export function objectsIn(text: string, path: string): AnyObject[] {
  const values = /^\s*[{[]/.test(text) ? jsonValues(text, path) : yamlValues(text, path);
  return values.flatMap(({ value, line }) =>
    itemsOf(value).map((item) => {
      if (isObject(item)) return item;
      throw new ConfigError({
        place: `${path}:${line}`,
        expected: 'objects with apiVersion, kind and metadata.name',
        got: shown(item),
        hint: 'print them by kubectl get -o yaml or -o json',
      });
    }),
  );
}

interface Value {
  readonly value: unknown;
  readonly line: number;
}

/** As the watch reads custom resources: all digits of whole numbers are kept. */
const parsed = (json: string): unknown => parseJson(json, new ExactIntegers('all'));

function jsonValues(text: string, path: string): Value[] {
  try {
    return [{ value: parsed(text), line: 1 }];
  } catch {
    // Not one document: one in each line then, whose errors have a line.
  }
  return text.split('\n').flatMap((content, i) => {
    if (content.trim() === '') return [];
    try {
      return [{ value: parsed(content), line: i + 1 }];
    } catch (error) {
      throw new ConfigError({
        place: `${path}:${i + 1}`,
        expected: 'JSON, one document or one in each line',
        got: errorMessage(error),
      });
    }
  });
}

function yamlValues(text: string, path: string): Value[] {
  const documents = parseAllDocuments(text, { prettyErrors: true, logLevel: 'error' });
  return [...documents].flatMap((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) {
      throw new ConfigError({
        place: `${path}:${problem.linePos?.[0].line ?? 1}`,
        expected: 'YAML',
        got: problem.message.split('\n')[0],
      });
    }
    const before = text.slice(0, document.contents?.range?.[0] ?? 0);
    const value: unknown = document.toJS();
    return value === null ? [] : [{ value, line: before.split('\n').length }];
  });
}

/** The items of a list, each with the kind that the list has for all of them. */
function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return [value];
  const { kind, apiVersion, items } = value as Record<string, unknown>;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [value];
  if (kind === 'List') return items;
  return items.map((item) => ({ apiVersion, kind: kind.replace(/List$/, ''), ...item }));
}

function isObject(value: unknown): value is AnyObject {
  if (typeof value !== 'object' || value === null) return false;
  const { apiVersion, kind, metadata } = value as Record<string, unknown>;
  const { name } = (metadata ?? {}) as Record<string, unknown>;
  return [apiVersion, kind, name].every((one) => typeof one === 'string');
}

function shown(value: unknown): string {
  return shortened(JSON.stringify(value) ?? 'nothing', shownCharsMax);
}

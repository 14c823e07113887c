// Reads families.tsv: what kube-state-metrics v2.20 was seen to serve, and what is beyond that.
import { readFileSync } from 'node:fs';
import type { AnyResource } from '../../src/metrics/select.ts';
import { type ResourceName, resources } from '../../src/resources/index.ts';

const COLUMNS = 5;

/** A line of families.tsv. */
export interface Fact {
  readonly name: string;
  readonly type: string;
  readonly stability: string;
  /** Whether it is served unasked; `beyond` is a family that kube-state-metrics does not have. */
  readonly inDefault: 'yes' | 'no' | 'beyond';
  /** Without label_* and annotation_*. */
  readonly labels: readonly string[];
}

/** The lines of such a file; one that is malformed is an error. */
export function parseFacts(tsv: string): Fact[] {
  const [, ...lines] = tsv.trimEnd().split('\n');
  return lines.map((line) => {
    const fields = line.split('\t');
    const [name = '', type = '', stability = '', inDefault = '', labels = ''] = fields;
    const isKnown = inDefault === 'yes' || inDefault === 'no' || inDefault === 'beyond';
    if (!isKnown || fields.length > COLUMNS) {
      throw new Error(
        'test/conformance/families.tsv: expected name, type, stability, one of yes, no and ' +
          `beyond, and labels, with tabs between them, got "${line}"`,
      );
    }
    return { name, type, stability, inDefault, labels: labels.split(',').filter(Boolean) };
  });
}

/** In the order of the exposition. */
export const facts: readonly Fact[] = parseFacts(
  readFileSync(new URL('families.tsv', import.meta.url), 'utf8'),
);

/** How a table's families are called: by its kind, but for Endpoints and Events, and more. */
export const familyPrefix = ({ kind }: Pick<AnyResource, 'kind'>): RegExp =>
  new RegExp(
    `^kube_${kind
      .toLowerCase()
      .replace(/^endpoints$/, 'endpoint')
      .replace(/^event$/, 'events')}(_|$)`,
  );

/** The plurals of tables with no family that the reference has: it knows no such resource. */
export const pluralsBeyond = <Plural extends string>(
  tables: Readonly<Record<Plural, Pick<AnyResource, 'kind'>>>,
  known: readonly Fact[],
): Plural[] =>
  (Object.keys(tables) as Plural[]).filter((plural) =>
    known
      .filter(({ name }) => familyPrefix(tables[plural]).test(name))
      .every(({ inDefault }) => inDefault === 'beyond'),
  );

/** Resources that the reference does not have: it ends if --resources names one. */
export const beyondReference: readonly ResourceName[] = pluralsBeyond(resources, facts);

// What dashboards, alerts and cost tools ask of us, held against the tables and what they render.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import type { Family } from '../../src/metrics/family.ts';
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';
import { compileWhole } from '../support/compileWhole.ts';
import { type Matcher, matches, selectorsOf } from '../support/promql.ts';
import { type Oddity, oddities } from './oddities.ts';

type Typed = KubeObject & { kind: string };
type Labels = Readonly<Record<string, string>>;

/** What one tool asks of one family: each of its matchers somewhere, and labels it groups by. */
interface Use {
  readonly match: readonly string[];
  readonly group: readonly string[];
}

/** Something that is asked for and not there: a family, a label of it, or a value of that. */
interface Missing {
  readonly family: string;
  readonly label?: string;
  readonly value?: string;
}

const read = (path: string): string => readFileSync(join(import.meta.dirname, path), 'utf8');

/** By family, then by tool, or by what of a tool: its alerts, recordings or dashboards. */
const usage = JSON.parse(read('usage.json')) as Record<string, Record<string, Use>>;
const tools = [...new Set(Object.values(usage).flatMap((uses) => Object.keys(uses)))].sort();

const tables = Object.values<AnyResource>(resources);
const tableOf = new Map(
  tables.flatMap((table) => Object.keys(table.families).map((name) => [name, table] as const)),
);

const objects = [
  ...read('../conformance/clusters/fuzz.jsonl')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Typed),
  ...(parse(read('objects.yaml')) as Typed[]),
];

/** The labels of each series that the tables make of these objects, by family. */
function renderedSeries(): Map<string, Labels[]> {
  const found = new Map<string, Labels[]>();
  for (const table of tables) {
    const choices = { enabled: () => true, labels: everyKey, annotations: everyKey };
    const { families, render } = compileWhole(table, choices, (family, object, error) => {
      throw new Error(`${family} of ${object.metadata.name}`, { cause: error });
    });
    for (const object of objects.filter(({ kind }) => kind === table.kind)) {
      for (const [i, text] of render(object).entries()) {
        const name = families[i]?.name ?? '';
        const series = text.split('\n').filter(Boolean).map(labelsIn);
        found.set(name, [...(found.get(name) ?? []), ...series]);
      }
    }
  }
  return found;
}

const labelsIn = (line: string): Labels =>
  Object.fromEntries(
    [...line.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );

function missingOf(family: string, { match, group }: Use, rendered: Labels[]): Missing[] {
  const table = tableOf.get(family);
  if (table === undefined) return [{ family }];
  const [selector] = selectorsOf(`sum by (${group.join()}) (${family}{${match.join()}})`);
  const matchers = selector?.matchers ?? [];
  const labels = new Set([...(selector?.labels ?? []), ...matchers.map(({ label }) => label)]);
  const absent = [...labels].filter((label) => !hasLabel(table, family, label));
  const values = matchers
    .filter(({ label, value }) => !absent.includes(label) && !isVariable(value))
    .flatMap((matcher) =>
      valuesWithout(matcher, rendered).map((value) => ({ family, label: matcher.label, value })),
    );
  return [...absent.map((label) => ({ family, label })), ...values];
}

/** Labels made of an object's own have names that nobody knows before. */
function hasLabel(table: AnyResource, family: string, label: string): boolean {
  if (label in table.identity) return true;
  const row = table.families[family as `kube_${string}`] as Family<never>;
  return 'prefix' in row ? label.startsWith(`${row.prefix}_`) : row.labels.includes(label);
}

const isVariable = (value: string): boolean => value.includes('$');

/** Those of a matcher's values that no series has; what excludes all series is such a value too. */
function valuesWithout(matcher: Matcher, rendered: readonly Labels[]): string[] {
  const had = rendered.map((labels) => labels[matcher.label] ?? '');
  if (!had.some((value) => matches(matcher, value))) return [matcher.value];
  const op = /~/.test(matcher.op) ? '=~' : '=';
  const choices = op === '=' ? [matcher.value] : alternativesOf(matcher.value);
  return choices.filter(
    (value) => value !== '' && !had.some((one) => matches({ ...matcher, op, value }, one)),
  );
}

/** The choices of an expression that is no more than a list of them. */
const alternativesOf = (expression: string): string[] =>
  expression.replace(/^\((.*)\)$/, '$1').split('|');

const fits = (missing: Missing, tool: string, odd: Oddity): boolean =>
  [undefined, tool].includes(odd.tool) &&
  [undefined, missing.family].includes(odd.family) &&
  missing.label === odd.label &&
  missing.value === odd.value;

describe('what other tools ask for', () => {
  const rendered = renderedSeries();
  const missingBy = (tool: string): Missing[] =>
    Object.entries(usage).flatMap(([family, uses]) => {
      const use = uses[tool];
      return use === undefined ? [] : missingOf(family, use, rendered.get(family) ?? []);
    });

  for (const tool of tools) {
    it(`is there for ${tool}`, () => {
      const missing = missingBy(tool).filter(
        (one) => !oddities.some((odd) => fits(one, tool, odd)),
      );
      expect(missing).to.deep.equal([]);
    });
  }

  it('is 192 families of ours, asked for in 19 places', () => {
    expect(Object.keys(usage).filter((name) => tableOf.has(name))).to.have.length(192);
    expect(tools).to.have.length(19);
  });

  it('is odd only where somebody asks for it', () => {
    const unneeded = oddities.filter(
      (odd) => !tools.some((tool) => missingBy(tool).some((one) => fits(one, tool, odd))),
    );
    expect(unneeded).to.deep.equal([]);
  });

  it('would be missed, were it not there', () => {
    const pods = rendered.get('kube_pod_status_phase') ?? [];
    const use = {
      match: ["phase='Bored'", "phase=~'Running|Idle'", "mood='x'"],
      group: ['pod', 'hat'],
    };
    expect(missingOf('kube_pod_status_phase', use, pods)).to.deep.equal([
      { family: 'kube_pod_status_phase', label: 'hat' },
      { family: 'kube_pod_status_phase', label: 'mood' },
      { family: 'kube_pod_status_phase', label: 'phase', value: 'Bored' },
      { family: 'kube_pod_status_phase', label: 'phase', value: 'Idle' },
    ]);
    expect(missingOf('kube_pot', { match: [], group: [] }, [])).to.deep.equal([
      { family: 'kube_pot' },
    ]);
  });
});

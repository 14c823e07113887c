// The files that hold what was measured: one for each question and kind of cluster.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from './bench.ts';
import type { Machine } from './machine.ts';
import type { Row } from './question.ts';

/** Everything that a figure must stand beside to mean something. */
export interface Result {
  readonly question: string;
  /** When the measuring was over, in UTC. */
  readonly at: string;
  readonly commit: string;
  readonly machine: Machine;
  /** What kind of API server there was. */
  readonly cluster: string;
  readonly plan: Plan;
  /** Options of Node from the environment, which the exporter had too; empty for none. */
  readonly nodeOptions: string;
  readonly rows: readonly Row[];
}

/** Writes a result in the place of an older one; `kind` keeps apart what must not be mixed. */
export function save(folder: string, result: Result, kind = ''): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${result.question}${kind && `.${kind}`}.json`);
  writeFileSync(path, `${JSON.stringify(result, rounded, 2)}\n`);
  return path;
}

/** Seven digits are more than any of the clocks is good for. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(7)) : value;

/** The results of a folder, if it is there, by the names of their files without the ending. */
export function resultsIn(folder: string): Record<string, Result> {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return Object.fromEntries(
    files
      .sort()
      .map((name) => [
        name.slice(0, -'.json'.length),
        JSON.parse(readFileSync(join(folder, name), 'utf8')) as Result,
      ]),
  );
}

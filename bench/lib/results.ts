// Saves and loads results, one file for each question and kind of cluster.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan } from './bench.ts';
import type { Machine } from './machine.ts';
import type { Row } from './question.ts';

/** A result with its conditions. */
export interface Result {
  readonly question: string;
  /** End of the measurement, in UTC. */
  readonly at: string;
  readonly commit: string;
  readonly machine: Machine;
  /** The kind of API server. */
  readonly cluster: string;
  readonly plan: Plan;
  /** NODE_OPTIONS of the environment, which the exporter had too; empty if not set. */
  readonly nodeOptions: string;
  /** The machine's load average of the fifteen minutes before the end; older results lack it. */
  readonly load?: number;
  readonly rows: readonly Row[];
}

/** Saves a result and replaces an older one; `kind` is part of the file name. */
export function save(folder: string, result: Result, kind = ''): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${result.question}${kind && `.${kind}`}.json`);
  writeFileSync(path, `${JSON.stringify(result, rounded, 2)}\n`);
  return path;
}

/** Seven digits, which is more than the precision of the clocks. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(7)) : value;

/** The results in a folder, if it exists, by file name without extension. */
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

// runProtobuf runs the Go program of this folder, which knows Kubernetes' own types and encoders.
import { spawnSync } from 'node:child_process';
import type { AnyResource } from '../../src/metrics/select.ts';
import { resources } from '../../src/resources/index.ts';

const outputBytesMax = 512 * 1024 * 1024;
const timeoutMs = 10 * 60_000;

/** A kind as the program reads it. */
export interface GoKind {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** The kind of a resource, by its plural. */
export function kindOf(plural: string): GoKind {
  const table = (resources as Readonly<Record<string, AnyResource>>)[plural];
  if (table === undefined) throw new Error(`expected the plural of a resource, got ${plural}`);
  return { name: plural, group: table.group, version: table.version, kind: table.kind };
}

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);

/** TypeScript's own types have it not yet. */
const { rawJSON } = JSON as unknown as { rawJSON(value: bigint): object };

/** Numbers whose digits a JavaScript number rounds up to more than Go's int64 holds. */
function inRange(_: string, value: unknown): unknown {
  if (typeof value !== 'number' || !Number.isInteger(value)) return value;
  const whole = BigInt(value);
  if (whole > int64Max) return rawJSON(int64Max);
  return whole <= int64Min ? rawJSON(int64Min) : value;
}

/** What the program answers to each of the inputs; needs Go, and a network the first time. */
export function runProtobuf(command: 'messages' | 'encode', inputs: readonly object[]): unknown[] {
  const { status, stdout, stderr, error } = spawnSync('go', ['run', '.', command], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    input: inputs.map((input) => `${JSON.stringify(input, inRange)}\n`).join(''),
    maxBuffer: outputBytesMax,
    timeout: timeoutMs,
  });
  if (status !== 0) throw new Error(`\`go run . ${command}\` failed: ${error?.message ?? stderr}`);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

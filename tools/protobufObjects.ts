// Writes test/kube/protobuf/objects.jsonl.gz: made-up objects as Kubernetes encodes them.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { resources } from '../src/resources/index.ts';
import { objectsNamed } from '../test/resources/madeUp.ts';
import { kindOf, runProtobuf } from './protobuf/run.ts';

/** By default as many as make a small file. To try more once: `… 60 7 /tmp/out.gz`. */
const [, , count = '12', seed = '14', out = '../test/kube/protobuf/objects.jsonl.gz'] =
  process.argv;

interface Answer {
  readonly refused?: string;
  readonly protobuf: string;
  readonly json: string;
}

const kept = Number(count);
/** Kubernetes refuses some: numbers that are too large for a field, for example. */
const triesEach = 12;

const asked = Object.keys(resources).flatMap((plural) =>
  fc
    .sample(objectsNamed(plural), { seed: Number(seed), numRuns: triesEach * kept })
    .flatMap(([object]) => (object === undefined ? [] : [{ kind: kindOf(plural), object }])),
);
const answers = runProtobuf('encode', asked) as Answer[];
const counts = new Map<string, number>();
const lines = answers.flatMap(({ refused, protobuf, json }, i) => {
  const plural = asked[i]?.kind.name ?? '';
  const soFar = counts.get(plural) ?? 0;
  if (refused !== undefined || soFar === kept) return [];
  counts.set(plural, soFar + 1);
  return [`${JSON.stringify({ plural, protobuf, json })}\n`];
});
writeFileSync(resolve(import.meta.dirname, out), gzipSync(lines.join(''), { level: 9 }));
process.stdout.write(`${lines.length} objects of ${counts.size} kinds\n`);

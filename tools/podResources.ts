// Writes test/resources/podResources.jsonl.gz: pods, and what kube-scheduler counts for them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { countedPods } from '../test/resources/podResources.ts';
import { buildGoModule } from './goModule.ts';
import { countedByScheduler, schedulerModule } from './scheduler/program.ts';

const podsRecorded = 800;
const seed = 18;

const output = join(import.meta.dirname, '../test/resources/podResources.jsonl.gz');

buildGoModule(schedulerModule);
// As they come out of JSON: what is undefined is absent.
const pods = JSON.parse(JSON.stringify(fc.sample(countedPods, { seed, numRuns: podsRecorded })));
const counted = countedByScheduler(pods);
const lines = counted.map((one, i) => `${JSON.stringify({ pod: pods[i], ...one })}\n`);
writeFileSync(output, gzipSync(lines.join(''), { level: 9 }));
process.stdout.write(`${output}: ${lines.length} pods\n`);

// All questions of the suite, in the order in which they run; each is one file.
import beyond from './beyond.ts';
import change from './change.ts';
import compare from './compare.ts';
import custom from './custom.ts';
import decode from './decode.ts';
import explorer from './explorer.ts';
import foreign from './foreign.ts';
import hash from './hash.ts';
import largeShards from './largeShards.ts';
import type { Question } from './lib/question.ts';
import limits from './limits.ts';
import memory from './memory.ts';
import namespaces from './namespaces.ts';
import prometheus from './prometheus.ts';
import scrape from './scrape.ts';
import shards from './shards.ts';
import sizing from './sizing.ts';
import start from './start.ts';
import updates from './updates.ts';

export const questions: Readonly<Record<string, Question>> = {
  compare,
  sizing,
  largeShards,
  limits,
  start,
  scrape,
  prometheus,
  updates,
  change,
  explorer,
  namespaces,
  memory,
  custom,
  shards,
  foreign,
  beyond,
  decode,
  hash,
};

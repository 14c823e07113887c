// Measures ways to find which family texts of an object have changed: comparison and hashes.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Rendered } from '../src/metrics/rendered.ts';
import { FamilyTexts } from '../src/store/familyTexts.ts';
import { TextPages } from '../src/store/slotTexts.ts';
import { holding } from './lib/contents.ts';
import { podRenderer } from './lib/podRenderer.ts';
import type { Question } from './lib/question.ts';

const podsMax = 1_000;
const usPerMs = 1_000;

/** The work for the texts of one pod at each of its events: strings, or bytes as rendered. */
type Way = (texts: readonly string[], rendered: Rendered) => number;

export default {
  asks: 'What does it cost to detect what changed in a pod?',
  how:
    'In one process: the texts of pods are encoded as bytes and hashed, family by family. ' +
    'Bits are those of the hash: with 32, a busy cluster misses a change every few weeks. ' +
    'The best of several rounds counts. The yardstick is encoding the bytes alone.',
  columns: [
    { key: 'way', heading: 'way' },
    { key: 'bits', heading: 'bits' },
    { key: 'us', heading: 'µs a pod', digits: 1 },
    { key: 'toBytes', heading: 'ratio to the bytes alone', digits: 2 },
  ],
  async *measure(bench) {
    const server = holding({ pods: Math.min(podsMax, bench.plan.pods), managedFields: false });
    const all = [...server.objects('pods')];
    const renderer = podRenderer();
    const texts = new FamilyTexts(renderer.families.length, new TextPages());
    const buffer = Buffer.alloc(1024 * 1024);
    const ways: readonly (readonly [way: string, bits: number | undefined, Way])[] = [
      ['bytes alone', undefined, sumOf((text) => buffer.write(text))],
      [
        'as it is done: two halves, of bytes that are rendered so',
        64,
        (_, of) => bytesIn(texts, of),
      ],
      ['CRC-32 of the string', 32, sumOf((text) => crc32(text))],
      ['SHA-1 of the string', 160, sumOf((text) => createHash('sha1').update(text).digest()[0])],
    ];
    let alone = 0;
    for (const [way, bits, work] of ways) {
      bench.say(way);
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < bench.plan.rounds; round++) {
        let ms = 0;
        for (const pod of all) {
          const strings = renderer.render(pod);
          const rendered = renderer.renderAll(pod);
          const start = performance.now();
          work(strings, rendered);
          ms += performance.now() - start;
        }
        best = Math.min(best, ms);
      }
      alone ||= best;
      yield { way, bits, us: (best / all.length) * usPerMs, toBytes: best / alone };
    }
  },
} satisfies Question;

const sumOf =
  (work: (text: string) => number | undefined): Way =>
  (texts) =>
    texts.reduce((sum, text) => (text === '' ? sum : sum + (work(text) ?? 0)), 0);

function bytesIn(texts: FamilyTexts, of: Rendered): number {
  texts.read(of);
  return texts.bytes;
}

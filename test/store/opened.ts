// openThings opens a store of one resource as tests of stores need it, whose errors fail the test.
import { expect } from 'chai';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import type { Renderer } from '../../src/metrics/render.ts';
import { openSegmentStores } from '../../src/store/open.ts';
import type {
  Body,
  OpenStores,
  OpenStoresOptions,
  Snapshot,
  Store,
  Stores,
} from '../../src/store/types.ts';

/** Compresses nothing by itself, and on no other thread, unless `options` say otherwise. */
export function openThings(
  renderer: Renderer,
  options: Partial<OpenStoresOptions> = {},
  open: OpenStores = openSegmentStores,
): Stores {
  return open(new Map([['things', renderer]]), {
    clock: systemClock,
    hotBytesMax: 1e8,
    compressOnThread: false,
    onError: (error) => void Promise.reject(error),
    ...options,
  });
}

/** Each look at this clock takes a millisecond: whatever works in turns makes many of them. */
export function slowed(clock: Clock): Clock {
  let looks = 0;
  return {
    now: () => clock.now() + looks++,
    wall: () => clock.wall(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    turn: () => clock.turn(),
  };
}

/** The store of things. */
export function thingsIn({ byResource }: Stores): Store {
  const things = byResource.get('things');
  if (things === undefined) throw new Error('expected a store of things, got none');
  return things;
}

/** A body, read to its end, and as long as it said. */
export async function bytesOf(body: Body): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.chunks()) chunks.push(chunk);
  const all = Buffer.concat(chunks);
  if (body.bytes !== undefined) expect(all.length).to.equal(body.bytes);
  return all;
}

/** The exposition, read to its end. */
export const textOf = async (snapshot: Snapshot): Promise<string> =>
  (await bytesOf(snapshot.body('text', 'identity'))).toString();

/** All series of a snapshot, sorted. */
export async function seriesOf(snapshot: Snapshot): Promise<string[]> {
  const lines = (await textOf(snapshot)).split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).sort();
}

/** The series that are served once all changes are. */
export async function served(stores: Stores): Promise<string[]> {
  await stores.flushed();
  return seriesOf(stores.snapshot(() => true));
}

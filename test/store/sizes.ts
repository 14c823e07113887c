// measure takes a snapshot with the sizes that stores give for it; checkSizes counts its text.
import { expect } from 'chai';
import type { Snapshot, Stores } from '../../src/store/types.ts';
import { textOf } from './opened.ts';

/** Series and bytes. */
type Counts = readonly [series: number, bytes: number];

interface Measured {
  readonly snapshot: Snapshot;
  readonly state: number;
  /** Series and bytes by the name of the family, where it has any. */
  readonly families: ReadonlyMap<string, Counts>;
  readonly namespaces: ReadonlyMap<string, Counts>;
  /** Objects by namespace. */
  readonly objects: ReadonlyMap<string, number>;
}

/** Takes both in one turn of the event loop, as whoever compares them must. */
export function measure(stores: Stores): Measured {
  const snapshot = stores.snapshot(() => true);
  const { state, resources } = stores.sizes();
  const families = new Map<string, Counts>();
  const namespaces = new Map<string, Counts>();
  const objects = new Map<string, number>();
  for (const one of resources) {
    const sums: [number, number] = [0, 0];
    for (const { header, series, bytes } of one.families) {
      add(families, header.name, series, bytes);
      sums[0] += series;
      sums[1] += bytes;
    }
    expect(sums, 'families add up to their resource').to.deep.equal([one.series, one.bytes]);
    let ofResource = 0;
    for (const [namespace, size] of one.namespaces) {
      expect(size.objects, 'no empty namespace').to.be.above(0);
      add(namespaces, namespace, size.series, size.bytes);
      objects.set(namespace, (objects.get(namespace) ?? 0) + size.objects);
      ofResource += size.objects;
    }
    expect(ofResource, 'namespaces add up to their resource').to.equal(one.objects);
  }
  return { snapshot, state, families, namespaces, objects };
}

/**
 * The sizes are those of the text, which is returned; those of `objects`, too, where each has a
 * series with its name.
 */
export async function checkSizes(measured: Measured, counted: 'objects' | 'series') {
  const { snapshot, state, families, namespaces, objects } = measured;
  const byFamily = new Map<string, Counts>();
  const byNamespace = new Map<string, Counts>();
  const names = new Map<string, Set<string>>();
  const text = await textOf(snapshot);
  for (const line of text.split(/(?<=\n)/)) {
    if (line === '' || line.startsWith('#')) continue;
    const namespace = /[{,]namespace="([^"]*)"/.exec(line)?.[1] ?? '';
    const bytes = Buffer.byteLength(line);
    add(byFamily, line.slice(0, line.search(/[{ ]/)), 1, bytes);
    add(byNamespace, namespace, 1, bytes);
    const name = /[{,]name="([^"]*)"/.exec(line)?.[1] ?? '';
    names.set(namespace, (names.get(namespace) ?? new Set()).add(name));
  }
  expect(state).to.equal(snapshot.state);
  expect(filled(families), 'by family').to.deep.equal(byFamily);
  expect(filled(namespaces), 'by namespace').to.deep.equal(byNamespace);
  if (counted === 'series') return text;
  const objectsInText = new Map([...names].map(([namespace, { size }]) => [namespace, size]));
  expect(objects, 'objects').to.deep.equal(objectsInText);
  return text;
}

/** As `checkSizes`; snapshots of the same state have the same text, too. */
export async function checkAllSizes(all: readonly Measured[], counted: 'objects' | 'series') {
  const texts = new Map<number, string>();
  for (const measured of all) {
    const text = await checkSizes(measured, counted);
    const { state } = measured;
    expect(text === (texts.get(state) ?? text), `one text of state ${state}`).to.equal(true);
    texts.set(state, text);
  }
}

function add(counts: Map<string, Counts>, key: string, series: number, bytes: number): void {
  const [s, b] = counts.get(key) ?? [0, 0];
  counts.set(key, [s + series, b + bytes]);
}

const filled = (counts: ReadonlyMap<string, Counts>): Map<string, Counts> =>
  new Map([...counts].filter(([, [series, bytes]]) => series !== 0 || bytes !== 0));

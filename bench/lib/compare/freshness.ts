// Freshness: how old a write is when a scrape shows it, seen from outside.
import { setTimeout as sleep } from 'node:timers/promises';
import { familyIn } from '../families.ts';
import type { Write } from '../load.ts';
import { textOf } from '../scrape.ts';

/** Writes older than this at a scrape are not looked for. */
const ageMsMax = 5_000;
/** Ages are counted in bins of this width. */
const binMs = 100;
/** Of a hundred writes this many may be missing. */
const missingShareMax = 0.01;
/** Between two scrapes at most; random, so that no rhythm of the exporter is met. */
const pauseMsMax = 300;

/** Whether a scrape showed a write that was this old when the scrape was sent. */
export interface Observation {
  readonly ageMs: number;
  readonly shown: boolean;
}

/** Scrapes plain text until `over`, in time of performance.now(), while `writes` grows. */
export async function observe(
  url: string,
  writes: readonly Write[],
  over: number,
): Promise<Observation[]> {
  const seen: Observation[] = [];
  while (performance.now() < over) {
    const atMs = performance.now();
    seen.push(...observations(await textOf(url), atMs, writes));
    await sleep(Math.random() * pauseMsMax);
  }
  return seen;
}

/** What a scrape that was sent at `atMs` shows of the writes before it. */
export function observations(text: Buffer, atMs: number, writes: readonly Write[]): Observation[] {
  const recent = writes.filter(({ sentMs }) => sentMs > atMs - ageMsMax);
  const timesOf = Map.groupBy(recent, ({ place }) => keyOf(place.namespace, place.name));
  // A pod that was written to twice shows one of two states, and nothing says which write made it.
  const once = [...timesOf.values()].flatMap((own) => (own.length === 1 ? own : []));
  const due = once.filter(({ sentMs }) => sentMs <= atMs);
  if (due.length === 0) return [];
  const pods = podsIn(familyIn(text, 'kube_pod_info'));
  const ready = podsIn(familyIn(text, 'kube_pod_status_ready'), 'condition="true"} 1');
  return due.map(({ place, sentMs, shows }) => {
    const key = keyOf(place.namespace, place.name);
    const shown = {
      present: () => pods.has(key),
      absent: () => !pods.has(key),
      ready: () => ready.has(key),
      unready: () => !ready.has(key),
    }[shows]();
    return { ageMs: atMs - sentMs, shown };
  });
}

/** The least age from which on all but one in a hundred writes are shown, in milliseconds. */
export function agesShown(seen: readonly Observation[]): number {
  const bins = Map.groupBy(seen, ({ ageMs }) => Math.floor(ageMs / binMs));
  const late = [...bins].filter(([, own]) => {
    const missing = own.filter(({ shown }) => !shown).length;
    return missing > own.length * missingShareMax;
  });
  return late.length === 0 ? 0 : (Math.max(...late.map(([bin]) => bin)) + 1) * binMs;
}

/** The pods that have a series which ends like this. */
function podsIn(family: string, ending = ''): Set<string> {
  const pods = new Set<string>();
  for (const [line, namespace, pod] of family.matchAll(podLine)) {
    if (line.includes(ending)) pods.add(keyOf(namespace, pod));
  }
  return pods;
}

const podLine = /^\w+\{namespace="([^"]*)",pod="([^"]*)".*$/gm;

const keyOf = (namespace: string | undefined, name: string | undefined): string =>
  `${namespace}/${name}`;

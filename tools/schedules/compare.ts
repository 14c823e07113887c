// Compares src/resources' parsing of schedules and zones with the output of the Go program here.
import { text } from 'node:stream/consumers';
import { zoneOf } from '../../src/resources/zones.ts';
import { rowsIn, runsAfter } from './rows.ts';

const shownMax = 20;
const weekSeconds = 7 * 24 * 3600;
const last = Date.UTC(2045, 0, 1) / 1000;
const start1970 = 0;

function compareRows(file: string): string[] {
  const rows = rowsIn(file);
  const wrong = rows.flatMap(({ text, after, runs }) => {
    const got = runsAfter(text, after);
    return got === runs ? [] : [`${JSON.stringify(text)} after ${after}: ${runs}, ours ${got}`];
  });
  return [`${rows.length} rows, ${wrong.length} disagree`, ...wrong.slice(0, shownMax)];
}

/** A time from which the zone has an offset from UTC, in seconds. */
type Change = readonly [at: number, offset: number];

const changesIn = (line: string): [string, Change[]] => {
  const [zone = '', changes = ''] = line.split('\t');
  return [
    zone,
    changes.split(' ').map((change) => change.split(':').map(Number) as [number, number]),
  ];
};

/** Compares at each change, a second before it, and weekly, to find changes that Go lacks. */
function differing(zone: string, changes: readonly Change[]): number[] {
  const ours = zoneOf(zone);
  return changes.flatMap(([at, offset], i) => {
    const end = changes[i + 1]?.[0] ?? last;
    const times = [at, end - 1];
    for (let time = at; time < end; time += weekSeconds) times.push(time);
    return times.filter((time) => ours?.(time) !== offset);
  });
}

function compareChanges(file: string): string[] {
  const lines = file.trim().split('\n').map(changesIn);
  const told = lines.flatMap(([zone, changes]) => {
    const times = differing(zone, changes).sort((a, b) => a - b);
    const since = times.filter((time) => time >= start1970);
    const days = since.map((time) => new Date(time * 1000).toISOString().slice(0, 10));
    if (days.length > 0) return [`${zone}: ${days[0]} to ${days.at(-1)}, ${days.length} times`];
    return times.length > 0 ? [`${zone}: before 1970`] : [];
  });
  return [`${lines.length} zones, ${told.length} differ`, ...told];
}

const compare = { rows: compareRows, changes: compareChanges }[process.argv[2] ?? ''];
if (compare === undefined) throw new Error('expected rows or changes behind compare.ts');
process.stdout.write(`${compare(await text(process.stdin)).join('\n')}\n`);

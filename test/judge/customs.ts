// Custom objects of a seed, and a configuration with rules of all kinds about them.
import { between, pick, seededRandom } from '../../src/demo/random.ts';

type Random = () => number;

const GROUP = 'judge.example.com';
const KINDS = ['Thing', 'Other'];
const RULES = 120;
const DEPTH_MAX = 4;
const ITEMS_MAX = 3;

/** Few names, so that paths lead somewhere. */
const KEYS = ['a', 'b', 'c', 'type', 'status', 'n', 'x'];
const TEXTS = [
  ...['', 'a', 'Ready', 'True', 'False', 'Unknown', 'yes', 'No', 'null', '<nil>', 'with space'],
  ...['1', '0', '-1.5', '1e3', '007', '0x1p4', '1_000', 'Inf', 'NaN', '.5', '5.', '+', 'm', 'E'],
  ...['100m', '1.5Gi', '64Mi', '3n', '12%', '12.5%', '100%', '1k', '1Ki5', '10E', '-100m'],
  ...['2026-01-01T00:00:00Z', '2026-01-01T5:04:05.9+09:00', '2026-02-30T00:00:00Z', '1h30m'],
  ...['quo"te', 'back\\slash', 'line\nfeed', '日本語', '{}', '[a b]', 'map[a:1]'],
];
const NUMBERS = [
  ...[0, 1, -1, 1.5, 0.1, 1e6, 1500000.5, 123456789],
  ...[1e20, 1e21, 1e-7, 2 ** 53, -(2 ** 63)],
];

const from = <T>(random: Random, list: readonly T[]): T => pick(random, list) as T;
const oneIn = (random: Random, times: number): boolean => random() * times < 1;

function valueAt(random: Random, depth: number): unknown {
  const kind = between(random, 0, depth < DEPTH_MAX ? 8 : 4);
  if (kind <= 1) return from(random, TEXTS);
  if (kind === 2) return from(random, NUMBERS);
  if (kind === 3) return random() < 0.5;
  if (kind === 4) return oneIn(random, 3) ? null : from(random, TEXTS);
  const items = between(random, 0, ITEMS_MAX);
  if (kind <= 6) return Array.from({ length: items }, () => valueAt(random, depth + 1));
  return mapOf(random, depth + 1);
}

const mapOf = (random: Random, depth: number): Record<string, unknown> =>
  Object.fromEntries(KEYS.filter(() => random() < 0.5).map((key) => [key, valueAt(random, depth)]));

const definitionOf = (kind: string): object => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${kind.toLowerCase()}s.${GROUP}`, uid: kind, resourceVersion: '1' },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { kind, plural: `${kind.toLowerCase()}s`, singular: kind.toLowerCase() },
    versions: ['v1', 'v2'].map((name) => ({
      name,
      served: true,
      storage: name === 'v1',
      schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    })),
  },
  status: { conditions: [{ type: 'Established', status: 'True' }] },
});

/** Definitions and objects, one JSON document a line. */
export function customObjects(seed: number, count: number): string {
  const random = seededRandom(seed);
  const objects = Array.from({ length: count }, (_, i) => ({
    apiVersion: `${GROUP}/v1`,
    kind: from(random, KINDS),
    metadata: {
      name: `o-${i}`,
      namespace: from(random, ['default', 'team-a']),
      uid: `u-${seed}-${i}`,
      labels: { 'app.kubernetes.io/name': from(random, TEXTS), tier: 'gold' },
    },
    spec: mapOf(random, 1),
    // A list of conditions, as most kinds have, or anything.
    status: oneIn(random, 2)
      ? mapOf(random, 1)
      : {
          a: ['Ready', 'Synced'].map((type) => ({
            type,
            status: from(random, ['True', 'False', 'Unknown']),
            n: from(random, NUMBERS),
          })),
        },
  }));
  return [...KINDS.map(definitionOf), ...objects].map((one) => `${JSON.stringify(one)}\n`).join('');
}

/** A part of a path. */
function partOf(random: Random): string {
  if (oneIn(random, 5)) return from(random, ['0', '1', '-1', '99', '+0']);
  if (!oneIn(random, 4)) return from(random, KEYS);
  const value = from(random, ['Ready', 'True', 'true', '1', 'a', '1.5', 'yes']);
  return `[${from(random, KEYS)}=${value}]`;
}

const pathBelow = (random: Random, partsMax: number): string[] =>
  Array.from({ length: between(random, 0, partsMax) }, () => partOf(random));

const pathOf = (random: Random): string[] => [
  from(random, ['spec', 'status']),
  ...pathBelow(random, 3),
];

/** Labels with names of their own for each place, so that the order of a map decides nothing. */
function labelsBelow(random: Random, prefix: string): Record<string, string[]> {
  const names = KEYS.filter(() => oneIn(random, 5)).map((key) => `${prefix}_${key}`);
  const labels = Object.fromEntries(names.map((name) => [name, pathBelow(random, 2)]));
  if (oneIn(random, 8)) labels[`${prefix}_all_*`] = pathBelow(random, 1);
  return labels;
}

function eachOf(random: Random): object {
  const path = pathOf(random);
  const labelsFromPath = labelsBelow(random, 'own');
  const valueFrom = oneIn(random, 2) ? [] : pathBelow(random, 2);
  const kind = between(random, 0, 4);
  if (kind <= 2) {
    // Without the label, which series of a map is the first is left to chance.
    const gauge = { path, valueFrom, labelsFromPath, labelFromKey: 'key' };
    return {
      type: from(random, ['Gauge', 'gauge', 'GAUGE']),
      gauge: oneIn(random, 3) ? { ...gauge, nilIsZero: true } : gauge,
    };
  }
  if (kind === 3) {
    const info = { path, labelsFromPath };
    return { type: 'Info', info: oneIn(random, 2) ? { ...info, labelFromKey: 'key' } : info };
  }
  const list = ['a', 'Ready', 'True', 'False', 'with space', 'quo"te'];
  const stateSet = { path, valueFrom, labelsFromPath, labelName: 'state', list };
  return { type: 'StateSet', stateSet };
}

const identity = { name: ['metadata', 'name'], namespace: ['metadata', 'namespace'] };

/** The configuration as JSON, which is YAML too. */
export function customConfiguration(seed: number): string {
  const random = seededRandom(seed + 1);
  const entries = KINDS.map((kind, i) => ({
    groupVersionKind: { group: GROUP, version: i === 0 ? 'v1' : '*', kind },
    ...(i === 0 ? {} : { metricNamePrefix: 'judged' }),
    commonLabels: { kind, common: 'yes' },
    labelsFromPath: identity,
    metrics: Array.from({ length: RULES / KINDS.length }, (_, j) => ({
      name: `metric_${j}`,
      help: `Rule ${j}.`,
      ...(oneIn(random, 4) ? { commonLabels: { common: 'of the metric' } } : {}),
      labelsFromPath: {
        ...(oneIn(random, 4) ? { 'label_*': ['metadata', 'labels'] } : {}),
        ...(oneIn(random, 4) ? { any: pathOf(random) } : {}),
      },
      each: eachOf(random),
    })),
  }));
  const spec = { resources: entries };
  return JSON.stringify({ kind: 'CustomResourceStateMetrics', spec }, null, 1);
}

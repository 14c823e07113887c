// schemas describe the answers of /api/v1 for OpenAPI: each has the keys of its type in api.ts.
import type * as api from './api.ts';

/** A JSON Schema of the draft 2020-12, as far as it is used here. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
}

/** An object with the keys of T, all required; the compiler finds one that is missing. */
const record = <T extends object>(
  properties: { readonly [Key in keyof T]-?: Schema },
  description?: string,
): Schema => ({
  type: 'object',
  ...(description && { description }),
  properties,
  required: Object.keys(properties),
});

const text = (description?: string): Schema => ({
  type: 'string',
  ...(description && { description }),
});
const count = (description?: string): Schema => ({
  type: 'integer',
  minimum: 0,
  ...(description && { description }),
});
const number = (description: string): Schema => ({ type: 'number', minimum: 0, description });
const flag = (description: string): Schema => ({ type: 'boolean', description });
const oneOf = (values: readonly string[], description?: string): Schema => ({
  type: 'string',
  enum: values,
  ...(description && { description }),
});
const list = (items: Schema, description?: string, maxItems?: number): Schema => ({
  type: 'array',
  items,
  ...(description && { description }),
  ...(maxItems && { maxItems }),
});
export const ref = (name: keyof typeof schemas): Schema => ({
  $ref: `#/components/schemas/${name}`,
});

const snapshot = count('Number of the snapshot; grows with each change of what /metrics serves.');
const objects = count('Objects of the API server.');
const series = count('Series on /metrics.');
const bytes = count('Length of the series as plain text, without HELP and TYPE.');
const size = { objects, series, bytes };
const resource = text('The plural; of a custom resource the whole name.');
const namespace = text('Empty for cluster-scoped objects.');
const familyName = text('Name of the family.');
const types = oneOf(['gauge', 'counter', 'info', 'stateset'], 'Type, as in OpenMetrics.');
const help = text('The HELP text, without the stability.');
const more = flag('Whether there are more than are answered.');

const headline = record<api.Headline>({
  sentence: text(),
  good: flag('False where somebody should look.'),
});

const familySize = record<api.FamilySize>({
  name: familyName,
  resource,
  series,
  bytes,
  type: types,
  stability: oneOf(['STABLE', 'BETA', 'ALPHA'], 'ALPHA for families of custom resources.'),
  help,
});

const found = { resource, namespace, name: text('Name of the object.'), series, bytes };

export const schemas = {
  Error: record<api.ApiError>({
    error: text('One sentence: what was expected, what was got, what to do.'),
  }),
  Progress: record<{ progress: number }>({
    progress: { type: 'number', minimum: 0, maximum: 1, description: 'The part that is done.' },
  }),
  Status: record<api.Status>({
    version: text('Version of kubestate.'),
    startedAt: number('Unix time in seconds at which the process started.'),
    now: number('Unix time in seconds of this answer.'),
    snapshot,
    serves: flag('Whether /metrics answers: not before the sync, nor on a follower.'),
    freshness: { ...headline, description: 'How fresh the state is, in one line.' },
    headlines: list(headline, 'What else there is to say, such as the state of an election.'),
    stalenessSeconds: number('Age of the oldest change that is not served yet.'),
    telemetryPort: count('Port of the telemetry, from --telemetry-port.'),
    total: record<api.Size>(size, 'The sums over all resources.'),
    resources: list(
      record<api.ResourceState>({
        resource,
        ...size,
        families: count('Families that are served of it.'),
        state: oneOf(
          ['synced', 'stale', 'refused', 'waiting', 'absent', 'joining'],
          'As on /readyz of the telemetry port.',
        ),
        detail: text('What its reflector does, or why it fails.'),
        lastEventSeconds: {
          type: ['number', 'null'],
          minimum: 0,
          description: 'Time since the last event of its watches; null before the first.',
        },
      }),
      'Every resource that is followed.',
    ),
  }),
  Families: record<api.Families>({
    snapshot,
    families: list(familySize, 'Every family, also those without series; largest first.'),
  }),
  FamilyLabels: record<api.FamilyLabels>({
    snapshot,
    family: familySize,
    labels: list(
      record<api.LabelStatistics>({
        name: text('Name of the label.'),
        values: count('How many values it has.'),
        exact: flag('False where there are too many to hold: all counts are estimates then.'),
        top: list(
          record<api.LabelStatistics['top'][0]>({ value: text('At most 200 bytes.'), series }),
          'The values of most series, largest first.',
          10,
        ),
      }),
      'Labels in the order in which they first appear.',
      256,
    ),
    moreLabels: count('Labels beyond these: so many or more.'),
    namespaces: list(
      record<api.FamilyLabels['namespaces'][0]>({ namespace: text(), series, bytes }),
      'Values of the label `namespace` with most series, largest first; none without it.',
      20,
    ),
    zeros: count('Series whose value is 0.'),
    samples: list(text('At most 2,000 bytes.'), 'Series from all over the family.', 10),
  }),
  Namespaces: record<api.Namespaces>({
    snapshot,
    namespaces: list(
      record<api.NamespaceSize>({
        namespace,
        ...size,
        resources: list(
          record<api.NamespaceSize['resources'][0]>({ resource, ...size }),
          'The same by resource, largest first.',
        ),
      }),
      'Namespaces with objects, largest first.',
    ),
    more: record<api.Namespaces['more']>(
      { ...size, namespaces: count('How many.') },
      'Smaller namespaces beyond `limit`, and what they have together.',
    ),
  }),
  NamespaceFamilies: record<api.NamespaceFamilies>({
    snapshot,
    namespace,
    families: list(
      record<api.NamespaceFamilies['families'][0]>({ name: familyName, resource, series, bytes }),
      'Families with series whose label `namespace` is this, largest first.',
    ),
  }),
  Zeros: record<api.Zeros>({
    snapshot,
    families: list(
      record<api.Zeros['families'][0]>({
        name: familyName,
        series,
        zeros: count('Series whose value is 0.'),
      }),
    ),
  }),
  Objects: record<api.Objects>({
    objects: list(record<api.FoundObject>(found), 'Those of that very name first.'),
    more,
  }),
  ObjectText: record<api.ObjectText>({
    ...found,
    snapshot,
    families: list(
      record<api.ObjectText['families'][0]>({
        name: familyName,
        type: types,
        help,
        text: text('Its lines as they are on /metrics.'),
      }),
      'Families with series of the object.',
    ),
  }),
  History: record<api.History>({
    interval: count('Seconds between two points.'),
    points: list(
      record<api.HistoryPoint>({
        time: number('Unix time in seconds at which the interval ended.'),
        series,
        bytes,
        changes: number('Objects added, changed and deleted, per second of the interval.'),
      }),
      'The last hour, oldest first.',
      120,
    ),
  }),
  Usage: record<api.Usage>({
    sources: list(
      record<api.UsageSource>({
        source: text('Such as kubernetes-mixin, or kubestate for our own.'),
        kind: oneOf(
          ['dashboard', 'alert', 'recording rule', 'tool'],
          'A tool asks Prometheus itself.',
        ),
        name: text('Title of the dashboard, name of the rule or tool.'),
        families: list(familyName, 'What it reads.'),
      }),
    ),
  }),
} satisfies Readonly<Record<string, Schema>>;

// The schema of custom-resource configuration, each part apart, so that one mistake costs one rule.
import * as z from 'zod';
import { expressionCharsMax } from './cel.ts';

/** Far more than configurations have; what is beyond is said, and not read. */
export const entriesMax = 1_000;
export const rulesMax = 5_000;
const partsMax = 64;
const labelsMax = 256;
const statesMax = 1_000;
const textCharsMax = 4_096;

/** The messages of the schema say what is expected. */
const text = z.string('a text').max(textCharsMax, `a text of at most ${textCharsMax} characters`);

const trueWords = new Set(['true', 'yes', 'on', 'y']);
const falseWords = new Set(['false', 'no', 'off', 'n']);

/** YAML is read with scalars as texts: `yes` is a label value here, and a flag there. */
const flag = z.preprocess((given) => {
  const word = typeof given === 'string' ? given.toLowerCase() : '';
  return trueWords.has(word) ? true : falseWords.has(word) ? false : given;
}, z.boolean('true or false'));
const whole = z.preprocess(
  (given) => (typeof given === 'string' && /^[+-]?\d{1,9}$/.test(given) ? Number(given) : given),
  z.int('a whole number'),
);

const path = z
  .array(text, 'a list of keys, such as [status, phase]')
  .max(partsMax, `a path of at most ${partsMax} parts`);

const tooManyLabels = `at most ${labelsMax} labels`;
/** A key without a value has the empty one. */
const mapOf = <Value extends z.ZodType>(value: Value, empty: unknown, expected: string) =>
  z
    .record(
      z.string(),
      z.preprocess((given) => given ?? empty, value),
      expected,
    )
    .refine((map) => Object.keys(map).length <= labelsMax, tooManyLabels);

const commonLabels = mapOf(text, '', 'a map of label names to texts')
  .optional()
  .describe('Labels with a fixed value.');
const labelsFromPath = mapOf(path, [], 'a map of label names to paths')
  .optional()
  .describe(
    'Labels read from the object. `"*"` makes a label of each entry of the map at its path, ' +
      '`"name_*"` the same with `name_` in front.',
  );
const expression = z
  .string('an expression in CEL')
  .max(expressionCharsMax, `an expression of at most ${expressionCharsMax} characters`);
const labelsFromCEL = mapOf(expression, '', 'a map of label names to expressions in CEL')
  .optional()
  .describe('Labels computed from the object, which is `self`. Not in kube-state-metrics.');

const pathOfValue = path
  .optional()
  .describe(
    'Where the value is. A list gives a series for each element, `"[type=Ready]"` finds one of ' +
      'them, `"0"` is the first, `"-1"` the last.',
  );
const valueFrom = path.optional().describe('Where the value is below `path`.');
const labelFromKey = text
  .optional()
  .describe('The name of a label for the keys of the map at `path`, which has a series for each.');
const labelsBelow = labelsFromPath.describe('Labels read below `path`.');

const gauge = z
  .object(
    {
      path: pathOfValue,
      cel: expression
        .optional()
        .describe(
          'In the place of `path`, an expression in CEL whose `self` is the object. Not in ' +
            'kube-state-metrics.',
        ),
      valueFrom,
      labelFromKey,
      labelsFromPath: labelsBelow,
      labelsFromCEL,
      nilIsZero: flag.optional().describe('Serves 0 where there is no value.'),
    },
    'a map with a path',
  )
  .describe('A number: also of a quantity, a time, a boolean or the status of a condition.');

const info = z
  .object(
    { path: pathOfValue, labelFromKey, labelsFromPath: labelsBelow, labelsFromCEL },
    'a map with labelsFromPath',
  )
  .describe('Always 1: the labels are what it tells.');

const stateSet = z
  .object(
    {
      path: pathOfValue,
      valueFrom,
      labelsFromPath: labelsBelow,
      labelsFromCEL,
      labelName: text.optional().describe('The name of the label that has the state.'),
      list: z
        .array(text, 'a list of states')
        .max(statesMax, `at most ${statesMax} states`)
        .optional()
        .describe('All states: each has a series, with 1 for the one that is at `path`.'),
    },
    'a map with path, labelName and list',
  )
  .describe('One series for each state, with 1 for the current one and 0 for the others.');

/** The types, and the block that each needs. */
export const blocks = { Gauge: 'gauge', Info: 'info', StateSet: 'stateSet' } as const;
export type TypeName = keyof typeof blocks;

const type = z
  .preprocess(
    (given) => {
      const name = String(given).toLowerCase();
      return Object.keys(blocks).find((one) => one.toLowerCase() === name) ?? given;
    },
    z.enum(Object.keys(blocks) as [TypeName, ...TypeName[]], 'Gauge, Info or StateSet'),
  )
  .describe('Gauge, Info or StateSet, in any case.');

const errorLogV = whole
  .optional()
  .describe('The verbosity (`--v`) from which values that cannot be read are logged.');

export const metricSchema = z.object(
  {
    name: text.describe('The name, behind the prefix of the entry.'),
    help: text.optional().describe('The HELP text.'),
    each: z
      .object(
        {
          type,
          gauge: gauge.optional(),
          info: info.optional(),
          stateSet: stateSet.optional(),
        },
        'a map with type, and gauge, info or stateSet',
      )
      .describe('What makes the series.'),
    commonLabels,
    labelsFromPath,
    labelsFromCEL,
    errorLogV,
  },
  'a map with name and each',
);

const kindFields = {
  group: text.optional().describe('The API group; leave it out for the core group.'),
  version: text.describe('The version, or `"*"` for all that are served.'),
  kind: text.describe('The kind, or `"*"` for all of the group.'),
};

export const entrySchema = z.object(
  {
    groupVersionKind: z
      .object(kindFields, 'a map with group, version and kind')
      .describe('The kind whose objects these metrics are about.'),
    metricNamePrefix: text
      .optional()
      .describe('Stands in front of the names, with `_`; `kube_customresource` by default.'),
    resourcePlural: text
      .optional()
      .describe('The plural, where it is not what the API server says.'),
    commonLabels,
    labelsFromPath,
    labelsFromCEL,
    metrics: z.array(z.unknown(), 'a list of metrics').max(rulesMax, `at most ${rulesMax} metrics`),
    errorLogV,
  },
  'a map with groupVersionKind and metrics',
);

export const kindOfFile = 'CustomResourceStateMetrics';

/** The whole file, as editors check it. */
export const fileSchema = z.object({
  apiVersion: text.optional(),
  kind: z.literal(kindOfFile),
  spec: z.object({
    resources: z
      .array(entrySchema.extend({ metrics: z.array(metricSchema) }))
      .max(entriesMax)
      .describe('An entry for each kind; several about one kind are all served.'),
  }),
});

export type MetricShape = z.output<typeof metricSchema>;
export type EntryShape = z.output<typeof entrySchema>;
export type GaugeShape = z.output<typeof gauge>;
export type InfoShape = z.output<typeof info>;
export type StateSetShape = z.output<typeof stateSet>;

// Checks of a configuration beyond its schema: names, and what the type of a rule needs.
import { sanitised } from '../metrics/labels.ts';
import type { Facts, Findings, Keys } from './findings.ts';
import { familyNameOf, isStar } from './rule.ts';
import { blocks, type EntryShape, type MetricShape } from './schema.ts';

const metricNamePattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** `__name__` is the name of the metric. */
const labelNamePattern = /^(?!__name__$)[a-zA-Z_][a-zA-Z0-9_]*$/;
const nameCharsMax = 256;
const metricNameWords = 'a metric name of letters, digits, _ and :';
const labelNameWords = 'a label name of letters, digits and _';
const otherNameWords = 'a label name other than that of the metric name';

/** What of an entry and of a metric has label names. */
type Labelled = Pick<EntryShape, 'commonLabels' | 'labelsFromPath' | 'labelsFromCEL'>;

export function checkPattern(
  { groupVersionKind }: Pick<EntryShape, 'groupVersionKind'>,
  keys: Keys,
  findings: Findings,
): void {
  const { group = '', version, kind } = groupVersionKind;
  const at = (key: string): Keys => [...keys, 'groupVersionKind', key];
  if (version === '') findings.add(at('version'), wrongName('a version, or "*"', version));
  if (kind === '') findings.add(at('kind'), wrongName('a kind, or "*"', kind));
  if (group.includes('*')) {
    findings.add(at('group'), wrongName('one API group', group));
  }
}

/** The label names of an entry or of a metric. */
export function checkNames(
  { commonLabels, labelsFromPath, labelsFromCEL }: Labelled,
  keys: Keys,
  findings: Findings,
): void {
  for (const name of Object.keys(commonLabels ?? {})) {
    checkLabelName(name, [...keys, 'commonLabels', name], findings);
  }
  for (const name of Object.keys(labelsFromPath ?? {})) {
    const at = [...keys, 'labelsFromPath', name];
    if (isStar(name)) {
      const isPrefix = name === '*' || labelNamePattern.test(name.slice(0, -1));
      if (!isPrefix) findings.note(at, wrongName('"*", or a label name with * behind it', name));
    } else if (labelNamePattern.test(sanitised(name)) && !labelNamePattern.test(name)) {
      // Served under the name with _ for every other character.
      findings.note(at, wrongName(labelNameWords, name, sanitised(name)));
    } else {
      checkLabelName(name, at, findings);
    }
  }
  for (const name of Object.keys(labelsFromCEL ?? {})) {
    checkLabelName(name, [...keys, 'labelsFromCEL', name], findings);
  }
}

function checkLabelName(name: string, keys: Keys, findings: Findings): void {
  if (labelNamePattern.test(name) && name.length <= nameCharsMax) return;
  const words = sanitised(name) === '__name__' ? otherNameWords : labelNameWords;
  findings.add(keys, wrongName(words, name, sanitised(name)), 'key');
}

function wrongName(expected: string, got: string, instead?: string): Facts {
  const isBetter = instead !== undefined && instead !== got && labelNamePattern.test(instead);
  return { expected, got: JSON.stringify(got), hint: isBetter ? `write ${instead}` : undefined };
}

/** The name of a metric, and what its type needs. */
export function checkMetric(
  entry: EntryShape,
  metric: MetricShape,
  keys: Keys,
  findings: Findings,
  taken: ReadonlySet<string>,
): void {
  const family = familyNameOf(entry, metric);
  const isName = metricNamePattern.test(family) && family.length <= nameCharsMax;
  if (metric.name === '' || !isName) {
    findings.add([...keys, 'name'], wrongName(metricNameWords, family, sanitised(family)));
  }
  if (taken.has(family)) {
    findings.add([...keys, 'name'], {
      expected: 'a name that no family of a core resource has',
      got: family,
      hint: 'choose another name or another metricNamePrefix',
    });
  }
  const { each } = metric;
  const name = blocks[each.type];
  const block = each[name];
  if (block === undefined) {
    findings.add([...keys, 'each'], {
      expected: `the block ${name}, which type ${each.type} needs`,
      got:
        Object.keys(each)
          .filter((key) => key !== 'type')
          .join(', ') || 'type alone',
      hint: `add ${name}`,
    });
    return;
  }
  const at = [...keys, 'each', name];
  checkNames(block, at, findings);
  if (name === 'gauge') checkGauge(each.gauge ?? {}, at, findings);
  if (name === 'info') checkKeyLabel(each.info ?? {}, at, findings);
  if (name === 'stateSet') checkStateSet(each.stateSet ?? {}, at, findings);
}

type GaugeShape = NonNullable<MetricShape['each']['gauge']>;
type InfoShape = NonNullable<MetricShape['each']['info']>;
type StateSetShape = NonNullable<MetricShape['each']['stateSet']>;

function checkGauge(gauge: GaugeShape, keys: Keys, findings: Findings): void {
  checkKeyLabel(gauge, keys, findings);
  if (gauge.cel !== undefined && gauge.path !== undefined) {
    findings.add([...keys, 'cel'], {
      expected: 'either path or cel',
      got: 'both',
      hint: 'leave one out',
    });
  }
  if (gauge.cel === undefined && gauge.path === undefined && gauge.valueFrom === undefined) {
    findings.add(keys, { expected: 'path or cel', got: 'neither', hint: 'add path' });
  }
}

function checkKeyLabel(
  { labelFromKey = '', labelsFromPath = {} }: InfoShape,
  keys: Keys,
  findings: Findings,
): void {
  if (labelFromKey === '') return;
  const at = [...keys, 'labelFromKey'];
  checkLabelName(labelFromKey, at, findings);
  if (!Object.keys(labelsFromPath).map(sanitised).includes(labelFromKey)) return;
  findings.note(at, {
    expected: 'a label that labelsFromPath does not have',
    got: labelFromKey,
    hint: 'the one of labelsFromPath is served, if it is there; name one of them otherwise',
  });
}

function checkStateSet({ list, labelName = '' }: StateSetShape, keys: Keys, findings: Findings) {
  if (list === undefined || list.length === 0) {
    findings.add(list === undefined ? keys : [...keys, 'list'], {
      expected: 'a list of states',
      got: list === undefined ? 'no list' : 'an empty one',
      hint: 'add list',
    });
  }
  if (labelName === '') {
    findings.add(keys, {
      expected: 'labelName, the label that has the state',
      got: 'nothing',
      hint: 'add labelName',
    });
  } else {
    checkLabelName(labelName, [...keys, 'labelName'], findings);
  }
}

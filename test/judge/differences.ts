// The deliberate differences from kube-state-metrics' series, for docs and the judge.
import type { ApiObject } from '../../src/demo/objects.ts';
import type { Row } from '../chart/differences.ts';
import type { Difference } from '../conformance/compare.ts';
import { isAfterGap, isReadOtherwise } from './schedules.ts';

/** What is known of a difference beside itself. */
export interface Circumstances {
  /** The object that its series is about, where it is about one. */
  readonly object: ApiObject | undefined;
  /** The zone that the reference's process was started in. */
  readonly zone: string;
}

/** A difference that is meant: a row of the table in docs/migration.md, and what it covers. */
export interface Deliberate extends Row {
  readonly covers: (difference: Difference, circumstances: Circumstances) => boolean;
  /** Objects that show it, each by itself, whatever a seed gives; absent where any would. */
  readonly shownBy?: readonly ApiObject[];
}

/** Families whose values are quantities. */
const QUANTITIES = new RegExp(
  `^kube_(${[
    'limitrange',
    'resourcequota',
    'horizontalpodautoscaler_(spec|status)_target_metric',
    'pod_(init_)?container_resource_\\w+',
    'pod_overhead_\\w+',
    'node_status_\\w+',
    'persistentvolume(claim)?_\\w+_bytes',
  ].join('|')})$`,
);
const INT64_MAX = 2 ** 63;

/** What KSM's int64 does not hold: what is more, and what is negative and of many digits. */
function isBeyondInt64(value: number, object: ApiObject | undefined): boolean {
  if (Math.abs(value) >= INT64_MAX) return true;
  if (value >= 0) return false;
  // It multiplies a negative number by a thousand without a look at what it can hold.
  return value <= -INT64_MAX / 1000 || /"-\d{16,}[num]?"/.test(JSON.stringify(object));
}

const LAST = '2026-01-15T10:30:00Z';

const cronJob = (name: string, schedule: string, timeZone?: string, last = LAST): ApiObject =>
  ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: `shown-${name}`, namespace: 'default' },
    spec: { schedule, timeZone, jobTemplate: {} },
    status: { lastScheduleTime: last },
  }) as ApiObject;

const limitRange = (name: string, storage: string): ApiObject =>
  ({
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: `shown-${name}`, namespace: 'default' },
    spec: { limits: [{ type: 'Container', max: { storage } }] },
  }) as ApiObject;

export const deliberate: readonly Deliberate[] = [
  {
    what: 'all',
    theirs: 'two parts of an object with the same labels give the same series twice',
    ours: 'only the first',
    why:
      'a scrape must not contain a series twice; Prometheus drops the second and counts it ' +
      'as an error',
    covers: ({ kind }) => kind === 'repeated',
    shownBy: [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'shown-twice', namespace: 'default' },
        spec: { accessModes: ['ReadWriteOnce', 'ReadWriteOnce'] },
      },
    ],
  },
  {
    what: 'all',
    theirs: 'its own HELP texts',
    ours: 'one sentence per family, with the unit if there is one',
    why: 'many readers of a metric see only its HELP',
    covers: ({ kind }) => kind === 'HELP',
  },
  {
    what: '`kube_cronjob_next_schedule_time`',
    theirs: "without `timeZone`, uses its own process's time zone (`TZ`)",
    ours: "uses UTC, which is the time zone of kube-state-metrics' image",
    why:
      "what counts is the controller manager's time zone, which neither can know and which is " +
      'nearly always UTC',
    covers: ({ family, kind }, { object, zone }) =>
      family === 'kube_cronjob_next_schedule_time' &&
      kind === 'value' &&
      zone !== 'UTC' &&
      !specOf(object).timeZone,
    shownBy: [cronJob('zone', '30 3 * * *')],
  },
  {
    what: '`kube_cronjob_next_schedule_time`, `kube_cronjob_schedule_invalid`',
    theirs:
      'day of the month and day of the week must both match; `7`, ranges that wrap around ' +
      '(`22-2`) and `@triggered` are valid; steps as large as the field and an empty ' +
      '`timeZone` are not; a run in the hour that clocks skip in spring is an hour later',
    ours:
      'as the CronJob controller: one of the two days must match; `7`, wrap-around and ' +
      '`@triggered` are invalid; steps may have any size, and an empty `timeZone` is ' +
      'UTC; a run in the skipped hour is omitted',
    why:
      'the controller decides when a job runs; kube-state-metrics uses a different library ' +
      'for schedules',
    covers: ({ family, kind, expected }, { object }) => {
      if (!/^kube_cronjob_(next_schedule_time|schedule_invalid)$/.test(family)) return false;
      const { schedule, timeZone } = specOf(object);
      if (isReadOtherwise(`${schedule}`) || timeZone === '') return true;
      return kind === 'value' && !!timeZone && isAfterGap(Number(expected), timeZone);
    },
    shownBy: [
      cronJob('days', '0 0 13 * 5'),
      cronJob('seven', '0 0 * * 7'),
      cronJob('wrapped', '0 22-2 * * *'),
      cronJob('step', '*/60 * * * *'),
      cronJob('name', '@triggered'),
      cronJob('empty', '*/5 * * * *', ''),
      cronJob('gap', '30 2 * * *', 'America/New_York', '2026-03-07T12:00:00Z'),
    ],
  },
  {
    what:
      'decimal quantities above 9223372036854775807 or below its negative (`10E` of storage), ' +
      'and negative ones with many digits',
    theirs: '0, or an overflowed number',
    ours: "the value, at most 9.223372036854776e+18, the API's maximum",
    why:
      'a quota of ten exabytes must not become 0 bytes; both programs cap binary ' +
      'quantities (`10Ei`) like this',
    covers: ({ family, kind, actual }, { object }) =>
      QUANTITIES.test(family) && kind === 'value' && isBeyondInt64(Number(actual), object),
    shownBy: [limitRange('beyond', '10E'), limitRange('negative', '-10000000000000000')],
  },
];

interface CronJobSpec {
  readonly schedule?: string | null;
  readonly timeZone?: string | null;
}

const specOf = (object: ApiObject | undefined): CronJobSpec => (object?.spec ?? {}) as CronJobSpec;

/** Where an autoscaler says which kind of metric it means, and in which field that one is. */
const SOURCES: Readonly<Record<string, string>> = {
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  External: 'external',
  ContainerResource: 'containerResource',
};

type Fields = Readonly<Record<string, unknown>>;

interface Rule {
  readonly http?: { readonly paths?: readonly { readonly backend?: Fields }[] | null } | null;
}

/** Over which objects the reference's process ends; a real server lets none of them in. */
const ending: Readonly<Record<string, (spec: Fields) => boolean>> = {
  HorizontalPodAutoscaler: ({ metrics }) =>
    ((metrics ?? []) as readonly (Fields | null)[]).some((metric) => {
      const source = SOURCES[String(metric?.type)];
      return source !== undefined && (metric?.[source] ?? null) === null;
    }),
  Ingress: ({ rules }) =>
    ((rules ?? []) as readonly Rule[])
      .flatMap(({ http }) => http?.paths ?? [])
      .some(({ backend }) => !backend?.service && !backend?.resource),
};

export const endsReference = ({ kind, spec }: ApiObject): boolean =>
  ending[kind]?.((spec ?? {}) as Fields) ?? false;

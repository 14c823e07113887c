// CronJobs: schedule, last runs and next run.
import type { V1CronJob } from '@kubernetes/client-node';
import { type Emit, joined, type SectionOf, spec, status } from '../metrics/family.ts';
import type { Received } from '../metrics/object.ts';
import type { Resource } from '../metrics/resource.ts';
import {
  annotations,
  created,
  deletionTimestamp,
  labels,
  resourceVersion,
} from '../metrics/stock.ts';
import { unixSeconds, unixSecondsIfSet } from '../metrics/time.ts';
import { flag, ifSet } from './conditions.ts';
import { type Schedule, scheduleOf } from './schedule.ts';

// biome-ignore format: a table, a row each
export const cronjobs = {
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (c) => c.metadata.namespace,
    cronjob: (c) => c.metadata.name,
  },
  families: {
    kube_cronjob_annotations: annotations('ALPHA'),
    kube_cronjob_labels: labels('STABLE'),
    kube_cronjob_info: spec.info('STABLE',
      'Always 1: the schedule, concurrency policy and time zone of the CronJob.', {
        schedule: (s) => s?.schedule,
        concurrency_policy: (s) => s?.concurrencyPolicy,
        timezone: (s) => s?.timeZone ?? 'local',
      }),
    kube_cronjob_created: created('STABLE'),
    kube_cronjob_status_active: status.gauge('STABLE',
      'Number of jobs of the CronJob that are running.', (s) => s?.active?.length ?? 0),
    kube_cronjob_status_last_schedule_time: status.gauge('STABLE',
      'Unix time in seconds at which the CronJob last created a job.', (s) => ifSet(s?.lastScheduleTime, unixSeconds)),
    kube_cronjob_status_last_successful_time: status.gauge('STABLE',
      'Unix time in seconds at which a job of the CronJob last succeeded.', (s) => ifSet(s?.lastSuccessfulTime, unixSeconds)),
    kube_cronjob_spec_suspend: spec.gauge('STABLE',
      'Whether the CronJob is suspended: 1 if so, else 0.', (s) => flag(s?.suspend)),
    kube_cronjob_spec_starting_deadline_seconds: spec.gauge('STABLE',
      'Seconds after the scheduled time within which a missed job may still start.', (s) => s?.startingDeadlineSeconds),
    kube_cronjob_next_schedule_time: joined('STABLE',
      'Unix time in seconds of the next scheduled run, counted from the last one or from the creation of the CronJob.', [], timingOf, emitNextScheduleTime),
    kube_cronjob_schedule_invalid: spec.gauge('ALPHA',
      'Always 1: the schedule or time zone of the CronJob is invalid.', (s) => scheduleFor(timingOf(s)) ? undefined : 1),
    kube_cronjob_metadata_resource_version: resourceVersion('STABLE'),
    kube_cronjob_spec_successful_job_history_limit: spec.gauge('ALPHA',
      'Number of succeeded jobs that the CronJob keeps.', (s) => s?.successfulJobsHistoryLimit),
    kube_cronjob_spec_failed_job_history_limit: spec.gauge('ALPHA',
      'Number of failed jobs that the CronJob keeps.', (s) => s?.failedJobsHistoryLimit),
    kube_cronjob_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1CronJob>;

type CronJob = Received<V1CronJob>;

/** What the times of the runs depend on. */
function timingOf(s: SectionOf<CronJob, 'spec'>) {
  return {
    schedule: s?.schedule ?? '',
    timeZone: s?.timeZone,
    suspended: s?.suspend === true,
  };
}

type Timing = ReturnType<typeof timingOf>;

const scheduleFor = ({ schedule, timeZone }: Timing): Schedule | undefined =>
  scheduleOf(schedule, timeZone);

/** No series for an invalid schedule: kube_cronjob_schedule_invalid reports it. */
function emitNextScheduleTime(
  timing: Timing,
  { metadata, status }: Pick<CronJob, 'metadata' | 'status'>,
  emit: Emit<[]>,
): void {
  if (timing.suspended) return;
  const from =
    unixSecondsIfSet(status?.lastScheduleTime) ?? unixSecondsIfSet(metadata.creationTimestamp);
  const next = from === undefined ? undefined : scheduleFor(timing)?.next(from);
  if (next !== undefined) emit(next);
}

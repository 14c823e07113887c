// Cron jobs: when they are due, and how their last jobs went.
import type { V1CronJob } from '@kubernetes/client-node';
import { gauge, info } from '../metrics/family.ts';
import type { Received } from '../metrics/object.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, labels, resourceVersion } from '../metrics/stock.ts';
import { unixSeconds, unixSecondsIfSet } from '../metrics/time.ts';
import { flag, ifSet, isSet } from './conditions.ts';
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
    kube_cronjob_info: info('STABLE',
      'Always 1: when the cron job is due, in which time zone, and what happens if its last job still runs then.', {
        schedule: (c) => c.spec?.schedule,
        concurrency_policy: (c) => c.spec?.concurrencyPolicy,
        timezone: (c) => c.spec?.timeZone ?? 'local',
      }),
    kube_cronjob_created: created('STABLE'),
    kube_cronjob_status_active: gauge('STABLE',
      'Jobs of the cron job that run now.', (c) => c.status?.active?.length ?? 0),
    kube_cronjob_status_last_schedule_time: gauge('STABLE',
      'Unix time in seconds at which the cron job last started a job.', (c) => ifSet(c.status?.lastScheduleTime, unixSeconds)),
    kube_cronjob_status_last_successful_time: gauge('STABLE',
      'Unix time in seconds at which a job of the cron job last succeeded.', (c) => ifSet(c.status?.lastSuccessfulTime, unixSeconds)),
    kube_cronjob_spec_suspend: gauge('STABLE',
      'Whether the cron job starts no jobs for now: 1 if so, else 0.', (c) => flag(c.spec?.suspend)),
    kube_cronjob_spec_starting_deadline_seconds: gauge('STABLE',
      'Seconds after its due time within which a job may still be started.', (c) => c.spec?.startingDeadlineSeconds),
    kube_cronjob_next_schedule_time: gauge('STABLE',
      'Unix time in seconds at which the cron job is next due, counted from its last job or else its creation.', nextScheduleTime),
    kube_cronjob_schedule_invalid: gauge('ALPHA',
      'Always 1: nothing can be made of the schedule or the time zone of the cron job.', (c) => scheduleFor(c) ? undefined : 1),
    kube_cronjob_metadata_resource_version: resourceVersion('STABLE'),
    kube_cronjob_spec_successful_job_history_limit: gauge('ALPHA',
      'Succeeded jobs of the cron job that are kept.', (c) => c.spec?.successfulJobsHistoryLimit),
    kube_cronjob_spec_failed_job_history_limit: gauge('ALPHA',
      'Failed jobs of the cron job that are kept.', (c) => c.spec?.failedJobsHistoryLimit),
  },
} satisfies Resource<V1CronJob>;

type CronJob = Received<V1CronJob>;

function scheduleFor({ spec }: CronJob): Schedule | undefined {
  const schedule = spec?.schedule ?? '';
  return scheduleOf(isSet(spec?.timeZone) ? `CRON_TZ=${spec.timeZone} ${schedule}` : schedule);
}

/** A schedule that cannot be read has a family of its own to say so. */
function nextScheduleTime(job: CronJob): number | undefined {
  if (job.spec?.suspend === true) return undefined;
  const from =
    unixSecondsIfSet(job.status?.lastScheduleTime) ??
    unixSecondsIfSet(job.metadata.creationTimestamp);
  return from === undefined ? undefined : scheduleFor(job)?.next(from);
}

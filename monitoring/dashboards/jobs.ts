// The dashboard Jobs: failed jobs, long-running jobs, late CronJobs.
import type { Dashboard, Row } from './model.ts';
import { cluster, cronjob, namespace } from './variables.ts';

const health: Row = {
  title: 'Health',
  panels: [
    {
      kind: 'stat',
      title: 'Failed jobs',
      about:
        'Jobs that failed for good: read their pods’ logs, then delete or rerun them. ' +
        'Those of a CronJob stay until its history limit.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Failed jobs', column: 'Started' },
      query: `
        sum(kube_job_failed{condition="true", namespace=~"$namespace"})
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Running jobs',
      about: 'Jobs with an active pod; the table of running jobs below names them.',
      unit: 'none',
      next: { table: 'Running jobs', column: 'Running for' },
      query: 'count(kube_job_status_active{namespace=~"$namespace"} > 0) or vector(0)',
    },
    {
      kind: 'stat',
      title: 'Longest running job',
      about:
        'Run time of the job that has been running longest. Compare it with earlier runs ' +
        'below before you delete it.',
      unit: 's',
      next: { table: 'Running jobs', column: 'Running for' },
      query: `
        time() - min(
          kube_job_status_start_time{namespace=~"$namespace"}
          and on (namespace, job_name) kube_job_status_active > 0
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Late CronJobs',
      about:
        'CronJobs that should have created a job more than five minutes ago. With the ' +
        'Forbid policy the last run may still be active; otherwise the controller lags.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'CronJobs now', column: 'Next start in' },
      query: `
        count(
          time() - kube_cronjob_next_schedule_time{namespace=~"$namespace", cronjob=~"$cronjob"}
          > 300
          and on (namespace, cronjob) kube_cronjob_spec_suspend == 0
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Suspended CronJobs',
      about: 'CronJobs that are suspended. Resume those that were forgotten.',
      unit: 'none',
      trouble: { near: 1 },
      next: { table: 'CronJobs now', column: 'Suspended' },
      query: `
        sum(kube_cronjob_spec_suspend{namespace=~"$namespace", cronjob=~"$cronjob"})`,
    },
    {
      kind: 'stat',
      title: 'Oldest last success',
      about:
        'Time since the last success of the CronJob whose last success is oldest. Compare ' +
        'it with its schedule below.',
      unit: 's',
      next: { table: 'CronJobs now', column: 'Last success' },
      query: `
        time() - min(
          kube_cronjob_status_last_successful_time{
            namespace=~"$namespace", cronjob=~"$cronjob"
          }
        )`,
    },
  ],
};

const cronJobs: Row = {
  title: 'CronJobs',
  panels: [
    {
      kind: 'table',
      title: 'CronJobs now',
      size: 'few',
      about:
        'A last success before the last start is a run that failed or is still active; a ' +
        'next start in the past is a missed run.',
      keys: { namespace: 'Namespace', cronjob: 'CronJob' },
      links: { namespace: 'namespaces', cronjob: 'jobs' },
      sort: '-Last success',
      columns: [
        {
          labels: { schedule: 'Schedule', concurrency_policy: 'Concurrency policy' },
          query: `
            group by (namespace, cronjob, schedule, concurrency_policy) (
              kube_cronjob_info{namespace=~"$namespace", cronjob=~"$cronjob"}
            )`,
        },
        {
          title: 'Suspended',
          unit: 'none',
          words: { 0: ['no', 'text'], 1: ['yes', 'orange'] },
          query: `
            max by (namespace, cronjob) (
              kube_cronjob_spec_suspend{namespace=~"$namespace", cronjob=~"$cronjob"}
            )`,
        },
        {
          title: 'Running',
          unit: 'none',
          query: `
            max by (namespace, cronjob) (
              kube_cronjob_status_active{namespace=~"$namespace", cronjob=~"$cronjob"}
            )`,
        },
        {
          title: 'Last start',
          unit: 's',
          query: `
            time() - max by (namespace, cronjob) (
              kube_cronjob_status_last_schedule_time{namespace=~"$namespace", cronjob=~"$cronjob"}
            )`,
        },
        {
          title: 'Last success',
          unit: 's',
          query: `
            time() - max by (namespace, cronjob) (
              kube_cronjob_status_last_successful_time{
                namespace=~"$namespace", cronjob=~"$cronjob"
              }
            )`,
        },
        {
          title: 'Next start in',
          unit: 's',
          trouble: { below: -300 },
          query: `
            max by (namespace, cronjob) (
              kube_cronjob_next_schedule_time{namespace=~"$namespace", cronjob=~"$cronjob"}
            ) - time()`,
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Duration of finished runs',
      about:
        'The ten CronJobs with the longest finished run that they keep. One that approaches its ' +
        'period will soon be late or overlap.',
      unit: 's',
      link: 'jobs',
      queries: [
        {
          query: `
            topk(10,
              max by (namespace, owner_name) (
                (
                  kube_job_status_completion_time{namespace=~"$namespace"}
                  - kube_job_status_start_time
                )
                * on (namespace, job_name) group_left (owner_name)
                max by (namespace, job_name, owner_name) (
                  kube_job_owner{owner_kind="CronJob", owner_name=~"$cronjob"}
                )
              )
            )`,
          legend: '{{namespace}}/{{owner_name}}',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Time since the last success',
      about:
        'The ten CronJobs whose success is longest ago. A healthy one draws a regular ' +
        'sawtooth; a growing tooth is a job that fails or is not started.',
      unit: 's',
      link: 'jobs',
      queries: [
        {
          query: `
            topk(10,
              time() - max by (namespace, cronjob) (
                kube_cronjob_status_last_successful_time{
                  namespace=~"$namespace", cronjob=~"$cronjob"
                }
              )
            )`,
          legend: '{{namespace}}/{{cronjob}}',
        },
      ],
    },
  ],
};

const jobRuns: Row = {
  title: 'Jobs',
  panels: [
    {
      kind: 'table',
      title: 'Failed jobs',
      size: 'few',
      about:
        'BackoffLimitExceeded: read the pods’ logs. DeadlineExceeded: the job needs more ' +
        'time or less work.',
      keys: { namespace: 'Namespace', job_name: 'Job' },
      links: { namespace: 'namespaces' },
      sort: 'Started',
      columns: [
        {
          title: 'Started',
          unit: 's',
          query: `
            time() - max by (namespace, job_name) (
              kube_job_status_start_time{namespace=~"$namespace"}
              and on (namespace, job_name) kube_job_failed{condition="true"} == 1
            )`,
        },
        {
          labels: { reason: 'Reason' },
          query: `
            max by (namespace, job_name, reason) (
              kube_job_status_failed{namespace=~"$namespace", reason!=""} > 0
            )`,
        },
        {
          labels: { owner_kind: 'Owner kind', owner_name: 'Owner' },
          query: `
            group by (namespace, job_name, owner_kind, owner_name) (
              kube_job_owner{namespace=~"$namespace"}
              and on (namespace, job_name) kube_job_failed{condition="true"} == 1
            )`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Running jobs',
      size: 'few',
      about:
        'Progress of each running job. Failed pods were retried; a job that runs far ' +
        'longer than before hangs.',
      keys: { namespace: 'Namespace', job_name: 'Job' },
      links: { namespace: 'namespaces' },
      sort: '-Running for',
      columns: [
        {
          title: 'Running for',
          unit: 's',
          query: `
            time() - max by (namespace, job_name) (
              kube_job_status_start_time{namespace=~"$namespace"}
              and on (namespace, job_name) kube_job_status_active > 0
            )`,
        },
        {
          title: 'Pods',
          unit: 'none',
          query: `
            max by (namespace, job_name) (
              kube_job_status_active{namespace=~"$namespace"} > 0
            )`,
        },
        {
          title: 'Succeeded',
          unit: 'none',
          query: `
            max by (namespace, job_name) (
              kube_job_status_succeeded{namespace=~"$namespace"}
              and on (namespace, job_name) kube_job_status_active > 0
            )`,
        },
        {
          title: 'Completions',
          unit: 'none',
          query: `
            max by (namespace, job_name) (
              kube_job_spec_completions{namespace=~"$namespace"}
              and on (namespace, job_name) kube_job_status_active > 0
            )`,
        },
        {
          title: 'Failed pods',
          unit: 'none',
          trouble: { from: 1 },
          query: `
            max by (namespace, job_name) (
              kube_job_status_failed{namespace=~"$namespace"}
              and on (namespace, job_name) kube_job_status_active > 0
            )`,
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Jobs by state',
      about:
        'Complete and failed jobs stay until the history limit or ttlSecondsAfterFinished ' +
        'removes them. A growing count means that nothing removes them.',
      unit: 'short',
      width: 24,
      queries: [
        {
          query: 'count(kube_job_status_active{namespace=~"$namespace"} > 0) or vector(0)',
          legend: 'running',
        },
        {
          query: `
            sum(kube_job_complete{condition="true", namespace=~"$namespace"}) or vector(0)`,
          legend: 'complete',
        },
        {
          query: 'sum(kube_job_failed{condition="true", namespace=~"$namespace"}) or vector(0)',
          legend: 'failed',
        },
      ],
    },
  ],
};

export const jobs: Dashboard = {
  name: 'jobs',
  title: 'Jobs',
  about: 'Which jobs failed or run too long, and which CronJobs are late?',
  variables: [cluster, namespace, cronjob],
  rows: [health, cronJobs, jobRuns],
};

// The dashboard of jobs: which failed, which run too long, and which cron jobs are late.
import type { Dashboard, Row } from './model.ts';
import { cronjob, namespace } from './variables.ts';

const health: Row = {
  title: 'Is it well?',
  panels: [
    {
      kind: 'stat',
      title: 'Jobs that failed',
      about:
        'Jobs that gave up: read their pods’ logs, then delete or run them again; those of a ' +
        'cron job stay until its history is full.',
      unit: 'none',
      trouble: { from: 1 },
      query: `
        sum(kube_job_failed{condition="true", namespace=~"$namespace"})
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Jobs that run',
      about: 'Jobs that have a pod at work now; the table of running jobs below names them.',
      unit: 'none',
      query: 'count(kube_job_status_active{namespace=~"$namespace"} > 0) or vector(0)',
    },
    {
      kind: 'stat',
      title: 'Longest run',
      about:
        'How long the job that has run longest runs by now; compare it with its earlier runs ' +
        'below before you end it.',
      unit: 's',
      query: `
        time() - min(
          kube_job_status_start_time{namespace=~"$namespace"}
          and on (namespace, job_name) kube_job_status_active > 0
        )
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Cron jobs late',
      about:
        'Cron jobs that should have started a job more than five minutes ago: the last one may ' +
        'still run where the policy is Forbid, or the controller is behind.',
      unit: 'none',
      trouble: { from: 1 },
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
      title: 'Cron jobs suspended',
      about:
        'Cron jobs that start nothing because somebody said so; resume those that were forgotten.',
      unit: 'none',
      trouble: { near: 1 },
      query: `
        sum(kube_cronjob_spec_suspend{namespace=~"$namespace", cronjob=~"$cronjob"})`,
    },
    {
      kind: 'stat',
      title: 'Longest without success',
      about:
        'Time since the cron job succeeded whose last success is oldest; compare it with its ' +
        'schedule below.',
      unit: 's',
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
  title: 'Cron jobs',
  panels: [
    {
      kind: 'table',
      title: 'Each cron job now',
      about:
        'A success that lies further back than the last start is a run that failed or still ' +
        'goes on; a next start in the past is a run that was missed.',
      keys: { namespace: 'Namespace', cronjob: 'Cron job' },
      sort: '-Last success',
      columns: [
        {
          labels: { schedule: 'Schedule', concurrency_policy: 'While one runs' },
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
      title: 'How long finished runs took',
      about:
        'The longest of the finished runs that each cron job still has; one that nears its own ' +
        'period will soon be late or run twice at once.',
      unit: 's',
      queries: [
        {
          query: `
            max by (namespace, owner_name) (
              (
                kube_job_status_completion_time{namespace=~"$namespace"}
                - kube_job_status_start_time
              )
              * on (namespace, job_name) group_left (owner_name)
              max by (namespace, job_name, owner_name) (
                kube_job_owner{owner_kind="CronJob", owner_name=~"$cronjob"}
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
        'A healthy cron job draws a saw of even teeth; a tooth that grows is a job that fails or ' +
        'is not started.',
      unit: 's',
      queries: [
        {
          query: `
            time() - max by (namespace, cronjob) (
              kube_cronjob_status_last_successful_time{
                namespace=~"$namespace", cronjob=~"$cronjob"
              }
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
      title: 'Jobs that failed',
      about:
        'BackoffLimitExceeded wants the pods’ logs, DeadlineExceeded more time or less work; an ' +
        'empty table is good news.',
      width: 12,
      keys: { namespace: 'Namespace', job_name: 'Job' },
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
          labels: { owner_kind: 'Made by', owner_name: 'Named' },
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
      title: 'Jobs that run',
      about:
        'How far each running job is: failed pods were tried again, and one that runs far longer ' +
        'than before hangs.',
      width: 12,
      keys: { namespace: 'Namespace', job_name: 'Job' },
      sort: '-Runs for',
      columns: [
        {
          title: 'Runs for',
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
          title: 'Done',
          unit: 'none',
          query: `
            max by (namespace, job_name) (
              kube_job_status_succeeded{namespace=~"$namespace"}
              and on (namespace, job_name) kube_job_status_active > 0
            )`,
        },
        {
          title: 'To do',
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
        'Complete and failed jobs stay until a history or a time to live removes them; a count ' +
        'that only grows is jobs that nobody cleans up.',
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
  about: 'Which jobs failed or run too long, and which cron jobs are late?',
  variables: [namespace, cronjob],
  rows: [health, cronJobs, jobRuns],
};

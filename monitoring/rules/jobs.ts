// Alerts on jobs that failed or do not end, and on cron jobs that do not start theirs.
import type { RuleGroup } from './rule.ts';

export const jobs = {
  name: 'jobs',
  title: 'Jobs and cron jobs',
  recordings: [],
  alerts: [
    {
      alert: 'KubeJobFailed',
      severity: 'warning',
      for: '5m',
      expr: `
        max by (namespace, job_name) (
          kube_job_failed{condition="true"} == 1
          unless on (namespace, job_name)
          (
            label_replace(
              kube_job_owner{owner_kind="CronJob"}, "cronjob", "$1", "owner_name", "(.+)"
            )
            * on (namespace, cronjob) group_left ()
            max by (namespace, cronjob) (kube_cronjob_status_last_successful_time)
            > on (namespace, job_name) group_left ()
            max by (namespace, job_name) (kube_job_status_start_time)
          )
        )`,
      summary: 'Job {namespace}/{job_name} has failed.',
      description:
        'It will not be tried again, and no later run of its cron job has made up for it.',
      steps: [
        'Read why: `kubectl logs --namespace {namespace} job/{job_name}` and `kubectl describe ' +
          'job --namespace {namespace} {job_name}`.',
        'When it is mended, start it again, for a cron job by `kubectl create job ' +
          '--from=cronjob/…`; then delete this one.',
      ],
      because:
        'A failure is final, so it need not last; five minutes let a cron job of every minute ' +
        'make up for it. Old failures that a later success has made up for do not count, though ' +
        'cron jobs keep them.',
    },
    {
      alert: 'KubeJobNotCompleted',
      severity: 'warning',
      for: '5m',
      expr: `
        time() - max by (namespace, job_name) (
          kube_job_status_start_time
          and on (namespace, job_name)
          kube_job_status_active > 0
        )
        > 12 * 3600`,
      summary: 'Job {namespace}/{job_name} has been running for {value|humanizeDuration}.',
      description: 'It hangs, or has more to do than there is time for.',
      steps: [
        'See what it does: `kubectl logs --namespace {namespace} job/{job_name}`.',
        'Give jobs an activeDeadlineSeconds, so that one that hangs ends by itself.',
      ],
      because:
        'What begins in the evening is to be done by the morning. For jobs that are meant to run ' +
        'longer, silence it by namespace or name.',
    },
    {
      alert: 'KubeCronJobMissedSchedule',
      severity: 'warning',
      for: '5m',
      expr: `
        time() - max by (namespace, cronjob) (
          kube_cronjob_next_schedule_time
          and on (namespace, cronjob)
          kube_cronjob_spec_suspend == 0
          unless on (namespace, cronjob)
          kube_cronjob_status_active > 0
        )
        > 300`,
      summary: 'Cron job {namespace}/{cronjob} has missed its schedule.',
      description: 'It was due {value|humanizeDuration} ago, and no job has been started.',
      steps: [
        'See why: `kubectl describe cronjob --namespace {namespace} {cronjob}`. After a hundred ' +
          'missed times, or past startingDeadlineSeconds, it needs a hand.',
        'If there are several, look at kube-controller-manager.',
      ],
      because:
        'The controller looks at every cron job within seconds of its time; ten minutes in all ' +
        'outlast its restart. One whose last job still runs may skip a turn by its own rules.',
    },
    {
      alert: 'KubeCronJobScheduleInvalid',
      severity: 'warning',
      for: '5m',
      expr: 'max by (namespace, cronjob) (kube_cronjob_schedule_invalid) == 1',
      summary: 'Nothing can be made of the schedule of cron job {namespace}/{cronjob}.',
      description: 'Its schedule or its time zone cannot be read, so it never runs.',
      steps: [
        'Correct spec.schedule or spec.timeZone: `kubectl edit cronjob --namespace {namespace} ' +
          '{cronjob}`.',
      ],
      because: 'It stays as it is until somebody corrects it; five minutes are for who is at it.',
    },
  ],
} satisfies RuleGroup;

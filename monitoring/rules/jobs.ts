// Alerts on jobs that failed or do not complete, and on CronJobs that miss their schedule.
import type { RuleGroup } from './rule.ts';

export const jobs = {
  name: 'jobs',
  title: 'Jobs and cron jobs',
  recordings: [],
  alerts: [
    {
      alert: 'KubeJobRunFailed',
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
      summary: 'Job {namespace}/{job_name} failed.',
      description: 'It is not retried, and no later run of its CronJob has succeeded.',
      steps: [
        'Find the cause: `kubectl logs --namespace {namespace} job/{job_name}` and `kubectl ' +
          'describe job --namespace {namespace} {job_name}`.',
        'Once fixed, run it again, for a CronJob with `kubectl create job --from=cronjob/…`. ' +
          'Then delete the failed one.',
      ],
      because:
        'A failure is final, so it need not last; five minutes let a CronJob that runs every ' +
        'minute succeed again. Failures before a later success do not count, though CronJobs ' +
        'keep them.',
      mixin: ['KubeJobFailed'],
    },
    {
      alert: 'KubeJobRunsTooLong',
      severity: 'warning',
      for: '5m',
      expr: `
        time() - max by (namespace, job_name) (
          kube_job_status_start_time
          and on (namespace, job_name)
          kube_job_status_active > 0
        )
        > 12 * 3600
        unless on (namespace, job_name)
        label_replace(
          kube_pod_owner{owner_kind="Job"}
          and on (namespace, pod, uid)
          kube_pod_status_phase{phase="Pending"} == 1,
          "job_name", "$1", "owner_name", "(.+)"
        )`,
      summary: 'Job {namespace}/{job_name} has been running for {value|humanizeDuration}.',
      description: 'It hangs, or it has too much to do.',
      steps: [
        'Read its logs: `kubectl logs --namespace {namespace} job/{job_name}`.',
        'Set activeDeadlineSeconds, so that a hanging job ends by itself.',
      ],
      because:
        'A job that starts in the evening should be done by the morning. Silence it by namespace ' +
        'or name for jobs that are meant to run longer. A pod of it that does not start has an ' +
        'alert of its own.',
      mixin: ['KubeJobNotCompleted'],
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
          unless on (namespace, cronjob)
          kube_cronjob_schedule_invalid == 1
        )
        > 300`,
      summary: 'CronJob {namespace}/{cronjob} missed its schedule.',
      description: 'It was due {value|humanizeDuration} ago, and no job has been created.',
      steps: [
        'Find the cause: `kubectl describe cronjob --namespace {namespace} {cronjob}`. After ' +
          '100 missed runs, or past startingDeadlineSeconds, the controller gives up.',
        'If several are affected, check kube-controller-manager.',
      ],
      because:
        'The controller looks at every CronJob within seconds of its time; ten minutes in all ' +
        'outlast its restart. A CronJob whose last job still runs may skip a run by its ' +
        'concurrencyPolicy.',
    },
    {
      alert: 'KubeCronJobScheduleInvalid',
      severity: 'warning',
      for: '5m',
      expr: 'max by (namespace, cronjob) (kube_cronjob_schedule_invalid) == 1',
      summary: 'CronJob {namespace}/{cronjob} has an invalid schedule.',
      description: 'Its schedule or its time zone cannot be parsed, so it never runs.',
      steps: [
        'Correct spec.schedule or spec.timeZone: `kubectl edit cronjob --namespace {namespace} ' +
          '{cronjob}`.',
      ],
      because: 'It stays invalid until somebody corrects it; five minutes leave time for that.',
    },
  ],
} satisfies RuleGroup;

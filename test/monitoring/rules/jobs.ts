// Cases of jobs and CronJobs.
import type { Case, Series } from './case.ts';

const job = 'namespace="data",job_name="rollup-1"';
const jobLabels = { namespace: 'data', job_name: 'rollup-1' };
const jobPod = 'namespace="data",pod="rollup-1-x",uid="u"';
const cronJob = 'namespace="data",cronjob="rollup"';
const cronLabels = { namespace: 'data', cronjob: 'rollup' };

const failed: Series = {
  [`kube_job_failed{${job},condition="true"}`]: 1,
  [`kube_job_failed{${job},condition="false"}`]: 0,
  [`kube_job_status_start_time{${job}}`]: 100,
};

/** A failed run of a CronJob with its last success at this time. */
const failedRun = (successSeconds: number): Series => ({
  ...failed,
  [`kube_job_owner{${job},owner_kind="CronJob",owner_name="rollup"}`]: 1,
  [`kube_cronjob_status_last_successful_time{${cronJob}}`]: successSeconds,
});

const due = (seconds: number, suspended: number, active: number): Series => ({
  [`kube_cronjob_next_schedule_time{${cronJob}}`]: seconds,
  [`kube_cronjob_spec_suspend{${cronJob}}`]: suspended,
  [`kube_cronjob_status_active{${cronJob}}`]: active,
});

export const jobCases: readonly Case[] = [
  {
    alert: 'KubeJobRunFailed',
    fires: { series: failed, at: 5, labels: jobLabels },
    quiet: [
      {
        because: 'it completed',
        series: { [`kube_job_complete{${job},condition="true"}`]: 1 },
        at: 9,
      },
      { because: 'a later run of its cron job succeeded', series: failedRun(200), at: 30 },
    ],
  },
  {
    alert: 'KubeJobRunFailed',
    fires: { series: failedRun(50), at: 5, labels: jobLabels },
    quiet: [],
  },
  {
    alert: 'KubeJobRunsTooLong',
    fires: {
      series: {
        [`kube_job_status_start_time{${job}}`]: 0,
        [`kube_job_status_active{${job}}`]: 1,
      },
      at: 12 * 60 + 6,
      labels: jobLabels,
      value: '12h 6m 0s',
    },
    quiet: [
      {
        because: 'it completed long ago',
        series: {
          [`kube_job_status_start_time{${job}}`]: 0,
          [`kube_job_status_active{${job}}`]: '1 1 1 0+0x900',
        },
        at: 14 * 60,
      },
      {
        because: 'its pod is pending, and has an alert of its own',
        series: {
          [`kube_job_status_start_time{${job}}`]: 0,
          [`kube_job_status_active{${job}}`]: 1,
          [`kube_pod_owner{${jobPod},owner_kind="Job",owner_name="rollup-1"}`]: 1,
          [`kube_pod_status_phase{${jobPod},phase="Pending"}`]: 1,
        },
        at: 14 * 60,
      },
    ],
  },
  {
    alert: 'KubeCronJobMissedSchedule',
    fires: { series: due(60, 0, 0), at: 12, labels: cronLabels, value: '11m 0s' },
    quiet: [
      { because: 'it is suspended', series: due(60, 1, 0), at: 30 },
      {
        because: 'KubeCronJobScheduleInvalid fires',
        series: { ...due(60, 0, 0), [`kube_cronjob_schedule_invalid{${cronJob}}`]: 1 },
        at: 30,
      },
      { because: 'its last job still runs', series: due(60, 0, 1), at: 30 },
      { because: 'its next run is in the future', series: due(3_600, 0, 0), at: 30 },
    ],
  },
  {
    alert: 'KubeCronJobScheduleInvalid',
    fires: {
      series: { [`kube_cronjob_schedule_invalid{${cronJob}}`]: 1 },
      at: 5,
      labels: cronLabels,
    },
    quiet: [
      {
        because: 'it was corrected',
        series: { [`kube_cronjob_schedule_invalid{${cronJob}}`]: '1 1 stale' },
        at: 5,
      },
    ],
  },
];

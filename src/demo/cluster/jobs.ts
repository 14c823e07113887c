// The Job and CronJob controllers.
import {
  type CronJob,
  controllerReference,
  type Job,
  type Pod,
  type PodTemplate,
} from '../objects.ts';
import { nameSuffix, uuid } from '../random.ts';
import { isActive, isReady, newPod } from './pods.ts';
import { endPod } from './replicasets.ts';
import { keyOf, type World } from './world.ts';

/** The Job of a CronJob for a scheduled time, in minutes since 1970. */
export function newJob(
  cronJob: CronJob,
  minute: number,
  { now, random }: { now: string; random: () => number },
): Job {
  const { name, namespace } = cronJob.metadata;
  const uid = uuid(random);
  const own = { 'batch.kubernetes.io/controller-uid': uid };
  const jobName = `${name}-${minute}`;
  const labels = { ...own, 'batch.kubernetes.io/job-name': jobName };
  const { metadata, spec } = cronJob.spec.jobTemplate;
  const template = spec?.template;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName,
      namespace,
      uid,
      creationTimestamp: now,
      generation: 1,
      labels: { ...metadata?.labels, ...labels },
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': now },
      ownerReferences: [controllerReference(cronJob)],
    },
    spec: {
      parallelism: 1,
      completions: 1,
      completionMode: 'NonIndexed',
      backoffLimit: 6,
      suspend: false,
      podReplacementPolicy: 'TerminatingOrFailed',
      ...spec,
      selector: { matchLabels: own },
      template: {
        ...template,
        metadata: {
          ...template?.metadata,
          labels: { ...template?.metadata?.labels, ...labels },
        },
        spec: template?.spec,
      },
    },
    status: {},
  };
}

/** Creates a pod of a Job. */
export function newWorker(job: Job, { now, random }: { now: string; random: () => number }): Pod {
  const { name, namespace = '' } = job.metadata;
  const template = job.spec.template as PodTemplate;
  const podName = `${name}-${nameSuffix(random)}`;
  return newPod({ name: podName, namespace, owner: job, template, random, now });
}

type Condition = NonNullable<Job['status']['conditions']>[number];

/** `Complete` or `Failed` if the Job has finished. */
export const endOf = ({ status }: Job): string | undefined =>
  status.conditions?.find(
    ({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed'),
  )?.type;

/** The status of a Job, including its end. */
export function jobStatus(job: Job, pods: readonly Pod[], now: string): Job['status'] {
  if (endOf(job) !== undefined) return job.status;
  const active = pods.filter(isActive);
  const count = (phase: string): number =>
    pods.filter(({ status }) => status.phase === phase).length;
  const succeeded = count('Succeeded');
  const failed = count('Failed');
  const { completions = 1, backoffLimit = 6 } = job.spec;
  const status: Job['status'] = {
    startTime: job.status.startTime ?? now,
    active: active.length || undefined,
    ready: active.filter(isReady).length,
    succeeded: succeeded || undefined,
    failed: failed || undefined,
    terminating: pods.filter(({ metadata }) => metadata.deletionTimestamp).length,
    uncountedTerminatedPods: {},
  };
  if (succeeded >= completions) {
    const reason = 'CompletionsReached';
    const message = 'Reached expected number of succeeded pods';
    const types = ['SuccessCriteriaMet', 'Complete'];
    status.completionTime = now;
    status.conditions = types.map((type) => conditionOf(type, { reason, message }, now));
  } else if (failed > backoffLimit && active.length === 0) {
    const reason = 'BackoffLimitExceeded';
    const message = 'Job has reached the specified backoff limit';
    const types = ['FailureTarget', 'Failed'];
    status.conditions = types.map((type) => conditionOf(type, { reason, message }, now));
  }
  return status;
}

function conditionOf(
  type: string,
  said: { reason: string; message: string },
  now: string,
): Condition {
  return { type, status: 'True', lastProbeTime: now, lastTransitionTime: now, ...said };
}

/** Creates or deletes pods as needed, and updates the status. */
export function reconcileJob(job: Job, world: World): void {
  if (endOf(job) !== undefined) return;
  const pods = world.owned<Pod>('pods', job);
  const active = pods.filter(isActive);
  const { parallelism = 1, completions = 1, backoffLimit = 6, suspend } = job.spec;
  const inPhase = (phase: string): number =>
    pods.filter(({ status }) => status.phase === phase).length;
  const givenUp = inPhase('Failed') > backoffLimit || suspend === true;
  const open = Math.max(completions - inPhase('Succeeded'), 0);
  const needed = givenUp ? 0 : Math.min(parallelism, open);
  for (let count = active.length; count < needed; count++) world.create(newWorker(job, world));
  for (const pod of active.slice(needed)) endPod(pod, world);
  const status = jobStatus(job, world.owned<Pod>('pods', job), world.now);
  world.update({ ...job, status });
}

/** The status of a CronJob. */
export function cronJobStatus(cronJob: CronJob, jobs: readonly Job[]): CronJob['status'] {
  const active = jobs.filter((job) => endOf(job) === undefined);
  const done = jobs.map(({ status }) => status.completionTime ?? '').sort();
  const last = [cronJob.status.lastSuccessfulTime ?? '', ...done].sort().at(-1);
  return {
    ...cronJob.status,
    active:
      active.length === 0
        ? undefined
        : active.map(({ apiVersion, kind, metadata }) => ({
            apiVersion,
            kind,
            name: metadata.name,
            namespace: metadata.namespace,
            uid: metadata.uid,
          })),
    ...(last !== '' && { lastSuccessfulTime: last }),
  };
}

/** Deletes Jobs beyond the history limits, and updates the status. */
export function reconcileCronJob(cronJob: CronJob, world: World): void {
  const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cronJob.spec;
  const limits = [
    ['Complete', successfulJobsHistoryLimit],
    ['Failed', failedJobsHistoryLimit],
  ] as const;
  for (const [end, limit] of limits) {
    const ended = world.owned<Job>('jobs', cronJob).filter((job) => endOf(job) === end);
    const newestFirst = ended.sort((a, b) => (bornOf(a) < bornOf(b) ? 1 : -1));
    for (const job of newestFirst.slice(limit)) world.remove('jobs', job);
  }
  const status = cronJobStatus(cronJob, world.owned<Job>('jobs', cronJob));
  world.update({ ...cronJob, status });
}

/** Creates the Job of a scheduled time, unless the CronJob is suspended or has an active Job. */
export function startJob(cronJob: CronJob, minute: number, world: World): void {
  const { suspend, concurrencyPolicy } = cronJob.spec;
  const busy = (cronJob.status.active?.length ?? 0) > 0;
  if (suspend || (busy && concurrencyPolicy === 'Forbid')) return;
  const job = newJob(cronJob, minute, world);
  if (world.get('jobs', keyOf(job)) !== undefined) return;
  world.update({ ...cronJob, status: { ...cronJob.status, lastScheduleTime: world.now } });
  world.create(job);
}

const bornOf = ({ metadata }: Job): string => metadata.creationTimestamp ?? '';

const minuteMs = 60_000;

/** The period of a schedule, and its offset from midnight. */
export interface Period {
  readonly everyMs: number;
  readonly offsetMs: number;
}

/**
 * Parses the two forms of schedules in the simulated cluster, every n minutes and once a day;
 * `undefined` for others, which never run.
 */
export function periodOf(schedule: string): Period | undefined {
  const [, minutes] = /^\*\/(\d+) \* \* \* \*$/.exec(schedule) ?? [];
  if (minutes !== undefined) return { everyMs: Number(minutes) * minuteMs, offsetMs: 0 };
  const [, minute, hour] = /^(\d+) (\d+) \* \* \*$/.exec(schedule) ?? [];
  if (minute === undefined || hour === undefined) return undefined;
  const offsetMs = (Number(hour) * 60 + Number(minute)) * minuteMs;
  return { everyMs: 24 * 60 * minuteMs, offsetMs };
}

/** The first scheduled time after `ms`. */
export function nextDue({ everyMs, offsetMs }: Period, ms: number): number {
  return (Math.floor((ms - offsetMs) / everyMs) + 1) * everyMs + offsetMs;
}

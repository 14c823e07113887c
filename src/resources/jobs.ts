// Jobs: their settings, pods by outcome, start and completion.
import type { V1Job } from '@kubernetes/client-node';
import { type Emit, metadata, noLabel, type SectionOf, spec, status } from '../metrics/family.ts';
import type { Received } from '../metrics/object.ts';
import type { Resource } from '../metrics/resource.ts';
import {
  annotations,
  created,
  deletionTimestamp,
  labels,
  ownersAndController,
} from '../metrics/stock.ts';
import { unixSeconds } from '../metrics/time.ts';
import { conditionStates, emitCondition, flag, ifSet } from './conditions.ts';

// biome-ignore format: a table, a row each
export const jobs = {
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (j) => j.metadata.namespace,
    job_name: (j) => j.metadata.name,
  },
  families: {
    kube_job_annotations: annotations('ALPHA'),
    kube_job_labels: labels('STABLE'),
    kube_job_info: metadata.gauge('STABLE',
      'Always 1: the job exists.', () => 1),
    kube_job_created: created('STABLE'),
    kube_job_spec_parallelism: spec.gauge('STABLE',
      'Maximum number of pods that the job runs at the same time.', (s) => s?.parallelism),
    kube_job_spec_completions: spec.gauge('STABLE',
      'Number of pods that must succeed for the job to complete.', (s) => s?.completions),
    kube_job_spec_active_deadline_seconds: spec.gauge('STABLE',
      'Seconds that the job may be active before it is terminated.', (s) => s?.activeDeadlineSeconds),
    kube_job_status_succeeded: status.gauge('STABLE',
      'Number of pods of the job that succeeded.', (s) => s?.succeeded ?? 0),
    kube_job_status_failed: status.gauges('STABLE',
      'Number of failed pods of the job; of a job that failed for a known reason, 1 for that reason and 0 for the others.', ['reason'], emitFailed),
    kube_job_status_active: status.gauge('STABLE',
      'Number of active pods of the job: pending or running, and not terminating.', (s) => s?.active ?? 0),
    kube_job_status_ready: status.gauge('ALPHA',
      'Number of ready pods of the job.', (s) => s?.ready ?? 0),
    kube_job_complete: status.stateSet('STABLE',
      'Whether the Complete condition of the job has this status: 1 if so, else 0.', ['condition'], conditionStates,
      (s, emit) => emitCondition(s?.conditions, 'Complete', emit)),
    kube_job_failed: status.stateSet('STABLE',
      'Whether the Failed condition of the job has this status: 1 if so, else 0.', ['condition'], conditionStates,
      (s, emit) => emitCondition(s?.conditions, 'Failed', emit)),
    kube_job_status_start_time: status.gauge('STABLE',
      'Unix time in seconds at which the job started, or was last resumed.', (s) => ifSet(s?.startTime, unixSeconds)),
    kube_job_status_completion_time: status.gauge('STABLE',
      'Unix time in seconds at which the job completed.', (s) => ifSet(s?.completionTime, unixSeconds)),
    kube_job_status_suspended: status.gauges('ALPHA',
      'Whether the job is suspended: 1 if so, 0 once it has been resumed.', [], (s, emit) => {
        for (const { type, status } of s?.conditions ?? []) {
          if (type === 'Suspended') emit(flag(status === 'True'));
        }
      }),
    kube_job_owner: ownersAndController('STABLE'),
    kube_job_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1Job>;

const failureReasons = ['BackoffLimitExceeded', 'DeadlineExceeded', 'Evicted'] as const;

/** The number of failed pods has no reason, unless the job itself failed for a known reason. */
function emitFailed(s: SectionOf<Received<V1Job>, 'status'>, emit: Emit<['reason']>): void {
  const failed = s?.failed ?? 0;
  if (failed === 0) {
    emit(0, noLabel);
    return;
  }
  const reasons = (s?.conditions ?? [])
    .filter(({ type }) => type === 'Failed')
    .map(({ reason }) => reason ?? '');
  for (const reason of reasons) {
    for (const known of failureReasons) emit(flag(reason === known), known);
  }
  if (!reasons.some((reason) => failureReasons.some((known) => known === reason))) {
    emit(failed, '');
  }
}

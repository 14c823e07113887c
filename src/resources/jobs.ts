// Jobs: how many pods they run, and how those and the whole ended.
import type { V1Job } from '@kubernetes/client-node';
import { type Emit, gauge, gauges, metadataGauge, noLabel } from '../metrics/family.ts';
import type { Received } from '../metrics/object.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, labels, ownersAndController } from '../metrics/stock.ts';
import { unixSeconds } from '../metrics/time.ts';
import { emitEach, emitStatuses, flag, ifSet } from './conditions.ts';

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
    kube_job_info: metadataGauge('STABLE',
      'Always 1: the job exists.', () => 1),
    kube_job_created: created('STABLE'),
    kube_job_spec_parallelism: gauge('STABLE',
      'Most pods that the job runs at a time.', (j) => j.spec?.parallelism),
    kube_job_spec_completions: gauge('STABLE',
      'Pods that must succeed for the job to be done.', (j) => j.spec?.completions),
    kube_job_spec_active_deadline_seconds: gauge('STABLE',
      'Seconds that the job may run before it is stopped.', (j) => j.spec?.activeDeadlineSeconds),
    kube_job_status_succeeded: gauge('STABLE',
      'Pods of the job that succeeded.', (j) => j.status?.succeeded ?? 0),
    kube_job_status_failed: gauges('STABLE',
      'Pods of the job that failed; where the job failed for a known reason, 1 for that reason and 0 for the others.', ['reason'], emitFailed),
    kube_job_status_active: gauge('STABLE',
      'Pods of the job that are running or about to.', (j) => j.status?.active ?? 0),
    kube_job_status_ready: gauge('ALPHA',
      'Pods of the job that pass their readiness checks.', (j) => j.status?.ready ?? 0),
    kube_job_complete: gauges('STABLE',
      'Whether the completion of the job has the status that the label names: 1 if so, else 0.', ['condition'],
      (j, emit) => emitStatuses(j.status?.conditions, 'Complete', emit)),
    kube_job_failed: gauges('STABLE',
      'Whether the failure of the job has the status that the label names: 1 if so, else 0.', ['condition'],
      (j, emit) => emitStatuses(j.status?.conditions, 'Failed', emit)),
    kube_job_status_start_time: gauge('STABLE',
      'Unix time in seconds at which the job was taken up, for a resumed job the last time.', (j) => ifSet(j.status?.startTime, unixSeconds)),
    kube_job_status_completion_time: gauge('STABLE',
      'Unix time in seconds at which the job was done.', (j) => ifSet(j.status?.completionTime, unixSeconds)),
    kube_job_status_suspended: gauges('ALPHA',
      'Whether the job is suspended: 1 if so, 0 if it has been resumed.', [], (j, emit) => {
        for (const { type, status } of j.status?.conditions ?? []) {
          if (type === 'Suspended') emit(flag(status === 'True'));
        }
      }),
    kube_job_owner: ownersAndController('STABLE'),
  },
} satisfies Resource<V1Job>;

const failureReasons = ['BackoffLimitExceeded', 'DeadlineExceeded', 'Evicted'] as const;

/** How many pods failed is told without a reason only while the job has not failed for a known one. */
function emitFailed({ status }: Received<V1Job>, emit: Emit<['reason']>): void {
  const failed = status?.failed ?? 0;
  if (failed === 0) {
    emit(0, noLabel);
    return;
  }
  const reasons = (status?.conditions ?? [])
    .filter(({ type }) => type === 'Failed')
    .map(({ reason }) => reason ?? '');
  for (const reason of reasons) emitEach(failureReasons, reason, emit);
  if (!reasons.some((reason) => failureReasons.some((known) => known === reason))) {
    emit(failed, '');
  }
}

// HorizontalPodAutoscalers: bounds, targets, observed metrics and replicas.
import type { V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import { type Emit, noLabel, spec, status } from '../metrics/family.ts';
import { approximateQuantity, quantity } from '../metrics/quantity.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, generation, labels } from '../metrics/stock.ts';
import { conditionStates, emitConditions, ifSet, isSet } from './conditions.ts';

const measured = ['metric_name', 'metric_target_type', 'container'] as const;

// biome-ignore format: a table, a row each
export const horizontalpodautoscalers = {
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (h) => h.metadata.namespace,
    horizontalpodautoscaler: (h) => h.metadata.name,
  },
  families: {
    kube_horizontalpodautoscaler_info: spec.info('ALPHA',
      'Always 1: the workload that the HorizontalPodAutoscaler scales.', {
        // The only one of the three labels that KSM omits if it is empty.
        scaletargetref_api_version: (s) => s?.scaleTargetRef?.apiVersion || noLabel,
        scaletargetref_kind: (s) => s?.scaleTargetRef?.kind,
        scaletargetref_name: (s) => s?.scaleTargetRef?.name,
      }),
    kube_horizontalpodautoscaler_metadata_generation: generation('STABLE'),
    kube_horizontalpodautoscaler_spec_max_replicas: spec.gauge('STABLE',
      'Maximum number of replicas that the HorizontalPodAutoscaler may set.', (s) => s?.maxReplicas ?? 0),
    kube_horizontalpodautoscaler_spec_min_replicas: spec.gauge('STABLE',
      'Minimum number of replicas that the HorizontalPodAutoscaler may set.', (s) => s?.minReplicas ?? minReplicasUnset),
    kube_horizontalpodautoscaler_spec_target_metric: spec.gauges('ALPHA',
      'Target of a metric of the HorizontalPodAutoscaler: a value, an average per pod, or a utilization in percent of requests.', measured,
      (s, emit) => emitMetrics(s?.metrics, emit)),
    kube_horizontalpodautoscaler_spec_behavior_scale_down_tolerance: spec.gauge('ALPHA',
      'Ratio by which a metric may be below its target before the HorizontalPodAutoscaler scales down: 0.1 is 10 %.', (s) => ifSet(s?.behavior?.scaleDown?.tolerance, approximateQuantity)),
    kube_horizontalpodautoscaler_spec_behavior_scale_up_tolerance: spec.gauge('ALPHA',
      'Ratio by which a metric may exceed its target before the HorizontalPodAutoscaler scales up: 0.1 is 10 %.', (s) => ifSet(s?.behavior?.scaleUp?.tolerance, approximateQuantity)),
    kube_horizontalpodautoscaler_status_target_metric: status.gauges('STABLE',
      'Last observed value of a metric of the HorizontalPodAutoscaler: a value, an average per pod, or a utilization in percent of requests.', measured,
      (s, emit) => emitMetrics(s?.currentMetrics, emit)),
    kube_horizontalpodautoscaler_status_current_replicas: status.gauge('STABLE',
      'Number of replicas that the HorizontalPodAutoscaler last observed.', (s) => s?.currentReplicas ?? 0),
    kube_horizontalpodautoscaler_status_desired_replicas: status.gauge('STABLE',
      'Number of replicas that the HorizontalPodAutoscaler last asked for.', (s) => s?.desiredReplicas ?? 0),
    kube_horizontalpodautoscaler_annotations: annotations('ALPHA'),
    kube_horizontalpodautoscaler_labels: labels('STABLE'),
    kube_horizontalpodautoscaler_status_condition: status.stateSet('STABLE',
      'Whether a condition of the HorizontalPodAutoscaler has this status: 1 if so, else 0.', ['condition', 'status'], conditionStates,
      (s, emit) => emitConditions(s?.conditions, emit)),
    kube_horizontalpodautoscaler_created: created('ALPHA'),
    kube_horizontalpodautoscaler_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
} satisfies Resource<V2HorizontalPodAutoscaler>;

/** The API's default of spec.minReplicas. */
const minReplicasUnset = 1;

/** A metric of the spec, with a target, or of the status, with a current value. */
interface Metric {
  readonly type: string;
  readonly containerResource?: Source | null;
  readonly external?: Source | null;
  readonly object?: Source | null;
  readonly pods?: Source | null;
  readonly resource?: Source | null;
}

/** Resource metrics have a `name`, other metrics are named in `metric`. */
interface Source {
  readonly name?: string;
  readonly metric?: { readonly name: string } | null;
  readonly container?: string;
  readonly target?: Amounts | null;
  readonly current?: Amounts | null;
}

interface Amounts {
  readonly value?: string | null;
  readonly averageValue?: string | null;
  readonly averageUtilization?: number | null;
}

/** One sample for each of value, averageValue and averageUtilization that is set. */
function emitMetrics(
  metrics: readonly Metric[] | null | undefined,
  emit: Emit<typeof measured>,
): void {
  for (const metric of metrics ?? []) {
    const source = sourceOf(metric);
    if (!source) continue;
    const name = source.name ?? source.metric?.name;
    const { value, averageValue, averageUtilization } = source.target ?? source.current ?? {};
    if (isSet(value)) emit(quantity(value), name, 'value', source.container);
    if (isSet(averageValue)) emit(quantity(averageValue), name, 'average', source.container);
    if (isSet(averageUtilization)) emit(averageUtilization, name, 'utilization', source.container);
  }
}

/** The one of five sources that the metric's type names. */
function sourceOf(metric: Metric): Source | null | undefined {
  switch (metric.type) {
    case 'ContainerResource':
      return metric.containerResource;
    case 'External':
      return metric.external;
    case 'Object':
      return metric.object;
    case 'Pods':
      return metric.pods;
    case 'Resource':
      return metric.resource;
    default:
      return undefined;
  }
}

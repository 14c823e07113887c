// Horizontal pod autoscalers: their bounds, what they aim at, and what they measure.
import type { V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import { type Emit, gauge, gauges, info } from '../metrics/family.ts';
import { quantity } from '../metrics/quantity.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, generation, labels } from '../metrics/stock.ts';
import { emitConditions, ifSet, isSet } from './conditions.ts';

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
    kube_horizontalpodautoscaler_info: info('ALPHA',
      'Always 1: what the autoscaler scales.', {
        scaletargetref_api_version: (h) => h.spec?.scaleTargetRef?.apiVersion,
        scaletargetref_kind: (h) => h.spec?.scaleTargetRef?.kind,
        scaletargetref_name: (h) => h.spec?.scaleTargetRef?.name,
      }),
    kube_horizontalpodautoscaler_metadata_generation: generation('STABLE'),
    kube_horizontalpodautoscaler_spec_max_replicas: gauge('STABLE',
      'Most replicas to which the autoscaler may scale.', (h) => h.spec?.maxReplicas ?? 0),
    kube_horizontalpodautoscaler_spec_min_replicas: gauge('STABLE',
      'Fewest replicas to which the autoscaler may scale.', (h) => h.spec?.minReplicas ?? minReplicasUnset),
    kube_horizontalpodautoscaler_spec_target_metric: gauges('ALPHA',
      'Value at which the autoscaler tries to hold a metric: in all, on average for each pod, or in percent of what is requested.', measured,
      (h, emit) => emitMetrics(h.spec?.metrics, emit)),
    kube_horizontalpodautoscaler_spec_behavior_scale_down_tolerance: gauge('ALPHA',
      'Share by which a metric may fall short of its target before the autoscaler removes replicas.', (h) => ifSet(h.spec?.behavior?.scaleDown?.tolerance, quantity)),
    kube_horizontalpodautoscaler_spec_behavior_scale_up_tolerance: gauge('ALPHA',
      'Share by which a metric may exceed its target before the autoscaler adds replicas.', (h) => ifSet(h.spec?.behavior?.scaleUp?.tolerance, quantity)),
    kube_horizontalpodautoscaler_status_target_metric: gauges('STABLE',
      'Value that the autoscaler last saw of a metric: in all, on average for each pod, or in percent of what is requested.', measured,
      (h, emit) => emitMetrics(h.status?.currentMetrics, emit)),
    kube_horizontalpodautoscaler_status_current_replicas: gauge('STABLE',
      'Replicas that the autoscaler last saw.', (h) => h.status?.currentReplicas ?? 0),
    kube_horizontalpodautoscaler_status_desired_replicas: gauge('STABLE',
      'Replicas that the autoscaler last asked for.', (h) => h.status?.desiredReplicas ?? 0),
    kube_horizontalpodautoscaler_annotations: annotations('ALPHA'),
    kube_horizontalpodautoscaler_labels: labels('STABLE'),
    kube_horizontalpodautoscaler_status_condition: gauges('STABLE',
      'Whether a condition of the autoscaler has the status that the label names: 1 if so, else 0.', ['condition', 'status'],
      (h, emit) => emitConditions(h.status?.conditions, emit)),
    kube_horizontalpodautoscaler_created: created('ALPHA'),
    kube_horizontalpodautoscaler_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
} satisfies Resource<V2HorizontalPodAutoscaler>;

/** What the API takes for the fewest replicas where nothing is said. */
const minReplicasUnset = 1;

/** A metric as the spec has it, with a target, and as the status has it, with a current value. */
interface Metric {
  readonly type: string;
  readonly containerResource?: Source | null;
  readonly external?: Source | null;
  readonly object?: Source | null;
  readonly pods?: Source | null;
  readonly resource?: Source | null;
}

/** Resources of containers have their name, other metrics are named in `metric`. */
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

/** One sample for each way in which a metric is given; there may be none, or all three. */
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

/** Of the five sources that a metric may have, the one that its type names. */
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

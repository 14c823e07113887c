// Pods made up to be counted: resources of every kind, in specs and statuses that need not agree.
import type { V1Pod } from '@kubernetes/client-node';
import fc, { type Arbitrary } from 'fast-check';
import type { SampleRow } from '../../src/metrics/family.ts';
import type { Received } from '../../src/metrics/object.ts';
import { pods } from '../../src/resources/pods.ts';

const itemsMax = 3;

const resource = fc.constantFrom(
  'cpu',
  'memory',
  'ephemeral-storage',
  'hugepages-2Mi',
  'nvidia.com/gpu',
  'attachable-volumes-aws-ebs',
);
/** Amounts as people write them, and some that need every digit. */
const amount = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('0', '1', '100m', '250m', '1500m', '2', '0.5', '1e3') },
  { weight: 3, arbitrary: fc.constantFrom('64Mi', '128Mi', '1Gi', '1.5Gi', '500M', '1E', '1Ki') },
  { weight: 2, arbitrary: fc.nat(5_000).map((milli) => `${milli}m`) },
  { weight: 1, arbitrary: fc.nat(2 ** 31 - 1).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('1n', '333333333n', '7u', '9223372036854775807', '20E', '8Ei', '-1'),
  },
);
const amounts = fc.dictionary(resource, amount, { maxKeys: itemsMax });
/** A field may also be absent or null. */
const maybe = <T>(arbitrary: Arbitrary<T>): Arbitrary<T | null | undefined> =>
  fc.oneof(
    { weight: 6, arbitrary },
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
const requirements = fc.record({ requests: maybe(amounts), limits: maybe(amounts) });

/** So few names that a status often is one of a container, and sometimes of two. */
const container = (letter: string) =>
  fc.record({
    name: fc.nat(itemsMax).map((n) => `${letter}${n}`),
    resources: maybe(requirements),
    restartPolicy: fc.constantFrom(undefined, null, 'Always', 'OnFailure'),
  });
const statusOf = (letter: string) =>
  fc.record({
    name: fc.nat(itemsMax).map((n) => `${letter}${n}`),
    resources: maybe(requirements),
    allocatedResources: maybe(amounts),
  });
const some = <T>(arbitrary: Arbitrary<T>) => maybe(fc.array(arbitrary, { maxLength: itemsMax }));

const condition = fc.record({
  type: fc.constantFrom('PodResizePending', 'PodResizePending', 'PodResizeInProgress', 'Ready'),
  status: fc.constantFrom('True', 'False'),
  reason: fc.constantFrom(undefined, 'Deferred', 'Infeasible', 'Infeasible', 'Error'),
});

/** Pods as Kubernetes' decoder takes them; the API server would refuse some. */
export const countedPods = fc.record({
  metadata: fc.constant({ name: 'made-up' }),
  spec: fc.record({
    containers: some(container('c')),
    initContainers: some(container('i')),
    resources: maybe(requirements),
    overhead: maybe(amounts),
  }),
  status: fc.record({
    conditions: some(condition),
    containerStatuses: some(statusOf('c')),
    initContainerStatuses: some(fc.oneof(statusOf('i'), statusOf('c'))),
    resources: maybe(requirements),
    allocatedResources: maybe(amounts),
  }),
});

export type CountedPod = typeof countedPods extends Arbitrary<infer Pod> ? Pod : never;

/** What the scheduler counts for a pod: a decimal number for each resource. */
export interface Counted {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

/** The samples of the two families for a pod, by resource. */
export function samplesOf(pod: CountedPod): Record<keyof Counted, Record<string, number>> {
  const { kube_pod_resource_request: requests, kube_pod_resource_limit: limits } = pods.families;
  return { requests: valuesOf(requests, pod), limits: valuesOf(limits, pod) };
}

type Row = SampleRow<Received<V1Pod>>;

function valuesOf({ labels, collect }: Row, pod: CountedPod): Record<string, number> {
  const values: Record<string, number> = {};
  const resource = labels.indexOf('resource');
  collect(pod as unknown as Received<V1Pod>, (value, ...given) => {
    values[String(given[resource])] = value;
  });
  return values;
}

/** The samples that belong to what the scheduler counted: resources of 0 have none. */
export function samplesExpected({ requests, limits }: Counted): ReturnType<typeof samplesOf> {
  return { requests: nonZero(requests), limits: nonZero(limits) };
}

const nonZero = (decimals: Readonly<Record<string, string>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(decimals)
      .map(([resource, decimal]) => [resource, Number(decimal)] as const)
      .filter(([, value]) => value !== 0),
  );

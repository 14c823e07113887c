// Events as an API server has them, for tests.
import type { ApiObject } from '../../src/demo/objects.ts';

interface Occurring {
  readonly namespace?: string;
  readonly reason: string;
  readonly count: number;
  readonly labels?: Record<string, string>;
}

/** As old clients write it, or with `inSeries` as new ones do. */
export const eventOf = (
  name: string,
  { namespace = 'x', reason, count, labels = {} }: Occurring,
  inSeries = false,
) =>
  ({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name, namespace, labels },
    regarding: { kind: 'Pod', namespace, name },
    reason,
    type: 'Normal',
    ...(inSeries ? { series: { count } } : { deprecatedCount: count }),
  }) satisfies ApiObject & Record<string, unknown>;

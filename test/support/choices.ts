// What flags say where none is given: noChoices of families, everything of the cluster.
import type { Choices } from '../../src/metrics/select.ts';
import type { scopeOf } from '../../src/sync/scope.ts';

export const noChoices: Choices = {
  resources: [],
  metricAllowlist: [],
  metricDenylist: [],
  metricOptInList: [],
  metricLabelsAllowlist: undefined,
  metricAnnotationsAllowlist: undefined,
};

export const everything: Parameters<typeof scopeOf>[0] = {
  resources: [],
  namespaces: [],
  'namespaces-denylist': [],
  node: [],
  'track-unscheduled-pods': false,
  shard: 0,
  'total-shards': 1,
  'server-side-sharding': 'false',
};

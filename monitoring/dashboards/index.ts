// All dashboards, in the order in which an on-call engineer reads them.
import { cluster } from './cluster.ts';
import { customResources } from './customResources.ts';
import { jobs } from './jobs.ts';
import { kubestate } from './kubestate.ts';
import type { Dashboard } from './model.ts';
import { namespaces } from './namespaces.ts';
import { pods } from './pods.ts';
import { storage } from './storage.ts';
import { workloads } from './workloads.ts';

export const dashboards: readonly Dashboard[] = [
  cluster,
  workloads,
  pods,
  namespaces,
  storage,
  jobs,
  customResources,
  kubestate,
];

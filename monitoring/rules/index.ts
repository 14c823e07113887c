// All rule groups. Each is a file of the chart and a chapter of docs/alerts.md.
import { capacity } from './capacity.ts';
import { cluster } from './cluster.ts';
import { customResources } from './customResources.ts';
import { jobs } from './jobs.ts';
import { kubestate } from './kubestate.ts';
import { nodes } from './nodes.ts';
import { pods } from './pods.ts';
import { rollouts } from './rollouts.ts';
import type { RuleGroup } from './rule.ts';
import { scaling } from './scaling.ts';
import { storage } from './storage.ts';

export const ruleGroups: readonly RuleGroup[] = [
  pods,
  rollouts,
  nodes,
  capacity,
  jobs,
  storage,
  scaling,
  cluster,
  customResources,
  kubestate,
];

// The variants of the plain manifests, and the objects of each.
import { leaderElectionRules, shardingRules } from '../../../src/app/rules.ts';
import { leaderLabel } from '../../../src/leader/label.ts';
import type { ChartFacts } from '../chart.ts';
import { defaultsOf, rulesOf, type Tables, tablesWhere } from '../rules.ts';
import {
  daemonSet,
  deployment,
  disruptionBudget,
  grant,
  type Manifest,
  type Metadata,
  namespaceObject,
  type Program,
  selectorOf,
  service,
  serviceAccount,
  statefulSet,
} from './objects.ts';

const NAME = 'kube-state-metrics';
const NAMESPACE = 'kube-system';
/** Example namespaces of the variant `limited`; every cluster has them. */
const LIMITED_TO = ['default', NAMESPACE];

/** The objects of a variant, by file name. */
export type Files = Readonly<Record<string, Manifest>>;

/** The folder of a variant, below rbac/; '' is rbac/ itself. */
export type Folder = '' | 'autosharding' | 'daemonsetsharding' | 'limited' | 'high-availability';

/** What all variants share. */
interface Parts {
  readonly program: Program;
  /** The default resources. */
  readonly tables: Tables;
  /** The metadata of an object; without a namespace for cluster-scoped ones. */
  readonly called: (name: string, namespace?: string) => Metadata;
}

/** All variants; each is complete. */
export function variantsOf(
  tables: Tables,
  { appVersion, version, image }: ChartFacts,
): Record<Folder, Files> {
  const called: Parts['called'] = (name, namespace) => ({
    name,
    ...(namespace !== undefined && { namespace }),
    labels: {
      'app.kubernetes.io/component': 'exporter',
      'app.kubernetes.io/name': name,
      'app.kubernetes.io/version': appVersion,
    },
  });
  const parts: Parts = { program: { image, version }, tables: defaultsOf(tables), called };
  return {
    '': standard(parts),
    autosharding: autosharding(parts),
    daemonsetsharding: daemonsetSharding(parts),
    limited: limited(parts),
    'high-availability': highAvailability(parts),
  };
}

/** A ServiceAccount with cluster-wide list and watch on the resources of the tables. */
function reader({ called }: Parts, account: Metadata, tables: Tables, file = ''): Files {
  const { role, binding } = grant(called(account.name), rulesOf(tables), account);
  return {
    [`${file}service-account.yaml`]: serviceAccount(account),
    [`${file}cluster-role.yaml`]: role,
    [`${file}cluster-role-binding.yaml`]: binding,
  };
}

function standard(parts: Parts): Files {
  const metadata = parts.called(NAME, NAMESPACE);
  return {
    ...reader(parts, metadata, parts.tables),
    'deployment.yaml': deployment({ metadata, account: metadata, program: parts.program }),
    'service.yaml': service(metadata, selectorOf(metadata)),
  };
}

const POD_NAMES = { POD_NAME: 'metadata.name', POD_NAMESPACE: 'metadata.namespace' };

/** A StatefulSet; the ordinal of a pod is its shard. */
function autosharding(parts: Parts): Files {
  const metadata = parts.called(NAME, NAMESPACE);
  const { role, binding } = grant(metadata, shardingRules(NAME), metadata);
  const args = [
    '--pod=$(POD_NAME)',
    '--pod-namespace=$(POD_NAMESPACE)',
    // The one word to change for an API server that selects the objects of a shard.
    '--server-side-sharding=false',
  ];
  const workload = { metadata, account: metadata, program: parts.program, args, env: POD_NAMES };
  return {
    ...reader(parts, metadata, parts.tables),
    'role.yaml': role,
    'role-binding.yaml': binding,
    'statefulset.yaml': statefulSet(workload, 2),
    'service.yaml': service(metadata, selectorOf(metadata)),
  };
}

/** Measured with 38 pods: 100 MB resident, 110 MB at start, 7m CPU with a scrape per second. */
const ofFewPods = { cpu: '10m', memory: '128Mi' };

/** A DaemonSet for the pods of each node; Deployments for unscheduled pods and other resources. */
function daemonsetSharding(parts: Parts): Files {
  const { called, program, tables } = parts;
  const rest = called(NAME, NAMESPACE);
  const shard = called(`${NAME}-shard`, NAMESPACE);
  const unscheduled = called(`${NAME}-unscheduled-pods-fetching`, NAMESPACE);
  const pods = tablesWhere(tables, (plural) => plural === 'pods');
  const others = tablesWhere(tables, (plural) => plural !== 'pods');
  const args = [resourcesFlag(others)];
  // A separate ServiceAccount: the token on every node can read pods only.
  const ofPods = { account: shard, program, requests: ofFewPods };
  return {
    ...reader(parts, rest, others),
    'deployment.yaml': deployment({ metadata: rest, account: rest, program, args }),
    'deployment-service.yaml': service(rest, selectorOf(rest)),
    ...reader(parts, shard, pods, 'daemonset-'),
    'daemonset.yaml': daemonSet({
      ...ofPods,
      metadata: shard,
      args: ['--resources=pods', '--node=$(NODE_NAME)'],
      env: { NODE_NAME: 'spec.nodeName' },
      // Tolerates all taints: pods of a node without this pod would not be served.
      pod: { tolerations: [{ operator: 'Exists' }] },
    }),
    'daemonset-service.yaml': service(shard, selectorOf(shard)),
    'deployment-unscheduled-pods-fetching.yaml': deployment({
      ...ofPods,
      metadata: unscheduled,
      args: ['--resources=pods', '--track-unscheduled-pods'],
    }),
    'deployment-unscheduled-pods-fetching-service.yaml': service(
      unscheduled,
      selectorOf(unscheduled),
    ),
  };
}

/** Namespaced resources of some namespaces, with a Role in each. */
function limited({ called, program, tables }: Parts): Files {
  const metadata = called(NAME, NAMESPACE);
  const namespaced = tablesWhere(tables, (_, { scope }) => scope === 'namespace');
  const grants = LIMITED_TO.flatMap((namespace) => {
    const { role, binding } = grant(called(NAME, namespace), rulesOf(namespaced), metadata);
    return [
      [`${namespace}-role.yaml`, role],
      [`${namespace}-role-binding.yaml`, binding],
    ];
  });
  const args = [`--namespaces=${LIMITED_TO}`, resourcesFlag(namespaced)];
  return {
    ...Object.fromEntries(grants),
    'service-account.yaml': serviceAccount(metadata),
    'deployment.yaml': deployment({ metadata, account: metadata, program, args }),
    'service.yaml': service(metadata, selectorOf(metadata)),
  };
}

/** Two replicas with leader election. */
function highAvailability(parts: Parts): Files {
  // In a namespace of its own: permission to patch pods also allows to change their images.
  const metadata = parts.called(NAME, NAME);
  const selector = selectorOf(metadata);
  const { role, binding } = grant(metadata, leaderElectionRules(NAME), metadata);
  const apart = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: selector } };
  const workload = {
    metadata,
    account: metadata,
    program: parts.program,
    args: ['--leader-elect'],
    env: POD_NAMES,
    pod: {
      topologySpreadConstraints: [{ maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', ...apart }],
    },
  };
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } };
  return {
    // Applied first: kubectl sorts by file name.
    '00-namespace.yaml': namespaceObject(parts.called(NAME)),
    ...reader(parts, metadata, parts.tables),
    'role.yaml': role,
    'role-binding.yaml': binding,
    'deployment.yaml': deployment(workload, { replicas: 2, strategy }),
    'pod-disruption-budget.yaml': disruptionBudget(metadata, selector),
    // Not headless: DNS clients would cache the address of the former leader.
    'service.yaml': service(metadata, { ...selector, [leaderLabel]: NAME }, {}),
  };
}

const resourcesFlag = (tables: Tables): string => `--resources=${Object.keys(tables).sort()}`;

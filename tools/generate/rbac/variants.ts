// The ways to install by plain manifests: which objects each of them is made of.
import { leaderLabel } from '../../../src/leader/label.ts';
import type { ChartFacts } from '../chart.ts';
import {
  defaultsOf,
  leaderElectionRules,
  rulesOf,
  shardingRules,
  type Tables,
  tablesWhere,
} from '../rules.ts';
import {
  daemonSet,
  deployment,
  disruptionBudget,
  grant,
  type Manifest,
  type Metadata,
  namespaceObject,
  selectorOf,
  service,
  serviceAccount,
  statefulSet,
} from './objects.ts';

const NAME = 'kube-state-metrics';
const NAMESPACE = 'kube-system';
/** Namespaces that every cluster has, as examples of those that a team may read. */
const LIMITED_TO = ['default', NAMESPACE];

/** The objects of one way to install, by the name of their file. */
export type Files = Readonly<Record<string, Manifest>>;

/** The folder of a way to install, below rbac/; '' is rbac/ itself. */
export type Folder = '' | 'autosharding' | 'daemonsetsharding' | 'limited' | 'high-availability';

/** What all variants are made of. */
interface Parts {
  readonly image: string;
  /** The tables that are on by default. */
  readonly tables: Tables;
  /** Name, place and labels of an object; no namespace for one of the cluster's. */
  readonly called: (name: string, namespace?: string) => Metadata;
}

/** The ways to install: each is complete by itself. */
export function variantsOf(
  tables: Tables,
  { appVersion, image }: ChartFacts,
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
  const parts: Parts = { image, tables: defaultsOf(tables), called };
  return {
    '': standard(parts),
    autosharding: autosharding(parts),
    daemonsetsharding: daemonsetSharding(parts),
    limited: limited(parts),
    'high-availability': highAvailability(parts),
  };
}

/** An account, and list and watch on the tables' resources in the whole cluster. */
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
    'deployment.yaml': deployment({ metadata, account: metadata, image: parts.image }),
    'service.yaml': service(metadata, selectorOf(metadata)),
  };
}

const POD_NAMES = { POD_NAME: 'metadata.name', POD_NAMESPACE: 'metadata.namespace' };

/** Each pod of a StatefulSet finds its shard by its number there. */
function autosharding(parts: Parts): Files {
  const metadata = parts.called(NAME, NAMESPACE);
  const { role, binding } = grant(metadata, shardingRules(NAME), metadata);
  const args = ['--pod=$(POD_NAME)', '--pod-namespace=$(POD_NAMESPACE)'];
  const workload = { metadata, account: metadata, image: parts.image, args, env: POD_NAMES };
  return {
    ...reader(parts, metadata, parts.tables),
    'role.yaml': role,
    'role-binding.yaml': binding,
    'statefulset.yaml': statefulSet(workload, 2),
    'service.yaml': service(metadata, selectorOf(metadata)),
  };
}

/** With 38 pods 100 MB were resident, 110 at the start, and a scrape a second cost 7m of CPU. */
const ofFewPods = { cpu: '10m', memory: '128Mi' };

/** Each node's pods are served from that node, pods without one and all else from two more. */
function daemonsetSharding(parts: Parts): Files {
  const { called, image, tables } = parts;
  const rest = called(NAME, NAMESPACE);
  const shard = called(`${NAME}-shard`, NAMESPACE);
  const unscheduled = called(`${NAME}-unscheduled-pods-fetching`, NAMESPACE);
  const pods = tablesWhere(tables, (plural) => plural === 'pods');
  const others = tablesWhere(tables, (plural) => plural !== 'pods');
  const args = [resourcesFlag(others)];
  // Of its own: what runs on every node has a token that tells no more than pods.
  const ofPods = { account: shard, image, requests: ofFewPods };
  return {
    ...reader(parts, rest, others),
    'deployment.yaml': deployment({ metadata: rest, account: rest, image, args }),
    'deployment-service.yaml': service(rest, selectorOf(rest)),
    ...reader(parts, shard, pods, 'daemonset-'),
    'daemonset.yaml': daemonSet({
      ...{ ...ofPods, metadata: shard },
      args: ['--resources=pods', '--node=$(NODE_NAME)'],
      env: { NODE_NAME: 'spec.nodeName' },
      // Pods on a node without its shard would be served by nobody, whatever its taints are.
      pod: { tolerations: [{ operator: 'Exists' }] },
    }),
    'daemonset-service.yaml': service(shard, selectorOf(shard)),
    'deployment-unscheduled-pods-fetching.yaml': deployment({
      ...{ ...ofPods, metadata: unscheduled },
      args: ['--resources=pods', '--track-unscheduled-pods'],
    }),
    'deployment-unscheduled-pods-fetching-service.yaml': service(
      unscheduled,
      selectorOf(unscheduled),
    ),
  };
}

/** Only what is in some namespaces, by a Role in each, and nothing of the cluster's. */
function limited({ called, image, tables }: Parts): Files {
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
    'deployment.yaml': deployment({ metadata, account: metadata, image, args }),
    'service.yaml': service(metadata, selectorOf(metadata)),
  };
}

/** Two replicas, of which the leader serves. */
function highAvailability(parts: Parts): Files {
  // Who may label pods may run another image in them, so no one else's pods are beside ours.
  const metadata = parts.called(NAME, NAME);
  const selector = selectorOf(metadata);
  const { role, binding } = grant(metadata, leaderElectionRules(NAME), metadata);
  const apart = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: selector } };
  const workload = {
    ...{ metadata, account: metadata, image: parts.image },
    args: ['--leader-elect'],
    env: POD_NAMES,
    pod: {
      topologySpreadConstraints: [{ maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', ...apart }],
    },
  };
  const strategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } };
  return {
    // Read first, by its name: kubectl sorts files, not objects.
    '00-namespace.yaml': namespaceObject(parts.called(NAME)),
    ...reader(parts, metadata, parts.tables),
    'role.yaml': role,
    'role-binding.yaml': binding,
    'deployment.yaml': deployment(workload, { replicas: 2, strategy }),
    'pod-disruption-budget.yaml': disruptionBudget(metadata, selector),
    // Not headless: a name that leads to the former leader is remembered by resolvers.
    'service.yaml': service(metadata, { ...selector, [leaderLabel]: NAME }, {}),
  };
}

const resourcesFlag = (tables: Tables): string => `--resources=${Object.keys(tables).sort()}`;

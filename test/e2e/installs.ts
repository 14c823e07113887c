// The ways to install by plain manifests: what each makes, and what its accounts may do.
import { resources } from '../../src/resources/index.ts';

export const NAME = 'kube-state-metrics';

const tables = Object.entries(resources).map(([plural, table]) => ({ plural, ...table }));
export const defaults = tables.filter((table) => table.default);
const namespaced = defaults.filter(({ scope }) => scope === 'namespace');

/** What a role grants, as `verb resource.group/name`, in alphabetical order. */
export const mayRead = (which: typeof tables): string[] =>
  which
    .flatMap(({ plural, group }) => ['list', 'watch'].map((verb) => `${verb} ${plural}.${group}`))
    .sort();

/** One way to install. */
export interface Install {
  readonly source: readonly ['-f' | '-k', string];
  /** All objects that are there afterwards, workloads with the number of their pods. */
  readonly objects: readonly string[];
  /** By account, what it may do in each namespace; '' is all of them. */
  readonly rights: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Namespaces whose objects are served, where that is not all of them. */
  readonly namespaces?: readonly string[];
  /** Pods that no Service leads to. */
  readonly followers?: number;
}

const account = (namespace: string, name = NAME): string[] => [
  `ServiceAccount ${namespace}/${name}`,
  `ClusterRole ${name}`,
  `ClusterRoleBinding ${name}`,
];
const role = (namespace: string): string[] => [
  `Role ${namespace}/${NAME}`,
  `RoleBinding ${namespace}/${NAME}`,
];
const service = (name: string): string => `Service kube-system/${name}`;

const standard: Omit<Install, 'source'> = {
  objects: [...account('kube-system'), service(NAME), `Deployment kube-system/${NAME} 1`],
  rights: { [`kube-system/${NAME}`]: { '': mayRead(defaults) } },
};

export const installs: readonly Install[] = [
  { source: ['-f', 'rbac/'], ...standard },
  { source: ['-k', '.'], ...standard },
  {
    source: ['-f', 'rbac/autosharding/'],
    objects: [
      ...account('kube-system'),
      ...role('kube-system'),
      service(NAME),
      `StatefulSet kube-system/${NAME} 2`,
    ],
    rights: {
      [`kube-system/${NAME}`]: {
        '': mayRead(defaults),
        'kube-system': [
          'get pods.',
          `list statefulsets.apps/${NAME}`,
          `watch statefulsets.apps/${NAME}`,
        ],
      },
    },
  },
  {
    source: ['-f', 'rbac/daemonsetsharding/'],
    objects: [
      ...account('kube-system'),
      service(NAME),
      `Deployment kube-system/${NAME} 1`,
      ...account('kube-system', `${NAME}-shard`),
      service(`${NAME}-shard`),
      `DaemonSet kube-system/${NAME}-shard`,
      service(`${NAME}-unscheduled-pods-fetching`),
      `Deployment kube-system/${NAME}-unscheduled-pods-fetching 1`,
    ],
    rights: {
      [`kube-system/${NAME}`]: { '': mayRead(defaults.filter((one) => one.plural !== 'pods')) },
      [`kube-system/${NAME}-shard`]: {
        '': mayRead(defaults.filter((one) => one.plural === 'pods')),
      },
    },
  },
  {
    source: ['-f', 'rbac/limited/'],
    objects: [
      `ServiceAccount kube-system/${NAME}`,
      service(NAME),
      `Deployment kube-system/${NAME} 1`,
      ...role('default'),
      ...role('kube-system'),
    ],
    rights: {
      [`kube-system/${NAME}`]: {
        default: mayRead(namespaced),
        'kube-system': mayRead(namespaced),
      },
    },
    namespaces: ['default', 'kube-system'],
  },
  {
    source: ['-f', 'rbac/high-availability/'],
    objects: [
      `Namespace ${NAME}`,
      ...account(NAME),
      ...role(NAME),
      `Service ${NAME}/${NAME}`,
      `Deployment ${NAME}/${NAME} 2`,
      `PodDisruptionBudget ${NAME}/${NAME}`,
    ],
    rights: {
      [`${NAME}/${NAME}`]: {
        '': mayRead(defaults),
        [NAME]: [
          'create leases.coordination.k8s.io',
          `get leases.coordination.k8s.io/${NAME}`,
          'list pods.',
          'patch pods.',
          `update leases.coordination.k8s.io/${NAME}`,
        ],
      },
    },
    followers: 1,
  },
];

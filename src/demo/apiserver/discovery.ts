// Discovery: the groups, versions and resources that the simulated API server serves.
import { apiVersionOf, type Kind, splitApiVersion } from './kinds.ts';

const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

/** `/api`: the versions of the core group, and the address of the server. */
export const coreVersions = (serverAddress: string): object => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
});

/** `/apis`: all groups but the core group. */
export function groupList(kinds: readonly Kind[]): object {
  const names = [...new Set(kinds.map(({ group }) => group))].filter((name) => name !== '');
  const groups = names.map((name) => groupOf(kinds, name));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

/** `/apis/GROUP`; `undefined` if none of its resources is served. */
export function groupNamed(kinds: readonly Kind[], name: string): object | undefined {
  if (name === '' || !kinds.some(({ group }) => group === name)) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(kinds, name) };
}

/** `/api/v1` or `/apis/GROUP/VERSION`; `undefined` if none of its resources is served. */
export function resourceList(kinds: readonly Kind[], apiVersion: string): object | undefined {
  const served = kinds.filter((kind) => apiVersionOf(kind) === apiVersion);
  if (served.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    // The list of the core group has no apiVersion.
    ...(splitApiVersion(apiVersion).group !== '' && { apiVersion: 'v1' }),
    groupVersion: apiVersion,
    resources: served.flatMap(resourcesOf),
  };
}

/** The answer of `/version`. */
export const versionInfo = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.0',
  gitTreeState: 'clean',
  goVersion: 'none',
  compiler: 'none',
  platform: 'kubestate/demo',
};

function groupOf(kinds: readonly Kind[], name: string): object {
  const versions = new Set(kinds.filter(({ group }) => group === name).map((k) => k.version));
  const rows = [...versions].map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: rows, preferredVersion: rows[0] };
}

function resourcesOf({ resource, kind, namespaced, statusApart }: Kind): object[] {
  const singularName = kind.toLowerCase();
  const whole = { name: resource, singularName, namespaced, kind, verbs };
  if (!statusApart) return [whole];
  const name = `${resource}/status`;
  return [whole, { name, singularName: '', namespaced, kind, verbs: ['get', 'patch', 'update'] }];
}

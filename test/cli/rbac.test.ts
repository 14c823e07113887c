// The roles that `kubestate rbac` prints: those of the manifests, and those that a flag asks for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { definitions, type Rule } from '../../src/app/rules.ts';
import { rbac } from '../../src/cli/rbac.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import { packNames } from '../../src/custom/packs.ts';
import { ConfigError } from '../../src/lib/errors.ts';
import type { ProcessContext } from '../../src/lib/processContext.ts';
import { resources } from '../../src/resources/index.ts';
import { packResources } from '../../tools/generate/packs.ts';

interface Printed {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly Rule[];
  readonly roleRef?: object;
  readonly subjects?: readonly object[];
}

function customConfig(kind: string, plural?: string): string {
  return `kind: CustomResourceStateMetrics
spec:
  resources:
    - groupVersionKind: ${kind}
      ${plural === undefined ? '' : `resourcePlural: ${plural}`}
      metrics:
        - {name: size, each: {type: Gauge, gauge: {path: [spec, size]}}}
`;
}

const files: Readonly<Record<string, string>> = {
  'kubestate.yaml': 'resources: [nodes]\nno_such_key: 1\n',
  'custom.yaml': customConfig('{group: example.com, version: v1, kind: Mesh}'),
  'plural.yaml': customConfig('{group: example.com, version: "*", kind: Mesh}', 'netmeshes'),
  'all.yaml': customConfig('{group: example.com, version: v1, kind: "*"}'),
  'core.yaml': customConfig('{group: "", version: v1, kind: Node}'),
  'wrong.yaml': customConfig('{group: example.com, version: v1, kind: Mesh}').replace('Gauge', 'X'),
};

async function print(args: readonly string[]): Promise<string> {
  const printed: string[] = [];
  const context = {
    print: (text: string) => printed.push(text),
    env: {},
    readFile: (path: string) => Buffer.from(files[path] ?? ''),
    readFolder(path: string): string[] {
      throw new Error(`${path} is no folder`);
    },
  } as unknown as ProcessContext;
  expect(await rbac.run(context, parseCommandLine(rbac.flags, args))).to.equal(0);
  return printed.join('');
}

const objects = (text: string): Printed[] =>
  parseAllDocuments(text).map((document) => document.toJS() as Printed);

/** `ClusterRole: list,watch pods nodes; list,watch apps/deployments`. */
const shortOf = ({ kind, metadata: { namespace }, rules }: Printed): string => {
  const words = rules.map(({ apiGroups, resources: named, resourceNames = [], verbs }) => {
    const prefix = apiGroups[0] === '' ? '' : `${apiGroups[0]}/`;
    const names = resourceNames.length === 0 ? '' : ` (${resourceNames})`;
    return `${verbs} ${named.map((one) => prefix + one).join(' ')}${names}`;
  });
  return `${kind}${namespace === undefined ? '' : ` in ${namespace}`}: ${words.join('; ')}`;
};

const rolesFor = async (...args: string[]): Promise<string[]> =>
  objects(await print(args)).map(shortOf);

const manifest = (path: string): Printed =>
  objects(readFileSync(join(import.meta.dirname, '../../rbac', path), 'utf8'))[0] as Printed;

const election =
  'create coordination.k8s.io/leases; ' +
  'get,update coordination.k8s.io/leases (kube-state-metrics); list,patch pods';
const reviews =
  'create authentication.k8s.io/tokenreviews; create authorization.k8s.io/subjectaccessreviews';

const owners =
  'list,watch apps/daemonsets apps/deployments apps/replicasets apps/statefulsets; ' +
  'list,watch batch/cronjobs batch/jobs';

const custom = '--custom-resource-state-config-file';
const only = '--custom-resource-state-only';
const verbs = ['list', 'watch'];
const crds = 'list,watch apiextensions.k8s.io/customresourcedefinitions';

// biome-ignore format: one row per command line
const rows: readonly (readonly [args: string, roles: readonly string[]])[] = [
  ['--resources=pods,nodes,deployments', ['ClusterRole: list,watch nodes pods; list,watch apps/deployments']],
  ['--resources=pods,nodes --metric-denylist=^kube_node_', ['ClusterRole: list,watch pods']],
  ['--resources=pods,nodes --metric-allowlist=^kube_node_labels$ --metric-labels-allowlist=nodes=[a]', ['ClusterRole: list,watch nodes']],
  ['--resources=pods --namespaces-denylist=a', ['ClusterRole: list,watch pods']],
  ['--resources=pods --node=a,b', ['ClusterRole: list,watch pods']],
  ['--resources=pods --shard=1 --total-shards=2', ['ClusterRole: list,watch pods']],
  ['--resources=pods --namespaces=b,a', ['Role in a: list,watch pods', 'Role in b: list,watch pods']],
  ['--resources=pods,nodes --namespaces=a,b --namespaces-denylist=b', ['ClusterRole: list,watch nodes', 'Role in a: list,watch pods']],
  ['--resources=pods --object-selector=pods:team=a', ['ClusterRole: list,watch pods']],
  ['--resources=pods --namespace-selector=team=a', ['ClusterRole: list,watch namespaces pods']],
  ['--resources=pods,namespaces --namespace-selector=team=a', ['ClusterRole: list,watch namespaces pods']],
  ['--resources=pods --promote-labels=namespaces=[team]->pods,nodes=[zone]->pods', ['ClusterRole: list,watch namespaces nodes pods']],
  ['--resources=pods,nodes --promote-labels=pods=[team],nodes=[zone]->pods', ['ClusterRole: list,watch nodes pods']],
  ['--resources=pods --metric-opt-in-list=^kube_pod_workload$', [`ClusterRole: list,watch pods; ${owners}`]],
  ['--resources=pods --namespaces=a --promote-labels=workloads=[team]->pods', [`Role in a: list,watch pods; ${owners}`]],
  ['--resources=pods --namespaces=a --promote-labels=namespaces=[team]->pods', ['ClusterRole: list,watch namespaces', 'Role in a: list,watch pods']],
  ['--resources=pods --namespaces=a --namespace-selector=team=a', ['ClusterRole: list,watch namespaces', 'Role in a: list,watch pods']],
  ['--resources=pods --auth-filter', [`ClusterRole: list,watch pods; ${reviews}`]],
  ['--resources=pods --namespaces=a --auth-filter', [`ClusterRole: ${reviews}`, 'Role in a: list,watch pods']],
  ['--resources=pods --pod=ksm-0 --pod-namespace=b', ['ClusterRole: list,watch pods', 'Role in b: get pods; list,watch apps/statefulsets (ksm)']],
  ['--resources=pods --pod=$(POD_NAME) --pod-namespace=b', ['ClusterRole: list,watch pods', 'Role in b: get pods; list,watch apps/statefulsets']],
  ['--resources=pods --leader-elect --pod-namespace=b', ['ClusterRole: list,watch pods', `Role in b: ${election}`]],
  ['--resources=pods --leader-elect --pod=ksm-0 --pod-namespace=b --namespaces=b', [`Role in b: list,watch pods; ${election}`]],
  ['--resources=pods --consistency-check-interval=10m --use-apiserver-cache', ['ClusterRole: list,watch pods']],
  ['--resources=pods --config=kubestate.yaml', ['ClusterRole: list,watch nodes']],
  [`--resources=pods ${custom}=custom.yaml`, [`ClusterRole: list,watch pods; ${crds}; list,watch example.com/meshes`]],
  [`${custom}=plural.yaml --custom-resource-state-only`, [`ClusterRole: ${crds}; list,watch example.com/netmeshes`]],
  [`${custom}=all.yaml --custom-resource-state-only`, [`ClusterRole: ${crds}; list,watch example.com/*`]],
  [`${custom}=core.yaml --custom-resource-state-only --namespaces=a`, [`ClusterRole: list,watch nodes; ${crds}`]],
  [`${custom}=custom.yaml --resources=pods --namespaces=a`, [`ClusterRole: ${crds}`, 'Role in a: list,watch pods; list,watch example.com/meshes']],
  [`${custom}=custom.yaml --resources=pods --metric-denylist=customresource`, [`ClusterRole: list,watch pods; ${crds}`]],
  [`${custom}=wrong.yaml --resources=pods`, [`ClusterRole: list,watch pods; ${crds}`]],
  ['--custom-resource-pack=volume-snapshot --custom-resource-state-only --namespaces=a', [`ClusterRole: ${crds}; list,watch snapshot.storage.k8s.io/volumesnapshotclasses snapshot.storage.k8s.io/volumesnapshotcontents`, 'Role in a: list,watch snapshot.storage.k8s.io/volumesnapshots']],
];

describe('kubestate rbac', () => {
  it('prints the ClusterRole of rbac/ without flags', async () => {
    const [role, ...others] = objects(await print([]));
    expect(role?.rules).to.deep.equal(manifest('cluster-role.yaml').rules);
    expect(role?.metadata.name).to.equal(manifest('cluster-role.yaml').metadata.name);
    expect(others).to.deep.equal([]);
  });

  it('prints the other roles of rbac/ with the flags of their workloads', async () => {
    const pod = '--pod=kube-state-metrics-0';
    const sharded = objects(await print([pod, '--pod-namespace=kube-system']));
    expect(sharded.map(({ rules }) => rules)).to.deep.equal(
      ['autosharding/cluster-role.yaml', 'autosharding/role.yaml'].map((p) => manifest(p).rules),
    );
    const elected = objects(await print(['--leader-elect', '--service-account=a/b']));
    expect(elected.filter(({ rules }) => rules).map(({ rules }) => rules)).to.deep.equal(
      ['high-availability/cluster-role.yaml', 'high-availability/role.yaml'].map(
        (p) => manifest(p).rules,
      ),
    );
    const namespaced = Object.entries(resources)
      .filter(([, { scope, default: on }]) => scope === 'namespace' && on)
      .map(([plural]) => plural);
    const limited = objects(
      await print([`--resources=${namespaced}`, '--namespaces=default,kube-system']),
    );
    expect(limited.map(({ kind, metadata, rules }) => [kind, metadata.namespace, rules]))
      .to.deep //
      .equal(
        ['default', 'kube-system'].map((namespace) => {
          const { kind, metadata, rules } = manifest(`limited/${namespace}-role.yaml`);
          return [kind, metadata.namespace, rules];
        }),
      );
  });

  for (const [args, expected] of rows) {
    it(`is as small as can be for ${args}`, async () => {
      expect(await rolesFor(...args.split(' '))).to.deep.equal(expected);
    });
  }

  for (const pack of packNames) {
    it(`grants what the chart grants for the pack ${pack}`, async () => {
      const [role] = objects(await print([`--custom-resource-pack=${pack}`, only]));
      const rules = packResources().filter((one) => one.pack === pack);
      expect(role?.rules).to.have.deep.members([
        { apiGroups: [definitions.group], resources: [definitions.plural], verbs },
        ...rules.map(({ group, resources: named }) => ({
          apiGroups: [group],
          resources: named,
          verbs,
        })),
      ]);
    });
  }

  it('says what the flags do not tell, in comments', async () => {
    const many = [...'abcdefghi'].join(',');
    const text = await print(['--resources=pods', `--namespaces=${many}`]);
    expect(objects(text)).to.have.lengthOf(9);
    expect(text).to.match(/^# With so many namespaces .* ClusterRole/);
    expect(await print(['--pod=x', '--pod-namespace=b'])).to.match(/^# x tells no StatefulSet/);
    expect(await print(['--config=kubestate.yaml'])).to.match(/^# .*no setting "no_such_key"/);
    expect(await print([`${custom}=custom.yaml`])).to.match(/^# .* guessed of meshes.example.com:/);
    expect(await print([`${custom}=plural.yaml`])).to.not.match(/^#/);
    expect(await print([`${custom}=wrong.yaml`])).to.match(/^# wrong.yaml:7:\d+: .*Gauge, Info/);
    const inOne = await print([`${custom}=plural.yaml`, '--namespaces=a']);
    expect(inOne).to.match(/^# Where one of netmeshes.example.com is cluster-scoped/);
  });

  it('binds the roles to a service account, each under the same name', async () => {
    const text = await print([
      ...['--resources=pods,nodes', '--namespaces=a', '--name=ksm', '--service-account=b/c'],
    ]);
    const all = objects(text);
    expect(all.map(({ kind, metadata }) => [kind, metadata.name, metadata.namespace]))
      .to.deep //
      .equal([
        ['ClusterRole', 'ksm', undefined],
        ['ClusterRoleBinding', 'ksm', undefined],
        ['Role', 'ksm', 'a'],
        ['RoleBinding', 'ksm', 'a'],
      ]);
    expect(all[3]).to.deep.include({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'ksm' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'b', name: 'c' }],
    });
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ['--resources=podz', /did you mean pods/],
    ['--leader-elect', /--leader-elect: expected the namespace of kubestate's pod/],
    ['--pod=a-0', /--pod: expected --pod-namespace beside it/],
    ['--service-account=x', /--service-account: expected its namespace and name/],
    ['--namespaces=a --namespaces-denylist=a', /nothing would be served/],
    ['--resources=pods --metric-denylist=.', /expected to leave at least one family/],
    ['--shard=2 --total-shards=2', /a shard below their total/],
  ];
  for (const [args, sentence] of refused) {
    it(`refuses ${args} as the start does`, async () => {
      const failed = await print(args.split(' ')).catch((error: unknown) => error);
      expect(failed).to.be.instanceOf(ConfigError).with.property('message').match(sentence);
    });
  }
});

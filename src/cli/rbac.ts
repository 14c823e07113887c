// `kubestate rbac`: the ClusterRole and the Roles that the given flags need, as YAML.
import type { Role } from '../app/roles.ts';
import { type Flag, text } from '../config/flags.ts';
import { flags } from '../config/options.ts';
import { ConfigError } from '../lib/errors.ts';
import { command } from './command.ts';

const group = 'Roles';
const rbacGroup = 'rbac.authorization.k8s.io';
const apiVersion = `${rbacGroup}/v1`;

// biome-ignore format: one row per flag
const rbacFlags = {
  name: { group, kind: { ...text, placeholder: 'NAME' }, default: 'kube-state-metrics',
    help: 'Name of the roles, and of their bindings.' },
  'service-account': { group, kind: { ...text, placeholder: 'NAMESPACE/NAME' }, default: undefined, defaultText: 'no bindings',
    help: 'Print bindings of the roles to this service account, too.' },
  ...flags,
} satisfies Record<string, Flag<unknown>>;

export const rbac = command({
  summary: 'Print the smallest roles that the given flags need.',
  about:
    'Prints the ClusterRole, and Roles where namespaces are named, with no more rights than ' +
    'kubestate needs if it is started with the same flags. It takes all flags of kubestate, and ' +
    'asks no cluster: kubestate rbac --resources=pods,nodes | kubectl apply -f -',
  flags: rbacFlags,
  inherits: 'serve',
  async run(context, line) {
    const account = accountOf(line.values['service-account']);
    const [{ rolesFor }, { stringify }] = await Promise.all([
      import('../app/roles.ts'),
      import('yaml'),
    ]);
    const namespace = account?.namespace ?? context.env.POD_NAMESPACE;
    const needed = await rolesFor(line.values, namespace, context);
    const objects = needed.roles.flatMap((role) => objectsOf(role, line.values.name, account));
    const comments = needed.notes.map((note) => `# ${note}\n`);
    context.print(
      comments.join('') +
        objects
          .map((one) => stringify(one, { aliasDuplicateObjects: false, lineWidth: 0 }))
          .join('---\n'),
    );
    return 0;
  },
});

interface Account {
  readonly namespace: string;
  readonly name: string;
}

function accountOf(given: string | undefined): Account | undefined {
  if (given === undefined) return undefined;
  const [, namespace, name] = /^([^/]+)\/([^/]+)$/.exec(given) ?? [];
  if (namespace !== undefined && name !== undefined) return { namespace, name };
  throw new ConfigError({
    flag: '--service-account',
    expected: 'its namespace and name, such as kube-system/kube-state-metrics',
    got: JSON.stringify(given),
  });
}

function objectsOf({ namespace, rules }: Role, name: string, account: Account | undefined) {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const metadata = { name, ...(namespace !== undefined && { namespace }) };
  const role = { apiVersion, kind, metadata, rules };
  if (account === undefined) return [role];
  const binding = {
    apiVersion,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: rbacGroup, kind, name },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  };
  return [role, binding];
}

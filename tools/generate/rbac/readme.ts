// Renders rbac/README.md: what each folder is for, what it runs and what that may read.
import { code, row, tableOf } from '../markdown.ts';
import { notice } from '../notice.ts';
import { defaultsOf, type Tables, tablesWhere } from '../rules.ts';
import type { Manifest } from './objects.ts';
import type { Files, Folder } from './variants.ts';

const FOR_WHOM: Readonly<Record<Folder, string>> = {
  '': 'Most clusters: one replica serves everything.',
  autosharding:
    'Clusters too large for one replica: each pod is a shard. Scale the StatefulSet to change ' +
    'the number of shards.',
  daemonsetsharding:
    'Very many pods: each node serves its own pods; one replica serves all other objects.',
  limited: 'Limited access to the cluster: only the namespaces you name, without a ClusterRole.',
  'high-availability': 'High availability: two replicas, of which the leader serves.',
};

/** The page; `image` is the one that the manifests run. */
export function readme(
  variants: Readonly<Record<Folder, Files>>,
  tables: Tables,
  image: string,
): string {
  const folders = Object.keys(variants) as Folder[];
  const rows = folders.map((folder) =>
    row(
      code(folder === '' ? 'rbac/' : `rbac/${folder}/`),
      FOR_WHOM[folder],
      workloadsOf(variants[folder]).join('<br>'),
      addressesOf(variants[folder]).join('<br>'),
    ),
  );
  return `<!-- ${notice('tools/generate/rbac')} -->
# Plain manifests

\`\`\`sh run
kubectl apply -f rbac/    # or: kubectl apply -k .
\`\`\`

This creates one replica in \`kube-system\` with its service account, ClusterRole and Service. There
is no public image yet: [use your own](#in-another-namespace-with-another-image). The folders below
are alternatives, each complete: \`kubectl apply -f rbac/autosharding/\`, for example.

${tableOf(['apply', 'for', 'what runs', 'where Prometheus finds it'], rows)}

Port 8080 serves the metrics of the cluster, 8081 those of kubestate itself. Apply only one folder
at a time, because they share names: \`kubectl delete -f\` the current one before you apply another.
Do not use \`-R\`, which would apply all of them.

${adapting(image.slice(0, image.lastIndexOf(':')))}

${SEVERAL}

${limits(tables)}

${RIGHTS}
`;
}

const adapting = (image: string): string => `## In another namespace, with another image

Every folder is a kustomization. Put your own overlay into a folder beside \`rbac\`:

\`\`\`yaml
namespace: monitoring
resources:
  - ../rbac
images:
  - name: ${image}
    newName: registry.example.com/monitoring/kube-state-metrics
\`\`\`

The ClusterRoleBinding follows the service account into the namespace. \`high-availability/\`
creates the namespace, and deleting it deletes the namespace: use one that contains nothing else.
\`limited/\` has objects in several namespaces: edit its files instead.`;

const SEVERAL = `## Scraping several replicas

[docs/sharding.md](../docs/sharding.md) says when to shard at all, and when to set
\`--server-side-sharding=auto\` in the StatefulSet of \`autosharding/\`.

With \`autosharding/\` and \`daemonsetsharding/\`, each pod serves only a part, so Prometheus must
scrape all of them. The name of a headless Service resolves to the address of each pod:

\`\`\`yaml
scrape_configs:
  - job_name: kube-state-metrics
    honor_labels: true
    dns_sd_configs:
      - { type: A, port: 8080, names: [kube-state-metrics.kube-system.svc.cluster.local] }
      - { type: A, port: 8081, names: [kube-state-metrics.kube-system.svc.cluster.local] }
\`\`\`

For \`daemonsetsharding/\`, list all three Services. If a node fails, the series of its pods
disappear with it. The image is for Linux, so pods on other nodes have no shard: serve them by a
Deployment of your own with \`--resources=pods --node=windows-1,windows-2\`.

The Service of \`high-availability/\` routes only to the leader, so a static target is enough.
[docs/high-availability.md](../docs/high-availability.md) explains it.`;

const limits = (tables: Tables): string => {
  const ofCluster = tablesWhere(defaultsOf(tables), (_, { scope }) => scope === 'cluster');
  return `## Only some namespaces

\`limited/\` serves \`default\` and \`kube-system\`, as examples. For other namespaces, list them in
\`--namespaces\` of its Deployment, and copy the two files that begin with \`default-\` for each.

Cluster-scoped resources are not served: ${Object.keys(ofCluster).sort().map(code).join(', ')}.`;
};

const RIGHTS = `## What it may do

The roles allow only \`list\` and \`watch\` on the resources that are served, with two exceptions in
the namespace of the pods. Shards may read pods and their StatefulSet. Replicas with leader election
may change a Lease and patch pods, which is why they have a namespace of their own.

For other flags, \`kubestate rbac\` with the same flags prints the smallest roles that they
need. Add more for:

- **A resource that is off by default**: add it to the role, and list all the resources you want in
  \`--resources\`.
- **\`--namespace-selector\`** with \`limited/\`: a ClusterRole with \`list\` and \`watch\`
  on namespaces.
- **\`--promote-labels\`** with \`->\`: a ClusterRole with \`list\` and \`watch\`
  on the namespaces or nodes in front of it; with \`workloads\` as for \`kube_pod_workload\`.
- **\`kube_pod_workload\`** or \`kube_pod_container_terminations_by_workload_total\` by
  \`--metric-opt-in-list\`: \`list\` and \`watch\` on replicasets, deployments, statefulsets,
  daemonsets, jobs and cronjobs, which \`kubestate rbac\` prints, and on each custom kind that
  controls them or pods, such as rollouts of argoproj.io.
- **\`--auth-filter\`**, for which the API server reviews the tokens of scrapers:
  [docs/tls-and-auth.md](../docs/tls-and-auth.md#--auth-filter) has the rules.

kubestate never requests the data of secrets, but anyone with its token could. To prevent that,
remove \`secrets\` from the role, and list all other resources in \`--resources\`.`;

interface Workload extends Manifest {
  readonly spec: {
    readonly replicas?: number;
    readonly template: { readonly spec: { readonly containers: readonly Container[] } };
  };
}

interface Container {
  readonly args?: readonly string[];
}

const isWorkload = (object: Manifest): object is Workload => /Deployment|Set$/.test(object.kind);

/** What makes pods, each with how many and by which flags. */
const workloadsOf = (files: Files): string[] =>
  Object.values(files)
    .filter(isWorkload)
    .map(({ kind, metadata, spec: { replicas, template } }) => {
      const count = replicas === undefined ? ', a pod on each node,' : ` × ${replicas}`;
      const flags = template.spec.containers.flatMap(({ args = [] }) => args);
      const shown = flags.map((flag) => code(flag.replace(/^(--resources=\w+),.*/, '$1,…')));
      return [`${kind} ${code(metadata.name)}${count}`, ...shown].join(' ');
    });

const addressesOf = (files: Files): string[] =>
  Object.values(files)
    .filter(({ kind }) => kind === 'Service')
    .map(({ metadata: { name, namespace } }) => code(`${name}.${namespace}.svc`));

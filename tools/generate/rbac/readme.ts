// Renders rbac/README.md: which folder is for whom, what runs there and what it may see.
import { code, row, tableOf } from '../markdown.ts';
import { notice } from '../notice.ts';
import { defaultsOf, type Tables, tablesWhere } from '../rules.ts';
import type { Manifest } from './objects.ts';
import type { Files, Folder } from './variants.ts';

const FOR_WHOM: Readonly<Record<Folder, string>> = {
  '': 'Most clusters: one replica serves all.',
  autosharding:
    'Clusters too large for one replica: each pod serves its share of all objects. Scale the ' +
    'StatefulSet, and the shares follow.',
  daemonsetsharding:
    'Very many pods: those of a node are served on that node, all other objects by one replica.',
  limited:
    'Those who may not see the whole cluster: only what is in the namespaces named there, and no ' +
    'ClusterRole.',
  'high-availability':
    'Those who want no gap when a node is lost: two replicas, of which one serves.',
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

\`\`\`sh
kubectl apply -f rbac/    # or: kubectl apply -k .
\`\`\`

This gives one replica in \`kube-system\`, with its account, its role and its Service. There is no
public image yet: [name your own](#in-another-namespace-with-another-image). The folders below are
other ways to run it, each complete by itself: \`kubectl apply -f rbac/autosharding/\`, for one.

${tableOf(['apply', 'for', 'what runs', 'where Prometheus finds it'], rows)}

Port 8080 has the cluster's metrics, 8081 those about kubestate itself. Have one of the folders at
a time, for they share names: \`kubectl delete -f\` the one that is there before you apply
another. \`-R\` would apply them all.

${adapting(image.slice(0, image.lastIndexOf(':')))}

${SEVERAL}

${limits(tables)}

${RIGHTS}
`;
}

const adapting = (image: string): string => `## In another namespace, with another image

Every folder is a kustomization too. Lay one of your own over it, in a folder beside \`rbac\`:

\`\`\`yaml
namespace: monitoring
resources:
  - ../rbac
images:
  - name: ${image}
    newName: registry.example.com/monitoring/kube-state-metrics
\`\`\`

The binding follows the account into the namespace. \`high-availability/\` makes the namespace, and
deletes it when it is deleted: give it one that nothing else is in. \`limited/\` has objects in
several namespaces: edit its files instead.`;

const SEVERAL = `## Scraping several replicas

Behind \`autosharding/\` and \`daemonsetsharding/\` each pod serves a part, so Prometheus must
scrape them all. The name of a headless Service has the address of each:

\`\`\`yaml
scrape_configs:
  - job_name: kube-state-metrics
    honor_labels: true
    dns_sd_configs:
      - { type: A, port: 8080, names: [kube-state-metrics.kube-system.svc.cluster.local] }
      - { type: A, port: 8081, names: [kube-state-metrics.kube-system.svc.cluster.local] }
\`\`\`

For \`daemonsetsharding/\` name all three Services. There a node that is lost takes the series of
its pods with it. The image is for Linux: pods on other nodes have no shard, so name these nodes
in a Deployment of your own, as \`--resources=pods --node=windows-1,windows-2\`.

The Service of \`high-availability/\` leads to the one replica that serves: a static target is
enough. [docs/high-availability.md](../docs/high-availability.md) says how it works.`;

const limits = (tables: Tables): string => {
  const ofCluster = tablesWhere(defaultsOf(tables), (_, { scope }) => scope === 'cluster');
  return `## Seeing some namespaces only

\`limited/\` sees \`default\` and \`kube-system\`, as examples. For other namespaces, name them in
\`--namespaces\` of its Deployment, and make the two files that begin with \`default-\` anew for
each.

What is in no namespace is not served: ${Object.keys(ofCluster).sort().map(code).join(', ')}.`;
};

const RIGHTS = `## What it may do

Its roles allow \`list\` and \`watch\` on what its pods serve. In their own namespace shards may
also look up pods and their StatefulSet, and replicas that elect a leader may change a Lease and
patch pods, which is why they have a namespace to themselves. That is all. Two cases need more:

- **A resource that is off by default**: add it to the role, and name all the resources you want
  in \`--resources\`.
- **\`--auth-filter\`**, which asks the API server about the tokens of scrapers:
  [docs/tls-and-auth.md](../docs/tls-and-auth.md#--auth-filter) has the rules.

kubestate asks for no secret's data, but who holds its token could. If that is too much, take
\`secrets\` out of the role, and name all other resources in \`--resources\`.`;

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

// Renders the table of docs/security.md: what a token of kubestate could read, by resource.
import { watchRules } from '../../src/app/rules.ts';
import type { ResourceName } from '../../src/resources/index.ts';
import { row, tableOf, words } from './markdown.ts';
import type { Tables } from './rules.ts';

const podTemplate = 'the pod template: arguments and environment variables in plain text';
const names = 'all of its spec, status, labels and annotations; none is meant for secrets';
const webhooks = 'addresses of webhooks, and their CA certificates';
const policies = 'the rules of admission: what the cluster refuses, and what it lets pass';
const rights = 'who may do what in the cluster: a map for an attacker';

/** What whoever lists a resource gets beyond the series: RBAC knows no parts of an object. */
const holds: Readonly<Record<ResourceName, string>> = {
  certificatesigningrequests: 'requests and issued certificates; private keys never',
  clusterrolebindings: rights,
  clusterroles: rights,
  configmaps: '**all their data**, which often has passwords, though it should not',
  cronjobs: podTemplate,
  daemonsets: podTemplate,
  deployments: podTemplate,
  deviceclasses: 'settings of device drivers',
  endpoints: 'addresses of pods',
  endpointslices: 'addresses of pods',
  events: 'messages of controllers and kubelets: names, images, now and then what a probe answered',
  horizontalpodautoscalers: names,
  ingressclasses: names,
  ingresses: 'host names, paths, and annotations of the ingress controller, which may have secrets',
  jobs: podTemplate,
  leases: 'which replica leads, and the names of nodes',
  limitranges: names,
  mutatingadmissionpolicies: policies,
  mutatingadmissionpolicybindings: policies,
  mutatingwebhookconfigurations: webhooks,
  namespaces: names,
  networkpolicies: 'who may reach whom',
  nodes: 'addresses, kernel and kubelet versions, images on each node',
  persistentvolumeclaims: names,
  persistentvolumes: 'where volumes are, and names of the secrets that open them',
  poddisruptionbudgets: names,
  pods: 'arguments and environment variables in plain text, images, addresses',
  replicasets: podTemplate,
  replicationcontrollers: podTemplate,
  resourceclaims: 'settings of device drivers, for one workload',
  resourcequotas: names,
  resourceslices: 'the devices of each node, with serial numbers where a driver shows them',
  rolebindings: rights,
  roles: rights,
  secrets: '**all their data**: passwords, keys, tokens of service accounts',
  serviceaccounts: 'names of accounts and of their secrets; no tokens',
  services: 'addresses and ports',
  statefulsets: podTemplate,
  storageclasses: 'parameters of the storage driver',
  validatingadmissionpolicies: policies,
  validatingadmissionpolicybindings: policies,
  validatingwebhookconfigurations: webhooks,
  volumeattachments: names,
};

/** A row for each resource; what is off by default is granted only to those who turn it on. */
export function readableTable(tables: Tables): string {
  const rows = Object.entries(tables).map(([plural, { group, default: isOn }]) => {
    const [rule] = watchRules([{ group, plural }]);
    const granted = isOn ? 'yes' : 'if it is turned on';
    const text = holds[plural as ResourceName];
    return row(
      plural,
      rule?.verbs.join(', ') ?? '',
      granted,
      text.startsWith('**') ? text : words(text),
    );
  });
  return tableOf(['resource', 'verbs', 'granted', 'who lists it also gets'], rows);
}

// Ingresses: which requests from outside go to which service.
import type { V1Ingress } from '@kubernetes/client-node';
import { gauges, info, noLabel } from '../metrics/family.ts';
import type { Received } from '../metrics/object.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, labels, resourceVersion } from '../metrics/stock.ts';

type Ingress = Received<V1Ingress>;

// biome-ignore format: a table, a row each
export const ingresses = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (i) => i.metadata.namespace,
    ingress: (i) => i.metadata.name,
  },
  families: {
    kube_ingress_info: info('STABLE',
      'Always 1: the class of the ingress, which decides what controller acts on it.', {
        ingressclass: classOf,
      }),
    kube_ingress_annotations: annotations('ALPHA'),
    kube_ingress_labels: labels('STABLE'),
    kube_ingress_created: created('STABLE'),
    kube_ingress_metadata_resource_version: resourceVersion('ALPHA'),
    kube_ingress_path: gauges('STABLE',
      'Always 1: one series for each path of a host, with the service or other object that gets its requests.', ['host', 'path', 'path_type', 'service_name', 'service_port', 'resource_api_group', 'resource_kind', 'resource_name'], (i, emit) => {
        for (const { host, http } of i.spec?.rules ?? []) {
          for (const { path, pathType, backend } of http?.paths ?? []) {
            const { service, resource } = backend ?? {};
            if (service) {
              // A port that is given by name has no number, which in Go is 0.
              const port = String(service.port?.number ?? 0);
              emit(1, host, path, pathType, service.name, port, noLabel, noLabel, noLabel);
            } else if (resource) {
              emit(1, host, path, pathType, noLabel, noLabel, resource.apiGroup, resource.kind, resource.name);
            }
          }
        }
      }),
    kube_ingress_tls: gauges('STABLE',
      'Always 1: one series for each host that is served by TLS, with the secret that holds its certificate.', ['tls_host', 'secret'], (i, emit) => {
        for (const { hosts, secretName } of i.spec?.tls ?? []) {
          for (const host of hosts ?? []) emit(1, host, secretName);
        }
      }),
  },
} satisfies Resource<V1Ingress>;

/** The annotation is older than the field, and as the API has it, goes before it. */
function classOf({ metadata, spec }: Ingress): string {
  return (
    metadata.annotations?.['kubernetes.io/ingress.class'] ?? spec?.ingressClassName ?? '_default'
  );
}

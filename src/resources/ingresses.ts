// Ingresses: their class, paths, backends and TLS hosts.
import type { V1Ingress } from '@kubernetes/client-node';
import { joined, noLabel, spec } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import {
  annotations,
  created,
  deletionTimestamp,
  labels,
  resourceVersion,
} from '../metrics/stock.ts';

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
    kube_ingress_info: joined('STABLE',
      'Always 1: the IngressClass of the ingress.', ['ingressclass'],
      (s) => s?.ingressClassName,
      // The old annotation overrides the field, as in the API.
      (named, { metadata }, emit) => emit(1, metadata.annotations?.['kubernetes.io/ingress.class'] ?? named ?? '_default')),
    kube_ingress_annotations: annotations('ALPHA'),
    kube_ingress_labels: labels('STABLE'),
    kube_ingress_created: created('STABLE'),
    kube_ingress_metadata_resource_version: resourceVersion('ALPHA'),
    kube_ingress_path: spec.gauges('STABLE',
      'Always 1: one series for each host and path of the ingress, with the backend service or object.', ['host', 'path', 'path_type', 'service_name', 'service_port', 'resource_api_group', 'resource_kind', 'resource_name'], (s, emit) => {
        for (const { host, http } of s?.rules ?? []) {
          for (const { path, pathType, backend } of http?.paths ?? []) {
            const { service, resource } = backend ?? {};
            if (service) {
              // A port given by name has no number, so Go has 0.
              const port = String(service.port?.number ?? 0);
              emit(1, host, path, pathType, service.name, port, noLabel, noLabel, noLabel);
            } else if (resource) {
              emit(1, host, path, pathType, noLabel, noLabel, resource.apiGroup, resource.kind, resource.name);
            }
          }
        }
      }),
    kube_ingress_tls: spec.gauges('STABLE',
      'Always 1: one series for each TLS host of the ingress, with the secret of its certificate.', ['tls_host', 'secret'], (s, emit) => {
        for (const { hosts, secretName } of s?.tls ?? []) {
          for (const host of hosts ?? []) emit(1, host, secretName);
        }
      }),
    kube_ingress_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1Ingress>;

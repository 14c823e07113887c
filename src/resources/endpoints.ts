// Endpoints: addresses and ports of a service, in the API that EndpointSlices replace.
import type { V1Endpoints } from '@kubernetes/client-node';
import { gauges, metadata } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const endpoints = {
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  scope: 'namespace',
  default: false,
  identity: {
    namespace: (e) => e.metadata.namespace,
    endpoint: (e) => e.metadata.name,
  },
  families: {
    kube_endpoint_info: metadata.gauge('STABLE',
      'Always 1: the Endpoints object exists; its name is that of its service.', () => 1),
    kube_endpoint_created: created('STABLE'),
    kube_endpoint_annotations: annotations('ALPHA'),
    kube_endpoint_labels: labels('STABLE'),
    kube_endpoint_address: gauges('STABLE',
      'Always 1: one series for each address and port, and whether the address is ready.', ['port_protocol', 'port_number', 'port_name', 'ip', 'ready'], (e, emit) => {
        for (const { addresses, notReadyAddresses, ports } of e.subsets ?? []) {
          for (const { protocol, port, name } of ports ?? []) {
            const number = String(port ?? 0);
            for (const { ip } of addresses ?? []) emit(1, protocol, number, name, ip, 'true');
            for (const { ip } of notReadyAddresses ?? []) emit(1, protocol, number, name, ip, 'false');
          }
        }
      }),
    kube_endpoint_ports: gauges('STABLE',
      'Always 1: one series for each port of the Endpoints.', ['port_name', 'port_protocol', 'port_number'], (e, emit) => {
        for (const { ports } of e.subsets ?? []) {
          for (const { name, protocol, port } of ports ?? []) emit(1, name, protocol, String(port ?? 0));
        }
      }, { deprecatedSince: 'v2.14.0' }),
    kube_endpoint_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1Endpoints>;

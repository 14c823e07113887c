// EndpointSlices: addresses and ports of a service, one part in each slice.
import type { V1EndpointSlice } from '@kubernetes/client-node';
import { gauges, info } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const endpointslices = {
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  scope: 'namespace',
  default: true,
  identity: {
    endpointslice: (s) => s.metadata.name,
    namespace: (s) => s.metadata.namespace,
  },
  families: {
    kube_endpointslice_info: info('ALPHA',
      'Always 1: the address type of the EndpointSlice: IPv4, IPv6 or FQDN.', {
        addresstype: (s) => s.addressType,
      }),
    kube_endpointslice_created: created('ALPHA'),
    kube_endpointslice_endpoints_hints: gauges('ALPHA',
      'Always 1: one series for each zone hint of an endpoint, which is named by its first address.', ['address', 'for_zone'], (s, emit) => {
        for (const { addresses, hints } of s.endpoints ?? []) {
          const address = addresses?.[0];
          if (address === undefined) continue;
          for (const { name } of hints?.forZones ?? []) emit(1, address, name);
        }
      }),
    kube_endpointslice_endpoints: gauges('ALPHA',
      'Always 1: one series for each address of an endpoint, with its conditions, target, node and zone.', ['ready', 'serving', 'hostname', 'terminating', 'targetref_kind', 'targetref_name', 'targetref_namespace', 'endpoint_nodename', 'endpoint_zone', 'address'], (s, emit) => {
        for (const { addresses, conditions, hostname, targetRef, nodeName, zone } of s.endpoints ?? []) {
          const ready = conditions?.ready?.toString();
          const serving = conditions?.serving?.toString();
          const terminating = conditions?.terminating?.toString();
          for (const address of addresses ?? []) {
            emit(1, ready, serving, hostname, terminating, targetRef?.kind, targetRef?.name, targetRef?.namespace, nodeName, zone, address);
          }
        }
      }),
    kube_endpointslice_ports: gauges('ALPHA',
      'Always 1: one series for each port of the EndpointSlice; no number means all ports.', ['port_name', 'port_protocol', 'port_number'], (s, emit) => {
        for (const { name, protocol, port } of s.ports ?? []) emit(1, name, protocol, port?.toString());
      }),
    kube_endpointslice_annotations: annotations('ALPHA'),
    kube_endpointslice_labels: labels('ALPHA'),
    kube_endpointslice_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1EndpointSlice>;

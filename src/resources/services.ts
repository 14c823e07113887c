// Services: how they are reached from inside the cluster and from outside.
import type { V1Service } from '@kubernetes/client-node';
import { gauges, info } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const services = {
  group: '',
  version: 'v1',
  kind: 'Service',
  scope: 'namespace',
  default: true,
  identity: {
    namespace: (s) => s.metadata.namespace,
    service: (s) => s.metadata.name,
    uid: (s) => s.metadata.uid,
  },
  families: {
    kube_service_info: info('STABLE',
      'Always 1: the addresses of the service and how it takes traffic from outside.', {
        cluster_ip: (s) => s.spec?.clusterIP,
        external_name: (s) => s.spec?.externalName,
        load_balancer_ip: (s) => s.spec?.loadBalancerIP,
        external_traffic_policy: (s) => s.spec?.externalTrafficPolicy,
      }),
    kube_service_created: created('STABLE'),
    kube_service_spec_type: info('STABLE',
      'Always 1: how the service is exposed, as ClusterIP, NodePort, LoadBalancer or ExternalName.', {
        type: (s) => s.spec?.type,
      }),
    kube_service_annotations: annotations('ALPHA'),
    kube_service_labels: labels('STABLE'),
    kube_service_spec_external_ip: gauges('STABLE',
      'Always 1: one series for each external address at which nodes accept traffic for the service.', ['external_ip'], (s, emit) => {
        for (const ip of s.spec?.externalIPs ?? []) emit(1, ip);
      }),
    kube_service_status_load_balancer_ingress: gauges('STABLE',
      'Always 1: one series for each point at which the load balancer takes traffic for the service.', ['ip', 'hostname'], (s, emit) => {
        for (const { ip, hostname } of s.status?.loadBalancer?.ingress ?? []) emit(1, ip, hostname);
      }),
    kube_service_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
} satisfies Resource<V1Service>;

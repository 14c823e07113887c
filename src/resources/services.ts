// Services: type, addresses and load balancers.
import type { V1Service } from '@kubernetes/client-node';
import { spec, status } from '../metrics/family.ts';
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
    kube_service_info: spec.info('STABLE',
      'Always 1: the cluster IP, external name, load balancer IP and external traffic policy of the service.', {
        cluster_ip: (s) => s?.clusterIP,
        external_name: (s) => s?.externalName,
        load_balancer_ip: (s) => s?.loadBalancerIP,
        external_traffic_policy: (s) => s?.externalTrafficPolicy,
      }),
    kube_service_created: created('STABLE'),
    kube_service_spec_type: spec.info('STABLE',
      'Always 1: the type of the service: ClusterIP, NodePort, LoadBalancer or ExternalName.', {
        type: (s) => s?.type,
      }),
    kube_service_annotations: annotations('ALPHA'),
    kube_service_labels: labels('STABLE'),
    kube_service_spec_external_ip: spec.gauges('STABLE',
      'Always 1: one series for each external IP of the service.', ['external_ip'], (s, emit) => {
        for (const ip of s?.externalIPs ?? []) emit(1, ip);
      }),
    kube_service_status_load_balancer_ingress: status.gauges('STABLE',
      "Always 1: one series for each IP or hostname of the service's load balancer.", ['ip', 'hostname'], (s, emit) => {
        for (const { ip, hostname } of s?.loadBalancer?.ingress ?? []) emit(1, ip, hostname);
      }),
    kube_service_deletion_timestamp: deletionTimestamp('ALPHA'),
  },
} satisfies Resource<V1Service>;

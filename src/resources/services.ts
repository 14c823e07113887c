// Services: kube_service_*.
import type { V1Service } from '@kubernetes/client-node';
import { gauges, info } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';

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
    kube_service_info: info('STABLE', 'x', {
      cluster_ip: (s) => s.spec?.clusterIP,
      external_name: (s) => s.spec?.externalName,
    }),
    kube_service_spec_external_ip: gauges('STABLE', 'x', ['external_ip'], (s, emit) => {
      for (const ip of s.spec?.externalIPs ?? []) emit(1, ip);
    }),
  },
} satisfies Resource<V1Service>;

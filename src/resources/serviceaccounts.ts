// ServiceAccounts: token mounting, secrets and image pull secrets.
import type { V1ServiceAccount } from '@kubernetes/client-node';
import { gauges, info } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';

// biome-ignore format: a table, a row each
export const serviceaccounts = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  scope: 'namespace',
  default: false,
  identity: {
    namespace: (s) => s.metadata.namespace,
    serviceaccount: (s) => s.metadata.name,
    uid: (s) => s.metadata.uid,
  },
  families: {
    kube_serviceaccount_info: info('ALPHA',
      'Always 1: whether pods of the service account mount its token, empty if the account does not set it.', {
        automount_token: (s) => s.automountServiceAccountToken?.toString(),
      }),
    kube_serviceaccount_created: created('ALPHA'),
    kube_serviceaccount_deleted: deletionTimestamp('ALPHA'),
    kube_serviceaccount_secret: gauges('ALPHA',
      'Always 1: one series for each secret of the service account.', ['name'], (s, emit) => {
        for (const { name } of s.secrets ?? []) emit(1, name);
      }),
    kube_serviceaccount_image_pull_secret: gauges('ALPHA',
      'Always 1: one series for each image pull secret of the service account.', ['name'], (s, emit) => {
        for (const { name } of s.imagePullSecrets ?? []) emit(1, name);
      }),
    kube_serviceaccount_annotations: annotations('ALPHA'),
    kube_serviceaccount_labels: labels('ALPHA'),
  },
} satisfies Resource<V1ServiceAccount>;

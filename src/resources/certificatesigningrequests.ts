// CertificateSigningRequests: signer, conditions and the issued certificate.
import type { V1CertificateSigningRequest } from '@kubernetes/client-node';
import { gauge, gauges } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';

/** Every series has the label `signer_name` of the spec, so no row can do with metadata alone. */
const reads = 'object';

/** The condition types that KSM counts, and the label value of each. */
const outcomes = [
  { label: 'approved', type: 'Approved' },
  { label: 'denied', type: 'Denied' },
  { label: 'failed', type: 'Failed' },
] as const;

// biome-ignore format: a table, a row each
export const certificatesigningrequests = {
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  scope: 'cluster',
  default: true,
  identity: {
    certificatesigningrequest: (c) => c.metadata.name,
    signer_name: (c) => c.spec?.signerName,
  },
  families: {
    kube_certificatesigningrequest_annotations: { ...annotations('ALPHA'), reads },
    kube_certificatesigningrequest_labels: { ...labels('STABLE'), reads },
    kube_certificatesigningrequest_created: { ...created('STABLE'), reads },
    kube_certificatesigningrequest_condition: gauges('STABLE',
      'Number of conditions of this type, whatever their status; 0 for all types means that the request is pending.', ['condition'], (c, emit) => {
        const conditions = c.status?.conditions ?? [];
        for (const { label, type } of outcomes) emit(conditions.filter((condition) => condition.type === type).length, label);
      }),
    kube_certificatesigningrequest_cert_length: gauge('STABLE',
      'Length in bytes of the issued PEM certificate, 0 until it is issued.', (c) => Buffer.byteLength(c.status?.certificate ?? '', 'base64')),
    kube_certificatesigningrequest_deletion_timestamp: { ...deletionTimestamp('ALPHA', { optIn: true }), reads },
  },
} satisfies Resource<V1CertificateSigningRequest>;

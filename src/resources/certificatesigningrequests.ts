// CertificateSigningRequests: who is asked for a certificate, and what came of it.
import type { V1CertificateSigningRequest } from '@kubernetes/client-node';
import { gauge, gauges } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, labels } from '../metrics/stock.ts';

/** Every series names the signer, which stands in the spec: metadata alone does for none of them. */
const reads = 'object';

/** The types of condition that KSM counts, with the label that each is shown as. */
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
      'Conditions of the type that the label names, whatever their status; 0 of each type means that nobody has decided yet.', ['condition'], (c, emit) => {
        const conditions = c.status?.conditions ?? [];
        for (const { label, type } of outcomes) emit(conditions.filter((condition) => condition.type === type).length, label);
      }),
    kube_certificatesigningrequest_cert_length: gauge('STABLE',
      'Bytes of the issued certificate in PEM; 0 until there is one.', (c) => Buffer.byteLength(c.status?.certificate ?? '', 'base64')),
  },
} satisfies Resource<V1CertificateSigningRequest>;

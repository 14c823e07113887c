// Cases of leases, certificate requests and namespaces.
import type { Case, Series } from './case.ts';

const request = 'certificatesigningrequest="csr-1",signer_name="kubernetes.io/kubelet-serving"';
const labels = {
  certificatesigningrequest: 'csr-1',
  signer_name: 'kubernetes.io/kubelet-serving',
};

const decided = (approved: number, denied: number, certificateLength: number): Series => ({
  [`kube_certificatesigningrequest_condition{${request},condition="approved"}`]: approved,
  [`kube_certificatesigningrequest_condition{${request},condition="denied"}`]: denied,
  [`kube_certificatesigningrequest_condition{${request},condition="failed"}`]: 0,
  [`kube_certificatesigningrequest_cert_length{${request}}`]: certificateLength,
});

const lease = 'kube_lease_renew_time{namespace="kube-system",lease="kube-scheduler"}';
const phase = (of: string) => `kube_namespace_status_phase{namespace="old",phase="${of}"}`;

export const clusterCases: readonly Case[] = [
  {
    alert: 'KubeControlPlaneLeaseExpired',
    fires: {
      // Renewed until second 60; more than 60 s later is minute 3, and five more.
      series: { [lease]: '0 60+0x30' },
      at: 8,
      labels: { lease: 'kube-scheduler' },
      value: '7m 0s',
    },
    quiet: [
      { because: 'it is renewed', series: { [lease]: '0+60x30' }, at: 30 },
      {
        because: 'it is a lease of another program',
        series: { 'kube_lease_renew_time{namespace="kube-system",lease="old-operator"}': 0 },
        at: 30,
      },
    ],
  },
  {
    alert: 'KubeCertificateSigningRequestPending',
    fires: { series: decided(0, 0, 0), at: 15, labels },
    quiet: [
      { because: 'it is approved', series: decided(1, 0, 900), at: 30 },
      { because: 'it is denied', series: decided(0, 1, 0), at: 30 },
    ],
  },
  {
    alert: 'KubeCertificateSigningRequestNotIssued',
    fires: { series: decided(1, 0, 0), at: 15, labels },
    quiet: [
      { because: 'it is issued', series: decided(1, 0, 900), at: 30 },
      { because: 'nobody has approved it', series: decided(0, 0, 0), at: 30 },
    ],
  },
  {
    alert: 'KubeNamespaceStuckTerminating',
    fires: {
      series: { [phase('Terminating')]: 1, [phase('Active')]: 0 },
      at: 60,
      labels: { namespace: 'old' },
    },
    quiet: [
      {
        because: 'KubePodStuckTerminating fires for a pod of it',
        series: {
          [phase('Terminating')]: 1,
          'kube_pod_deletion_timestamp{namespace="old",pod="p",uid="u"}': 0,
        },
        at: 90,
      },
      {
        because: 'it is active',
        series: { [phase('Terminating')]: 0, [phase('Active')]: 1 },
        at: 90,
      },
    ],
  },
];

// Alerts on control plane leases, certificate requests and namespaces that are stuck terminating.
import type { RuleGroup } from './rule.ts';

export const cluster = {
  name: 'cluster',
  title: 'Certificates, leases and namespaces',
  recordings: [],
  alerts: [
    {
      alert: 'KubeControlPlaneLeaseExpired',
      severity: 'critical',
      for: '5m',
      expr: `
        time() - max by (lease) (
          kube_lease_renew_time{
            namespace="kube-system",lease=~"kube-controller-manager|kube-scheduler"
          }
        )
        > 60`,
      summary: 'The lease of {lease} has expired.',
      description:
        'It was last renewed {value|humanizeDuration} ago, so no {lease} is active: pods are not ' +
        'scheduled, or no controller works.',
      steps: [
        'Check its pods or its service on the control plane, and their logs. They need valid ' +
          'certificates, etcd and the API server.',
        'If kubestate itself is stale (KubeStateMetricsStale), fix that first: the lease may ' +
          'be fine.',
      ],
      because:
        'Its holder renews it every two seconds, and others may take it after 15. Five minutes ' +
        'cover a rollout of the control plane.',
    },
    {
      alert: 'KubeCertificateSigningRequestPending',
      severity: 'warning',
      for: '15m',
      expr: `
        sum by (certificatesigningrequest, signer_name) (
          max by (certificatesigningrequest, signer_name, condition) (
            kube_certificatesigningrequest_condition
          )
        ) == 0`,
      summary: 'CertificateSigningRequest {certificatesigningrequest} is pending.',
      description:
        'The requester waits for a certificate of {signer_name}. Undecided requests are removed ' +
        'after a day.',
      steps: [
        'See who requests what: `kubectl describe certificatesigningrequest ' +
          '{certificatesigningrequest}`. Then `kubectl certificate approve` or `deny`.',
        'If requests of this signer should be approved automatically, check its approver.',
      ],
      because: 'Approvers need seconds; 15 minutes leave time for people.',
    },
    {
      alert: 'KubeCertificateSigningRequestNotIssued',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (certificatesigningrequest, signer_name) (
          kube_certificatesigningrequest_condition{condition="approved"} > 0
          and on (certificatesigningrequest)
          kube_certificatesigningrequest_cert_length == 0
        )`,
      summary:
        'CertificateSigningRequest {certificatesigningrequest} is approved, but no certificate ' +
        'was issued.',
      description: 'The signer {signer_name} does not respond, or failed.',
      steps: [
        'Read its conditions: `kubectl describe certificatesigningrequest ' +
          '{certificatesigningrequest}`. Check that the signer runs; the built-in ones are part ' +
          'of kube-controller-manager and need the key of the cluster CA.',
      ],
      because:
        'Signers need seconds. Approved requests are removed after an hour, so this has to come ' +
        'early.',
    },
    {
      alert: 'KubeNamespaceStuckTerminating',
      severity: 'info',
      for: '1h',
      expr: `
        max by (namespace) (kube_namespace_status_phase{phase="Terminating"}) == 1
        unless on (namespace)
        time() - kube_pod_deletion_timestamp > 900`,
      summary: 'Namespace {namespace} is stuck terminating.',
      description: 'It was deleted, but some of its content cannot be.',
      steps: [
        'Its conditions name what remains: `kubectl get namespace {namespace} --output yaml`. ' +
          'Usually it is a finalizer whose controller is gone, or an APIService that does not ' +
          'respond.',
      ],
      because:
        'Large namespaces take minutes; an hour means that deletion is stuck. A pod of it that ' +
        'is stuck has an alert of its own.',
    },
  ],
} satisfies RuleGroup;

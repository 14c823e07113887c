// Alerts on what waits for somebody, or runs out, in the cluster as a whole.
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
      summary: 'Nobody holds the lease of {lease}.',
      description:
        'It was last renewed {value|humanizeDuration} ago, so no {lease} works: no pod finds a ' +
        'node, or no controller acts.',
      steps: [
        'Look at its pods or its service on the control plane, and at their logs: certificates, ' +
          'etcd and the API server are what they need.',
        'If kubestate itself is behind (KubeStateMetricsStale), mend that first: the lease may ' +
          'be well.',
      ],
      because:
        'Its holder renews it every two seconds, and it is free for others after fifteen. Five ' +
        'minutes are a rollout of the control plane.',
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
      summary: 'Nobody has decided on certificate request {certificatesigningrequest}.',
      description:
        'Whoever asked {signer_name} for it waits. Requests that nobody decides on expire after ' +
        'a day.',
      steps: [
        'See who asks and for what: `kubectl describe certificatesigningrequest ' +
          '{certificatesigningrequest}`. Then `kubectl certificate approve` or `deny`.',
        'If requests of this signer should be approved by themselves, look at its approver.',
      ],
      because: 'Approvers need seconds; a quarter of an hour is left for people.',
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
      summary: 'Certificate request {certificatesigningrequest} is approved, but not issued.',
      description: 'The signer {signer_name} has not answered, or has failed.',
      steps: [
        'See its conditions: `kubectl describe certificatesigningrequest ' +
          '{certificatesigningrequest}`. Is the signer running? The built-in ones are part of ' +
          'kube-controller-manager and need the key of the cluster.',
      ],
      because:
        'Signers need seconds. An approved request is removed after an hour, so this is early.',
    },
    {
      alert: 'KubeNamespaceStuckTerminating',
      severity: 'info',
      for: '1h',
      expr: 'max by (namespace) (kube_namespace_status_phase{phase="Terminating"}) == 1',
      summary: 'Namespace {namespace} does not go away.',
      description: 'It has been deleted, but something in it cannot be.',
      steps: [
        'Its conditions name what is left: `kubectl get namespace {namespace} --output yaml`. ' +
          'Mostly a finalizer whose controller is gone, or an APIService that does not answer.',
      ],
      because: 'Large namespaces take minutes; an hour means that something is stuck.',
    },
  ],
} satisfies RuleGroup;

// The row of Cluster API in the dashboard Custom resources.
import type { Row } from './model.ts';
import { yes } from './parts.ts';

const width = 8;
/** Certificates that expire sooner are red. */
const certificateSeconds = 7 * 24 * 3_600;

type Sign = '=' | '!=';

/** Under --sparse-statesets there is either a series of the one kind, or one of the other. */
const available = (sign: Sign): string =>
  `type="Available", status${sign}"True", namespace=~"$namespace"`;
const ready = (sign: Sign): string => `type="Ready", status${sign}"True", namespace=~"$namespace"`;

export const clusterApi: Row = {
  title: 'Cluster API',
  panels: [
    {
      kind: 'stat',
      title: 'Clusters not available',
      about:
        'Clusters whose control plane, workers or infrastructure do not work. ' +
        '`clusterctl describe cluster` shows what is missing.',
      unit: 'none',
      width,
      trouble: { from: 1 },
      next: { table: 'Clusters now', column: 'Available' },
      query: `
        sum(
          max by (namespace, name) (capi_cluster_status_condition{${available('!=')}})
          or 0 * max by (namespace, name) (capi_cluster_status_condition{${available('=')}})
        )`,
    },
    {
      kind: 'stat',
      title: 'Machines not ready',
      about:
        'Machines that have not booted, or whose node is not ready. `kubectl describe machine` ' +
        'says which.',
      unit: 'none',
      width,
      trouble: { from: 1 },
      next: { table: 'Machines now', column: 'Ready' },
      query: `
        sum(
          max by (namespace, name) (capi_machine_status_condition{${ready('!=')}})
          or 0 * max by (namespace, name) (capi_machine_status_condition{${ready('=')}})
        )`,
    },
    {
      kind: 'stat',
      title: 'Next certificate of a control plane to expire',
      about:
        'Time until the first certificate of a control plane machine expires. Roll the control ' +
        'plane out before it does.',
      unit: 's',
      width,
      trouble: { below: certificateSeconds },
      next: { table: 'Machines now', column: 'Expires in' },
      query: `
        min(capi_machine_status_certificatesexpirydate{namespace=~"$namespace"} > 0) - time()`,
    },
    {
      kind: 'table',
      title: 'Clusters now',
      size: 'few',
      about:
        'A cluster that is not available lacks its control plane, workers or infrastructure. One ' +
        'that stays in Provisioning waits for its infrastructure.',
      width: 10,
      keys: { namespace: 'Namespace', name: 'Cluster name' },
      links: { namespace: 'namespaces' },
      sort: 'Available',
      columns: [
        {
          title: 'Available',
          unit: 'none',
          words: yes,
          query: `
            max by (namespace, name) (capi_cluster_status_condition{${available('=')}})
            or 0 * max by (namespace, name) (capi_cluster_status_condition{${available('!=')}})`,
        },
        {
          labels: { phase: 'Phase' },
          colours: { Failed: 'red', Deleting: 'orange', Unknown: 'orange' },
          query: `
            max by (namespace, name, phase) (
              capi_cluster_status_phase{namespace=~"$namespace"} == 1
            )`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'Machines now',
      size: 'few',
      about:
        'A machine that is not ready has not booted, or its node is not ready. What ' +
        'expires is the certificate of a control plane.',
      width: 14,
      keys: { namespace: 'Namespace', cluster_name: 'Cluster name', name: 'Machine' },
      links: { namespace: 'namespaces' },
      sort: 'Ready',
      columns: [
        {
          title: 'Ready',
          unit: 'none',
          words: yes,
          query: `
            max by (namespace, cluster_name, name) (capi_machine_status_condition{${ready('=')}})
            or 0 * max by (namespace, cluster_name, name) (
              capi_machine_status_condition{${ready('!=')}}
            )`,
        },
        {
          labels: { version: 'Version' },
          query: `
            group by (namespace, cluster_name, name, version) (
              capi_machine_info{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Expires in',
          unit: 's',
          trouble: { below: certificateSeconds },
          query: `
            max by (namespace, cluster_name, name) (
              capi_machine_status_certificatesexpirydate{namespace=~"$namespace"} > 0
            ) - time()`,
        },
      ],
    },
    {
      kind: 'table',
      title: 'MachineDeployments now',
      size: 'few',
      about:
        'Fewer available than desired: machines boot or fail. Fewer up to date than desired: a ' +
        'rollout is going on or stuck.',
      keys: { namespace: 'Namespace', cluster_name: 'Cluster name', name: 'MachineDeployment' },
      links: { namespace: 'namespaces' },
      sort: 'Available',
      columns: [
        machines('Desired', 'capi_machinedeployment_spec_replicas'),
        machines('Available', 'capi_machinedeployment_status_replicas_available'),
        machines('Up to date', 'capi_machinedeployment_status_replicas_uptodate'),
        {
          labels: { version: 'Version' },
          query: `
            group by (namespace, cluster_name, name, version) (
              capi_machinedeployment_info{namespace=~"$namespace"}
            )`,
        },
      ],
    },
  ],
};

function machines(title: string, family: string) {
  return {
    title,
    unit: 'none',
    query: `
      max by (namespace, cluster_name, name) (${family}{namespace=~"$namespace"})`,
  } as const;
}

// The dashboard Storage: pending claims, unused volumes, and volumes that fill up.
import type { Dashboard, Row } from './model.ts';
import { alive } from './parts.ts';
import { cluster, namespace } from './variables.ts';

const health: Row = {
  title: 'Health',
  panels: [
    {
      kind: 'stat',
      title: 'Pending claims',
      about:
        'Claims without a volume. `kubectl describe pvc` says whether the StorageClass is ' +
        'missing, its provisioner fails, or it waits for its first pod.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Claims now', column: 'Phase' },
      query: `
        sum(kube_persistentvolumeclaim_status_phase{phase="Pending", namespace=~"$namespace"})
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Lost claims',
      about:
        'Claims whose volume no longer exists. Pods that use them do not start: restore ' +
        'the data into a new claim.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Claims now', column: 'Phase' },
      query: `
        sum(kube_persistentvolumeclaim_status_phase{phase="Lost", namespace=~"$namespace"})
        or vector(0)`,
    },
    {
      kind: 'stat',
      title: 'Failed volumes',
      about:
        'Volumes that could not be reclaimed. Their storage still exists and costs money: ' +
        'see `kubectl describe pv` and delete it by hand.',
      unit: 'none',
      trouble: { from: 1 },
      next: { table: 'Volumes now', column: 'Phase' },
      query: 'sum(kube_persistentvolume_status_phase{phase="Failed"}) or vector(0)',
    },
    {
      kind: 'stat',
      title: 'Released volumes',
      about:
        'Volumes whose claim was deleted and whose data is retained: delete them once the ' +
        'data is no longer needed.',
      unit: 'none',
      trouble: { near: 1 },
      next: { table: 'Volumes now', column: 'Phase' },
      query: 'sum(kube_persistentvolume_status_phase{phase="Released"}) or vector(0)',
    },
    {
      kind: 'stat',
      title: 'Requested storage',
      about: 'Storage requested by the claims of the selected namespaces, bound or not.',
      unit: 'bytes',
      next: { table: 'Claims now', column: 'Requested' },
      query: `
        sum(
          kube_persistentvolumeclaim_resource_requests_storage_bytes{namespace=~"$namespace"}
        )`,
    },
    {
      kind: 'stat',
      title: 'Fullest volume',
      about:
        'Usage of the fullest volume, as measured by its kubelet. Above 90 % expand it ' +
        'where its StorageClass allows, or delete data.',
      unit: 'percentunit',
      trouble: { from: 0.95, near: 0.85 },
      joins: 'kubelet',
      next: { table: 'Claims now', column: 'Usage' },
      query: `
        max(
          kubelet_volume_stats_used_bytes{namespace=~"$namespace"}
          / kubelet_volume_stats_capacity_bytes
        )`,
    },
  ],
};

const claims: Row = {
  title: 'Claims',
  panels: [
    {
      kind: 'table',
      title: 'Claims now',
      size: 'many',
      about:
        'Pods of a claim that is not Bound cannot start. A claim that no pod uses may be ' +
        'forgotten, and a nearly full one stops its writers.',
      keys: { namespace: 'Namespace', persistentvolumeclaim: 'Claim' },
      links: { namespace: 'namespaces' },
      sort: '-Phase',
      columns: [
        {
          labels: { phase: 'Phase' },
          colours: { Bound: 'green', Pending: 'red', Lost: 'red' },
          query: `
            max by (namespace, persistentvolumeclaim, phase) (
              kube_persistentvolumeclaim_status_phase{namespace=~"$namespace"} == 1
            )`,
        },
        {
          labels: { storageclass: 'StorageClass', volumename: 'Volume' },
          query: `
            group by (namespace, persistentvolumeclaim, storageclass, volumename) (
              kube_persistentvolumeclaim_info{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Requested',
          unit: 'bytes',
          query: `
            max by (namespace, persistentvolumeclaim) (
              kube_persistentvolumeclaim_resource_requests_storage_bytes{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Pods',
          unit: 'none',
          query: `
            count by (namespace, persistentvolumeclaim) (
              kube_pod_spec_volumes_persistentvolumeclaims_info{namespace=~"$namespace"} ${alive}
            )`,
        },
        {
          title: 'Usage',
          unit: 'percentunit',
          bar: true,
          trouble: { from: 0.95, near: 0.85 },
          joins: 'kubelet',
          query: `
            max by (namespace, persistentvolumeclaim) (
              kubelet_volume_stats_used_bytes{namespace=~"$namespace"}
              / kubelet_volume_stats_capacity_bytes
            )`,
        },
        {
          title: 'Inodes used',
          unit: 'percentunit',
          bar: true,
          trouble: { from: 0.95, near: 0.85 },
          joins: 'kubelet',
          query: `
            max by (namespace, persistentvolumeclaim) (
              kubelet_volume_stats_inodes_used{namespace=~"$namespace"}
              / kubelet_volume_stats_inodes
            )`,
        },
        {
          title: 'Full in',
          unit: 's',
          trouble: { below: 4 * 24 * 3_600 },
          joins: 'kubelet',
          query: `
            min by (namespace, persistentvolumeclaim) (
              kubelet_volume_stats_available_bytes{namespace=~"$namespace"}
              / (deriv(kubelet_volume_stats_used_bytes[6h]) > 0)
            )`,
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Volume usage',
      about:
        'The ten fullest volumes. A steady slope shows when to act, a step is one large ' +
        'write.',
      unit: 'percentunit',
      queries: [
        {
          query: `
            topk(10,
              max by (namespace, persistentvolumeclaim) (
                kubelet_volume_stats_used_bytes{namespace=~"$namespace"}
                / kubelet_volume_stats_capacity_bytes
              )
            )`,
          legend: '{{namespace}}/{{persistentvolumeclaim}}',
          joins: 'kubelet',
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Requested storage by StorageClass',
      about: 'Storage requested by claims, by StorageClass.',
      unit: 'bytes',
      stacked: true,
      queries: [
        {
          query: `
            sum by (storageclass) (
              kube_persistentvolumeclaim_resource_requests_storage_bytes{namespace=~"$namespace"}
              * on (namespace, persistentvolumeclaim) group_left (storageclass)
              max by (namespace, persistentvolumeclaim, storageclass) (
                kube_persistentvolumeclaim_info
              )
            )`,
          legend: '{{storageclass}}',
        },
      ],
    },
  ],
};

const volumes: Row = {
  title: 'Volumes',
  panels: [
    {
      kind: 'table',
      title: 'Volumes now',
      size: 'many',
      about:
        'Released volumes keep the data of a deleted claim, and failed ones could not be ' +
        'deleted. Both cost money and are not used.',
      width: 16,
      keys: { persistentvolume: 'Volume' },
      links: { claim_namespace: 'namespaces' },
      sort: '-Phase',
      columns: [
        {
          labels: { phase: 'Phase' },
          colours: { Released: 'orange', Failed: 'red' },
          query: `
            max by (persistentvolume, phase) (kube_persistentvolume_status_phase == 1)`,
        },
        {
          labels: { storageclass: 'StorageClass', reclaim_policy: 'Reclaim policy' },
          query: `
            group by (persistentvolume, storageclass, reclaim_policy) (kube_persistentvolume_info)`,
        },
        {
          labels: { claim_namespace: 'Namespace', name: 'Claim' },
          query: `
            group by (persistentvolume, claim_namespace, name) (kube_persistentvolume_claim_ref)`,
        },
        {
          title: 'Size',
          unit: 'bytes',
          query: 'max by (persistentvolume) (kube_persistentvolume_capacity_bytes)',
        },
      ],
    },
    {
      kind: 'table',
      title: 'StorageClasses',
      size: 'many',
      about:
        'Provisioner and binding mode of each StorageClass. With WaitForFirstConsumer a ' +
        'claim stays pending until a pod uses it.',
      width: 8,
      keys: { storageclass: 'StorageClass' },
      sort: 'StorageClass',
      columns: [
        {
          labels: { provisioner: 'Provisioner', volume_binding_mode: 'Binding mode' },
          query: `
            group by (storageclass, provisioner, volume_binding_mode) (kube_storageclass_info)`,
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Volumes by phase',
      about: 'Released and failed volumes that accumulate need to be cleaned up.',
      unit: 'short',
      stacked: true,
      width: 24,
      queries: [
        {
          query: 'sum by (phase) (kube_persistentvolume_status_phase) > 0',
          legend: '{{phase}}',
        },
      ],
    },
  ],
};

export const storage: Dashboard = {
  name: 'storage',
  title: 'Storage',
  about: 'Which claims are unbound, which volumes fill up, and which are no longer used?',
  variables: [cluster, namespace],
  rows: [health, claims, volumes],
};

// The dashboard of storage: claims that get no volume, volumes that nobody has, disks that fill up.
import type { Dashboard, Row } from './model.ts';
import { alive } from './parts.ts';
import { namespace } from './variables.ts';

const health: Row = {
  title: 'Is it well?',
  panels: [
    {
      kind: 'stat',
      title: 'Claims that wait',
      about:
        'Claims without a volume: `kubectl describe pvc` says whether a class is missing, its ' +
        'provisioner fails, or it waits for a pod to use it.',
      unit: 'none',
      trouble: { from: 1 },
      query: `
        sum(kube_persistentvolumeclaim_status_phase{phase="Pending", namespace=~"$namespace"})`,
    },
    {
      kind: 'stat',
      title: 'Claims that lost their volume',
      about:
        'Claims whose volume is gone: pods that use them will not start, so restore the data ' +
        'into a new claim.',
      unit: 'none',
      trouble: { from: 1 },
      query: `
        sum(kube_persistentvolumeclaim_status_phase{phase="Lost", namespace=~"$namespace"})`,
    },
    {
      kind: 'stat',
      title: 'Volumes that failed',
      about:
        'Volumes that could not be reclaimed: their storage is still there and still paid for, ' +
        'so see `kubectl describe pv` and remove it by hand.',
      unit: 'none',
      trouble: { from: 1 },
      query: 'sum(kube_persistentvolume_status_phase{phase="Failed"})',
    },
    {
      kind: 'stat',
      title: 'Volumes left behind',
      about:
        'Volumes whose claim was deleted and whose data is kept: delete them when nobody wants ' +
        'the data any more.',
      unit: 'none',
      trouble: { near: 1 },
      query: 'sum(kube_persistentvolume_status_phase{phase="Released"})',
    },
    {
      kind: 'stat',
      title: 'Claimed',
      about: 'Storage that the chosen namespaces’ claims ask for, bound or not.',
      unit: 'bytes',
      query: `
        sum(
          kube_persistentvolumeclaim_resource_requests_storage_bytes{namespace=~"$namespace"}
        )`,
    },
    {
      kind: 'stat',
      title: 'Fullest volume',
      about:
        'How full the fullest volume is, as its kubelet measures it; above 90 % make it larger ' +
        'where its class allows that, or remove data.',
      unit: 'percentunit',
      trouble: { from: 0.95, near: 0.85 },
      joins: 'kubelet',
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
      title: 'Each claim now',
      about:
        'A claim that is not Bound keeps its pods from starting; one that no pod uses may be ' +
        'forgotten, and one that is nearly full stops what writes to it.',
      keys: { namespace: 'Namespace', persistentvolumeclaim: 'Claim' },
      sort: '-Phase',
      columns: [
        {
          labels: { phase: 'Phase' },
          query: `
            max by (namespace, persistentvolumeclaim, phase) (
              kube_persistentvolumeclaim_status_phase{namespace=~"$namespace"} == 1
            )`,
        },
        {
          labels: { storageclass: 'Class', volumename: 'Volume' },
          query: `
            group by (namespace, persistentvolumeclaim, storageclass, volumename) (
              kube_persistentvolumeclaim_info{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Asked for',
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
          title: 'Full',
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
      title: 'How full volumes are',
      about:
        'The ten fullest volumes; a steady slope says when to act, a step is somebody who wrote ' +
        'a lot at once.',
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
      title: 'Claimed by class',
      about: 'Storage that claims ask for, by the class that makes it: what grows is what costs.',
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
      title: 'Each volume now',
      about:
        'Released volumes keep the data of a claim that is gone and failed ones could not be ' +
        'removed; both are storage that nobody uses and somebody pays for.',
      width: 16,
      keys: { persistentvolume: 'Volume' },
      sort: '-Phase',
      columns: [
        {
          labels: { phase: 'Phase' },
          query: `
            max by (persistentvolume, phase) (kube_persistentvolume_status_phase == 1)`,
        },
        {
          labels: { storageclass: 'Class', reclaim_policy: 'In the end' },
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
      title: 'Classes',
      about:
        'Who makes volumes of a class and when: with WaitForFirstConsumer a claim rightly waits ' +
        'until a pod uses it.',
      width: 8,
      keys: { storageclass: 'Class' },
      sort: 'Class',
      columns: [
        {
          labels: { provisioner: 'Made by', volume_binding_mode: 'Bound' },
          query: `
            group by (storageclass, provisioner, volume_binding_mode) (kube_storageclass_info)`,
        },
      ],
    },
    {
      kind: 'lines',
      title: 'Volumes by phase',
      about: 'Released and failed volumes that pile up are clean-up that nobody does.',
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
  about: 'Which claims get no volume, which volumes fill up, and which has nobody any more?',
  variables: [namespace],
  rows: [health, claims, volumes],
};

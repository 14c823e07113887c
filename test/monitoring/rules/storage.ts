// Cases of claims and volumes.
import type { Case, Series } from './case.ts';

const claim = 'namespace="data",persistentvolumeclaim="disk"';
const labels = { namespace: 'data', persistentvolumeclaim: 'disk' };

const claimIn = (phase: string, bindingMode: string): Series => ({
  [`kube_persistentvolumeclaim_status_phase{${claim},phase="${phase}"}`]: 1,
  [`kube_persistentvolumeclaim_info{${claim},storageclass="ssd"}`]: 1,
  [`kube_storageclass_info{storageclass="ssd",volume_binding_mode="${bindingMode}"}`]: 1,
});

const attachment = (attached: number): Series => ({
  'kube_volumeattachment_info{volumeattachment="va",attacher="csi",node="n1"}': 1,
  'kube_volumeattachment_status_attached{volumeattachment="va"}': attached,
});

const volumeIn = (phase: string): Series => ({
  [`kube_persistentvolume_status_phase{persistentvolume="pv",phase="${phase}"}`]: 1,
});

const pending = 'KubePersistentVolumeClaimPending';

export const storageCases: readonly Case[] = [
  {
    alert: pending,
    fires: { series: claimIn('Pending', 'Immediate'), at: 15, labels },
    quiet: [
      { because: 'it is bound', series: claimIn('Bound', 'Immediate'), at: 30 },
      {
        because: 'its StorageClass has WaitForFirstConsumer, and no pod uses it',
        series: claimIn('Pending', 'WaitForFirstConsumer'),
        at: 30,
      },
      {
        because: 'KubePodUnschedulable fires for the pod that it waits for',
        series: {
          ...claimIn('Pending', 'WaitForFirstConsumer'),
          [`kube_pod_spec_volumes_persistentvolumeclaims_info{${claim},pod="p",uid="u"}`]: 1,
          'kube_pod_status_unschedulable{namespace="data",pod="p",uid="u"}': 1,
        },
        at: 30,
      },
    ],
  },
  {
    alert: pending,
    fires: {
      series: {
        ...claimIn('Pending', 'WaitForFirstConsumer'),
        [`kube_pod_spec_volumes_persistentvolumeclaims_info{${claim},pod="p",uid="u"}`]: 1,
      },
      at: 15,
      labels,
    },
    quiet: [],
  },
  {
    alert: 'KubePersistentVolumeClaimLost',
    fires: { series: claimIn('Lost', 'Immediate'), at: 5, labels },
    quiet: [{ because: 'it is bound', series: claimIn('Bound', 'Immediate'), at: 30 }],
  },
  {
    alert: 'KubePersistentVolumeErrors',
    fires: {
      series: volumeIn('Failed'),
      at: 5,
      labels: { persistentvolume: 'pv', phase: 'Failed' },
    },
    quiet: [{ because: 'it was released', series: volumeIn('Released'), at: 30 }],
  },
  {
    alert: 'KubeVolumeAttachmentPending',
    fires: { series: attachment(0), at: 15, labels: { volumeattachment: 'va', node: 'n1' } },
    quiet: [{ because: 'it is attached', series: attachment(1), at: 30 }],
  },
];

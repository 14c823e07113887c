// Alerts on pending and lost PersistentVolumeClaims, and on volumes that failed or do not attach.
import type { RuleGroup } from './rule.ts';

export const storage = {
  name: 'storage',
  title: 'Storage',
  recordings: [],
  alerts: [
    {
      alert: 'KubePersistentVolumeClaimPending',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (namespace, persistentvolumeclaim) (
          kube_persistentvolumeclaim_status_phase{phase="Pending"} == 1
          unless on (namespace, persistentvolumeclaim)
          (
            kube_persistentvolumeclaim_info
            and on (storageclass)
            kube_storageclass_info{volume_binding_mode="WaitForFirstConsumer"}
            unless on (namespace, persistentvolumeclaim)
            (
              kube_pod_spec_volumes_persistentvolumeclaims_info
              unless on (namespace, pod, uid)
              kube_pod_status_unschedulable == 1
            )
          )
        )`,
      summary: 'PersistentVolumeClaim {namespace}/{persistentvolumeclaim} stays pending.',
      description: 'Pods that use it cannot start.',
      steps: [
        "Read the provisioner's events: `kubectl describe persistentvolumeclaim --namespace " +
          '{namespace} {persistentvolumeclaim}`.',
        'Check that its StorageClass exists, that the CSI driver of that class runs, and that ' +
          'no cloud quota is exhausted.',
      ],
      because:
        'Volumes are provisioned within minutes. Claims with WaitForFirstConsumer wait for a ' +
        'pod to be scheduled, and are excluded until then.',
      mixin: ['KubePodNotReady'],
    },
    {
      alert: 'KubePersistentVolumeClaimLost',
      severity: 'critical',
      for: '5m',
      expr: `
        max by (namespace, persistentvolumeclaim) (
          kube_persistentvolumeclaim_status_phase{phase="Lost"}
        ) == 1`,
      summary: 'PersistentVolumeClaim {namespace}/{persistentvolumeclaim} has lost its volume.',
      description:
        'The PersistentVolume that it was bound to no longer exists; its data may be lost.',
      steps: [
        'Delete nothing. Check whether the disk still exists in the storage system: its name ' +
          'is in the volume, or in `kubectl describe persistentvolumeclaim --namespace ' +
          '{namespace} {persistentvolumeclaim}`.',
        'If it does, create a PersistentVolume for it by hand; if not, restore a backup.',
      ],
      because:
        'It never recovers by itself, and anything done before a person looks may make it worse.',
    },
    {
      alert: 'KubePersistentVolumeErrors',
      severity: 'critical',
      for: '5m',
      expr: `
        max by (persistentvolume, phase) (
          kube_persistentvolume_status_phase{phase=~"Failed|Pending"}
        ) > 0`,
      summary: 'PersistentVolume {persistentvolume} is {phase}.',
      description: 'It could not be provisioned, or not be deleted after its claim was deleted.',
      steps: [
        'Read its events and its message: `kubectl describe persistentvolume ' +
          '{persistentvolume}`. Then read the log of its CSI driver.',
        'Failed after its claim was deleted: the disk still exists and costs money.',
      ],
      because: 'Drivers retry within seconds. The severity is that of kubernetes-mixin.',
      mixin: ['KubePersistentVolumeErrors'],
    },
    {
      alert: 'KubeVolumeAttachmentPending',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (volumeattachment, node) (
          kube_volumeattachment_info
          and on (volumeattachment)
          kube_volumeattachment_status_attached == 0
        )`,
      summary: 'A volume cannot be attached to node {node}.',
      description: 'Pods on that node wait for it.',
      steps: [
        "Read the attacher's error: `kubectl describe volumeattachment {volumeattachment}`.",
        'Still attached to another node: detach it there, or delete that node if it is gone.',
      ],
      because:
        'Attaching takes seconds; after the loss of a node it takes a little over six minutes.',
      mixin: ['KubePodNotReady', 'KubeContainerWaiting'],
    },
  ],
} satisfies RuleGroup;

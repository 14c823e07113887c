// Alerts on claims that get no volume or lost theirs, and on volumes that failed.
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
            kube_pod_spec_volumes_persistentvolumeclaims_info
          )
        )`,
      summary: 'Claim {namespace}/{persistentvolumeclaim} gets no volume.',
      description: 'Pods that use it cannot start.',
      steps: [
        'See what the provisioner says: `kubectl describe persistentvolumeclaim --namespace ' +
          '{namespace} {persistentvolumeclaim}`.',
        'Does its storage class exist, is the driver of that class running, is there a quota of ' +
          'the cloud that is used up?',
      ],
      because:
        'Volumes are made within minutes. A claim of a class that waits for its first pod, and ' +
        'has none, waits rightly.',
    },
    {
      alert: 'KubePersistentVolumeClaimLost',
      severity: 'critical',
      for: '5m',
      expr: `
        max by (namespace, persistentvolumeclaim) (
          kube_persistentvolumeclaim_status_phase{phase="Lost"}
        ) == 1`,
      summary: 'Claim {namespace}/{persistentvolumeclaim} has lost its volume.',
      description: 'The volume that it was bound to is gone, and maybe the data with it.',
      steps: [
        'Delete nothing. Look whether the disk itself still exists in the storage system: its ' +
          'name stands in the volume, or in `kubectl describe persistentvolumeclaim --namespace ' +
          '{namespace} {persistentvolumeclaim}`.',
        'If it does, make a PersistentVolume for it by hand; if not, restore a backup.',
      ],
      because:
        'It never heals by itself, and the less that happens before a person looks the better.',
    },
    {
      alert: 'KubePersistentVolumeErrors',
      severity: 'warning',
      for: '15m',
      expr: `
        max by (persistentvolume, phase) (
          kube_persistentvolume_status_phase{phase=~"Failed|Pending"}
        ) == 1`,
      summary: 'Volume {persistentvolume} is {phase}.',
      description: 'It could not be made, or not be removed after its claim was deleted.',
      steps: [
        'Read its events and its message: `kubectl describe persistentvolume ' +
          '{persistentvolume}`; then the log of its driver.',
        'Failed after a claim was deleted: the disk is still there, and paid for.',
      ],
      because: 'Drivers try again for minutes. It costs money rather than data, so it can wait.',
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
      summary: 'A volume does not get to node {node}.',
      description: 'Pods on that node wait for it.',
      steps: [
        'See what the attacher says: `kubectl describe volumeattachment {volumeattachment}`.',
        'Still attached to another node: that node must let go of it, or be deleted if it is gone.',
      ],
      because: 'Attaching takes seconds, after a lost node six minutes and a little.',
    },
  ],
} satisfies RuleGroup;

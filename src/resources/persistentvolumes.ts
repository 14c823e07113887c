// PersistentVolumes: capacity, phase, volume source and claim.
import type { V1PersistentVolume } from '@kubernetes/client-node';
import { spec, status } from '../metrics/family.ts';
import type { Received } from '../metrics/object.ts';
import { wholeQuantity } from '../metrics/quantity.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';

const phases = ['Pending', 'Available', 'Bound', 'Released', 'Failed'] as const;

// biome-ignore format: a table, a row each
export const persistentvolumes = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  scope: 'cluster',
  default: true,
  identity: {
    persistentvolume: (v) => v.metadata.name,
  },
  families: {
    kube_persistentvolume_claim_ref: spec.gauges('STABLE',
      'Always 1: the PersistentVolumeClaim that the volume is bound to.', ['name', 'claim_namespace'], (s, emit) => {
        const claim = s?.claimRef;
        if (claim) emit(1, claim.name, claim.namespace);
      }),
    kube_persistentvolume_annotations: annotations('ALPHA'),
    kube_persistentvolume_labels: labels('STABLE'),
    kube_persistentvolume_status_phase: status.stateSet('STABLE',
      'Whether the PersistentVolume is in this phase: 1 if so, else 0.', ['phase'], phases, (s, emit) => {
        if (s?.phase) emit(s.phase);
      }),
    kube_persistentvolume_info: spec.info('STABLE',
      'Always 1: the storage class, volume source and reclaim policy of the PersistentVolume.', {
        storageclass: (s) => s?.storageClassName,
        gce_persistent_disk_name: (s) => behind(s, 'gcePersistentDisk')?.pdName,
        ebs_volume_id: (s) => behind(s, 'awsElasticBlockStore')?.volumeID,
        azure_disk_name: (s) => behind(s, 'azureDisk')?.diskName,
        fc_wwids: (s) => listed(behind(s, 'fc')?.wwids),
        fc_lun: (s) => behind(s, 'fc')?.lun?.toString(),
        fc_target_wwns: (s) => listed(behind(s, 'fc')?.targetWWNs),
        iscsi_target_portal: (s) => behind(s, 'iscsi')?.targetPortal,
        iscsi_iqn: (s) => behind(s, 'iscsi')?.iqn,
        iscsi_lun: (s) => lunOf(behind(s, 'iscsi')),
        iscsi_initiator_name: (s) => behind(s, 'iscsi')?.initiatorName,
        nfs_server: (s) => behind(s, 'nfs')?.server,
        nfs_path: (s) => behind(s, 'nfs')?.path,
        csi_driver: (s) => behind(s, 'csi')?.driver,
        csi_volume_handle: (s) => behind(s, 'csi')?.volumeHandle,
        local_path: (s) => behind(s, 'local')?.path,
        local_fs: (s) => behind(s, 'local')?.fsType,
        host_path: (s) => behind(s, 'hostPath')?.path,
        host_path_type: (s) => behind(s, 'hostPath')?.type,
        reclaim_policy: (s) => s?.persistentVolumeReclaimPolicy,
      }),
    kube_persistentvolume_capacity_bytes: spec.gauge('STABLE',
      'Capacity of the PersistentVolume in bytes.', (s) => wholeQuantity(s?.capacity?.storage)),
    kube_persistentvolume_created: created('ALPHA'),
    kube_persistentvolume_deletion_timestamp: deletionTimestamp('ALPHA'),
    kube_persistentvolume_csi_attributes: spec.gauges('ALPHA',
      'Always 1: the mounter and map options of a Ceph CSI volume.', ['csi_mounter', 'csi_map_options'], (s, emit) => {
        const csi = s?.csi;
        if (csi) emit(1, csi.volumeAttributes?.mounter, csi.volumeAttributes?.mapOptions);
      }, { optIn: true }),
    kube_persistentvolume_volume_mode: spec.info('ALPHA',
      'Always 1: the volume mode of the PersistentVolume: Filesystem or Block.', {
        volumemode: (s) => s?.volumeMode ?? 'Filesystem',
      }),
    kube_persistentvolume_access_mode: spec.gauges('ALPHA',
      'Always 1: one series for each access mode of the PersistentVolume.', ['access_mode'], (s, emit) => {
        for (const mode of s?.accessModes ?? []) emit(1, mode);
      }),
  },
} satisfies Resource<V1PersistentVolume>;

type Spec = NonNullable<Received<V1PersistentVolume>['spec']>;

/** The volume sources that are shown, in the order in which KSM looks for them. */
const sources = [
  ...(['gcePersistentDisk', 'awsElasticBlockStore', 'azureDisk', 'fc', 'iscsi'] as const),
  ...(['nfs', 'csi', 'local', 'hostPath'] as const),
];

/** The volume source of this type; the API rejects volumes with more than one source. */
function behind<Source extends (typeof sources)[number]>(
  s: Spec | null | undefined,
  source: Source,
): Spec[Source] {
  return sources.find((candidate) => s?.[candidate]) === source ? s?.[source] : undefined;
}

const lunOf = (iscsi: Spec['iscsi']): string | undefined =>
  iscsi ? String(iscsi.lun ?? 0) : undefined;

/** Leading empty names leave no comma, as in KSM. */
const listed = (names: readonly string[] | null | undefined): string | undefined =>
  names?.join(',').replace(/^,+/, '');

// Persistent volumes: how large they are, what is behind them, and who claims them.
import type { V1PersistentVolume } from '@kubernetes/client-node';
import { gauge, gauges, info } from '../metrics/family.ts';
import type { Received } from '../metrics/object.ts';
import { wholeQuantity } from '../metrics/quantity.ts';
import type { Resource } from '../metrics/resource.ts';
import { annotations, created, deletionTimestamp, labels } from '../metrics/stock.ts';
import { emitEach } from './conditions.ts';

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
    kube_persistentvolume_claim_ref: gauges('STABLE',
      'Always 1: the claim to which the volume is bound.', ['name', 'claim_namespace'], (v, emit) => {
        const claim = v.spec?.claimRef;
        if (claim) emit(1, claim.name, claim.namespace);
      }),
    kube_persistentvolume_annotations: annotations('ALPHA'),
    kube_persistentvolume_labels: labels('STABLE'),
    kube_persistentvolume_status_phase: gauges('STABLE',
      'Whether the volume is in the phase that the label names: 1 if so, else 0.', ['phase'], (v, emit) => {
        if (v.status?.phase) emitEach(phases, v.status.phase, emit);
      }),
    kube_persistentvolume_info: info('STABLE',
      'Always 1: the class of the volume, the storage behind it, and what becomes of that storage in the end.', {
        storageclass: (v) => v.spec?.storageClassName,
        gce_persistent_disk_name: (v) => behind(v, 'gcePersistentDisk')?.pdName,
        ebs_volume_id: (v) => behind(v, 'awsElasticBlockStore')?.volumeID,
        azure_disk_name: (v) => behind(v, 'azureDisk')?.diskName,
        fc_wwids: (v) => listed(behind(v, 'fc')?.wwids),
        fc_lun: (v) => behind(v, 'fc')?.lun?.toString(),
        fc_target_wwns: (v) => listed(behind(v, 'fc')?.targetWWNs),
        iscsi_target_portal: (v) => behind(v, 'iscsi')?.targetPortal,
        iscsi_iqn: (v) => behind(v, 'iscsi')?.iqn,
        iscsi_lun: (v) => lunOf(behind(v, 'iscsi')),
        iscsi_initiator_name: (v) => behind(v, 'iscsi')?.initiatorName,
        nfs_server: (v) => behind(v, 'nfs')?.server,
        nfs_path: (v) => behind(v, 'nfs')?.path,
        csi_driver: (v) => behind(v, 'csi')?.driver,
        csi_volume_handle: (v) => behind(v, 'csi')?.volumeHandle,
        local_path: (v) => behind(v, 'local')?.path,
        local_fs: (v) => behind(v, 'local')?.fsType,
        host_path: (v) => behind(v, 'hostPath')?.path,
        host_path_type: (v) => behind(v, 'hostPath')?.type,
        reclaim_policy: (v) => v.spec?.persistentVolumeReclaimPolicy,
      }),
    kube_persistentvolume_capacity_bytes: gauge('STABLE',
      'Size of the volume in bytes.', (v) => wholeQuantity(v.spec?.capacity?.storage)),
    kube_persistentvolume_created: created('ALPHA'),
    kube_persistentvolume_deletion_timestamp: deletionTimestamp('ALPHA'),
    kube_persistentvolume_csi_attributes: gauges('ALPHA',
      'Always 1: how a volume of the Ceph CSI driver is mounted, and with which map options.', ['csi_mounter', 'csi_map_options'], (v, emit) => {
        const csi = v.spec?.csi;
        if (csi) emit(1, csi.volumeAttributes?.mounter, csi.volumeAttributes?.mapOptions);
      }, { optIn: true }),
    kube_persistentvolume_volume_mode: info('ALPHA',
      'Always 1: whether the volume is used with a file system or as a raw block device.', {
        volumemode: (v) => v.spec?.volumeMode ?? 'Filesystem',
      }),
    kube_persistentvolume_access_mode: gauges('ALPHA',
      'Always 1: one series for each way in which the volume can be mounted.', ['access_mode'], (v, emit) => {
        for (const mode of v.spec?.accessModes ?? []) emit(1, mode);
      }),
  },
} satisfies Resource<V1PersistentVolume>;

const phases = ['Pending', 'Available', 'Bound', 'Released', 'Failed'] as const;

type Spec = NonNullable<Received<V1PersistentVolume>['spec']>;

/** The kinds of storage that are shown, in the order in which KSM looks for them. */
const sources = [
  ...(['gcePersistentDisk', 'awsElasticBlockStore', 'azureDisk', 'fc', 'iscsi'] as const),
  ...(['nfs', 'csi', 'local', 'hostPath'] as const),
];

/** The storage behind the volume if it is of this kind; of several, which the API refuses, one. */
function behind<Source extends (typeof sources)[number]>(
  { spec }: Received<V1PersistentVolume>,
  source: Source,
): Spec[Source] {
  return sources.find((candidate) => spec?.[candidate]) === source ? spec?.[source] : undefined;
}

const lunOf = (iscsi: Spec['iscsi']): string | undefined =>
  iscsi ? String(iscsi.lun ?? 0) : undefined;

/** Empty names at the start leave no comma, in KSM. */
const listed = (names: readonly string[] | null | undefined): string | undefined =>
  names?.join(',').replace(/^,+/, '');

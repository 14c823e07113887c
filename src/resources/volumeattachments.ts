// VolumeAttachments: which volume is attached to which node, by which driver.
import type { V1VolumeAttachment } from '@kubernetes/client-node';
import { metadata, spec, status } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { created, deletionTimestamp } from '../metrics/stock.ts';
import { flag, isSet } from './conditions.ts';

// biome-ignore format: a table, a row each
export const volumeattachments = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  scope: 'cluster',
  default: true,
  identity: {
    volumeattachment: (a) => a.metadata.name,
  },
  families: {
    // The only family of labels that ignores --metric-labels-allowlist, as in KSM.
    kube_volumeattachment_labels: metadata.mapped('ALPHA',
      'Always 1: all labels of the VolumeAttachment, as label_*.', 'label', (m) => m.labels),
    kube_volumeattachment_info: spec.info('ALPHA',
      'Always 1: the node and the attacher (volume driver) of the VolumeAttachment.', {
        attacher: (s) => s?.attacher,
        node: (s) => s?.nodeName,
      }),
    kube_volumeattachment_created: created('ALPHA'),
    kube_volumeattachment_spec_source_persistentvolume: spec.gauges('ALPHA',
      'Always 1: the PersistentVolume to be attached, if the source is one.', ['volumename'], (s, emit) => {
        const name = s?.source?.persistentVolumeName;
        if (isSet(name)) emit(1, name);
      }),
    kube_volumeattachment_status_attached: status.gauge('ALPHA',
      'Whether the volume is attached: 1 if so, else 0.', (s) => flag(s?.attached)),
    kube_volumeattachment_status_attachment_metadata: status.mapped('ALPHA',
      'Always 1: the attachment metadata that the driver reports, as metadata_*.', 'metadata', (s) => s?.attachmentMetadata),
    kube_volumeattachment_deletion_timestamp: deletionTimestamp('ALPHA', { optIn: true }),
  },
} satisfies Resource<V1VolumeAttachment>;

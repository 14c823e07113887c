// Volume attachments: which volume goes to which node, and whether it is there.
import type { V1VolumeAttachment } from '@kubernetes/client-node';
import { gauge, gauges, info, mapped } from '../metrics/family.ts';
import type { Resource } from '../metrics/resource.ts';
import { created } from '../metrics/stock.ts';
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
    // Alone among its kind, KSM shows all labels here, whatever the allow-list says.
    kube_volumeattachment_labels: mapped('ALPHA',
      'Always 1: all labels of the attachment, as label_*.', 'label', (a) => a.metadata.labels),
    kube_volumeattachment_info: info('ALPHA',
      'Always 1: the node to which a volume is to be attached, and the driver that does it.', {
        attacher: (a) => a.spec?.attacher,
        node: (a) => a.spec?.nodeName,
      }),
    kube_volumeattachment_created: created('ALPHA'),
    kube_volumeattachment_spec_source_persistentvolume: gauges('ALPHA',
      'Always 1: the persistent volume that is to be attached, where it is one.', ['volumename'], (a, emit) => {
        const name = a.spec?.source?.persistentVolumeName;
        if (isSet(name)) emit(1, name);
      }),
    kube_volumeattachment_status_attached: gauge('ALPHA',
      'Whether the volume is attached: 1 if so, else 0.', (a) => flag(a.status?.attached)),
    kube_volumeattachment_status_attachment_metadata: mapped('ALPHA',
      'Always 1: what the driver tells of the attachment, as metadata_*.', 'metadata', (a) => a.status?.attachmentMetadata),
  },
} satisfies Resource<V1VolumeAttachment>;

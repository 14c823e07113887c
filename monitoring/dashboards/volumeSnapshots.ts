// The row of VolumeSnapshots in the dashboard Custom resources.
import type { Row } from './model.ts';

const joins = 'packs';
const width = 8;

export const volumeSnapshots: Row = {
  title: 'VolumeSnapshot',
  panels: [
    {
      kind: 'stat',
      title: 'Snapshots not ready',
      about:
        'VolumeSnapshots from which no volume can be restored. New ones are uploaded for a ' +
        'while; the others have an error that `kubectl describe` shows.',
      unit: 'none',
      width,
      trouble: { near: 1 },
      joins,
      query: `
        sum(
          max by (namespace, volumesnapshot) (
            kube_volumesnapshot_status_ready_to_use{namespace=~"$namespace"}
          ) == bool 0
        )`,
    },
    {
      kind: 'stat',
      title: 'Snapshots with an error',
      about: 'VolumeSnapshots whose last attempt failed; `kubectl describe` shows the error.',
      unit: 'none',
      width,
      trouble: { from: 1 },
      joins,
      query: `
        count(
          group by (namespace, volumesnapshot) (
            kube_volumesnapshot_status_error_time{namespace=~"$namespace"}
          )
        )`,
    },
    {
      kind: 'stat',
      title: 'Size of all snapshots',
      about: 'Sum of the sizes that volumes of these snapshots would have.',
      unit: 'bytes',
      width,
      joins,
      query: `
        sum(
          max by (namespace, volumesnapshot) (
            kube_volumesnapshot_status_restore_size_bytes{namespace=~"$namespace"}
          )
        )`,
    },
    {
      kind: 'table',
      title: 'Snapshots now',
      about:
        'A claim whose newest snapshot is old, or not ready, has no current backup by snapshots.',
      keys: { namespace: 'Namespace', volumesnapshot: 'VolumeSnapshot' },
      sort: 'Ready',
      columns: [
        {
          labels: { persistentvolumeclaim: 'Claim', volumesnapshotclass: 'Class' },
          joins,
          query: `
            group by (namespace, volumesnapshot, persistentvolumeclaim, volumesnapshotclass) (
              kube_volumesnapshot_info{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Ready',
          unit: 'none',
          words: { 0: ['no', 'red'], 1: ['yes', 'green'] },
          joins,
          query: `
            max by (namespace, volumesnapshot) (
              kube_volumesnapshot_status_ready_to_use{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Age',
          unit: 's',
          joins,
          query: `
            time() - max by (namespace, volumesnapshot) (
              kube_volumesnapshot_status_creation_time{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Size',
          unit: 'bytes',
          joins,
          query: `
            max by (namespace, volumesnapshot) (
              kube_volumesnapshot_status_restore_size_bytes{namespace=~"$namespace"}
            )`,
        },
      ],
    },
  ],
};

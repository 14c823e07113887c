// The row of VolumeSnapshots in the dashboard Custom resources.
import type { Row } from './model.ts';

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
      next: { table: 'Snapshots now', column: 'Ready' },
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
      next: { table: 'Snapshots now', column: 'Error since' },
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
      next: { table: 'Snapshots now', column: 'Size' },
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
      size: 'few',
      about:
        'A claim whose newest snapshot is old, or not ready, has no current backup by snapshots.',
      keys: { namespace: 'Namespace', volumesnapshot: 'VolumeSnapshot' },
      links: { namespace: 'namespaces' },
      sort: 'Ready',
      columns: [
        {
          labels: { persistentvolumeclaim: 'Claim', volumesnapshotclass: 'Class' },
          query: `
            group by (namespace, volumesnapshot, persistentvolumeclaim, volumesnapshotclass) (
              kube_volumesnapshot_info{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Ready',
          unit: 'none',
          words: { 0: ['no', 'orange'], 1: ['yes', 'green'] },
          query: `
            max by (namespace, volumesnapshot) (
              kube_volumesnapshot_status_ready_to_use{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Error since',
          unit: 's',
          trouble: { from: 0 },
          query: `
            time() - max by (namespace, volumesnapshot) (
              kube_volumesnapshot_status_error_time{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Age',
          unit: 's',
          query: `
            time() - max by (namespace, volumesnapshot) (
              kube_volumesnapshot_status_creation_time{namespace=~"$namespace"}
            )`,
        },
        {
          title: 'Size',
          unit: 'bytes',
          query: `
            max by (namespace, volumesnapshot) (
              kube_volumesnapshot_status_restore_size_bytes{namespace=~"$namespace"}
            )`,
        },
      ],
    },
  ],
};

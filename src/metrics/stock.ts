// The rows that many tables share: families read from the metadata of any object.
import {
  type MapRow,
  metadata,
  type RowOptions,
  type SampleRow,
  type Stability,
} from './family.ts';
import { parseFloat64 } from './float.ts';
import type { KubeObject } from './object.ts';
import { unixSecondsIfSet } from './time.ts';

type StockRow = SampleRow<KubeObject>;

/** When the object was created. */
export const created = (stability: Stability): StockRow =>
  metadata.gauge(stability, 'Unix time in seconds at which the object was created.', (meta) =>
    unixSecondsIfSet(meta.creationTimestamp),
  );

/**
 * When a terminating object is due to be deleted, or when one was that --deleted-grace keeps; other
 * objects have no series.
 */
export const deletionTimestamp = (
  stability: Stability,
  options: Pick<RowOptions, 'optIn'> = {},
): StockRow =>
  metadata.gauge(
    stability,
    'Unix time in seconds at which a terminating object is due to be deleted.',
    (meta) => unixSecondsIfSet(meta.deletionTimestamp),
    { ...options, marksDeleted: true },
  );

/** The generation of the object, which rises with each change of its spec. */
export const generation = (stability: Stability): StockRow =>
  metadata.gauge(
    stability,
    'Generation of the object, which rises with each change of its spec.',
    (meta) => meta.generation ?? 0,
  );

/** The resource version if it is a number: the API promises an opaque string. */
export const resourceVersion = (stability: Stability): StockRow =>
  metadata.gauge(
    stability,
    'Resource version of the object, which changes with every write.',
    (meta) => parseFloat64(meta.resourceVersion ?? ''),
  );

/** One series for each owner reference, or one with empty labels. */
export const owners = (stability: Stability): StockRow =>
  metadata.gauges(
    stability,
    'Always 1: one series per owner reference, with empty labels if there is none.',
    ['owner_kind', 'owner_name'],
    (meta, emit) => {
      const references = meta.ownerReferences ?? [];
      for (const { kind, name } of references) emit(1, kind, name);
      if (references.length === 0) emit(1, '', '');
    },
  );

/** `owners`, with a label for whether the owner is the controller. */
export const ownersAndController = (stability: Stability): StockRow =>
  metadata.gauges(
    stability,
    'Always 1: one series per owner reference and whether it is the controller, or empty labels.',
    ['owner_kind', 'owner_name', 'owner_is_controller'],
    (meta, emit) => {
      const references = meta.ownerReferences ?? [];
      for (const { kind, name, controller } of references) {
        emit(1, kind, name, String(controller === true));
      }
      if (references.length === 0) emit(1, '', '', '');
    },
  );

/** The object's labels that --metric-labels-allowlist names. */
export const labels = (stability: Stability): MapRow<KubeObject> => ({
  ...metadata.mapped<KubeObject>(
    stability,
    'Always 1: the labels that --metric-labels-allowlist names, as label_*.',
    'label',
    (meta) => meta.labels,
  ),
  allowList: 'labels',
});

/** The object's annotations that --metric-annotations-allowlist names. */
export const annotations = (stability: Stability): MapRow<KubeObject> => ({
  ...metadata.mapped<KubeObject>(
    stability,
    'Always 1: the annotations that --metric-annotations-allowlist names, as annotation_*.',
    'annotation',
    (meta) => meta.annotations,
  ),
  allowList: 'annotations',
});

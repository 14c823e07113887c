// Rows that many tables share, one word each: what every object's metadata tells.
import {
  type MapRow,
  metadataGauge,
  metadataGauges,
  metadataMapped,
  type SampleRow,
  type Stability,
} from './family.ts';
import type { KubeObject } from './object.ts';
import { unixSecondsIfSet } from './time.ts';

type StockRow = SampleRow<KubeObject>;

/** When the object was created. */
export const created = (stability: Stability): StockRow =>
  metadataGauge(
    stability,
    'Unix time in seconds at which the API server accepted the object.',
    (meta) => unixSecondsIfSet(meta.creationTimestamp),
  );

/** When the object goes, or should have gone; objects that nobody deletes have no series. */
export const deletionTimestamp = (stability: Stability): StockRow =>
  metadataGauge(
    stability,
    'Unix time in seconds at which an object that is being deleted is due to be gone.',
    (meta) => unixSecondsIfSet(meta.deletionTimestamp),
  );

/** How often the object's desired state has changed. */
export const generation = (stability: Stability): StockRow =>
  metadataGauge(
    stability,
    'Count of changes to the desired state so far, the creation included.',
    (meta) => meta.generation ?? 0,
  );

/** The version of the object, where it is a number. */
export const resourceVersion = (stability: Stability): StockRow =>
  metadataGauge(
    stability,
    'Version of the object in the API server; it changes with every write.',
    (meta) => numberOf(meta.resourceVersion),
  );

/** The API promises nothing about the text; one that is no finite number gives no series. */
function numberOf(text: string | null | undefined): number | undefined {
  const version = text && /^\d+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
  return Number.isFinite(version) ? version : undefined;
}

/** The objects that own this one; one series with empty labels where none does. */
export const owners = (stability: Stability): StockRow =>
  metadataGauges(
    stability,
    'Always 1: one series for each owner of the object, or one with empty labels.',
    ['owner_kind', 'owner_name'],
    (meta, emit) => {
      const references = meta.ownerReferences ?? [];
      for (const { kind, name } of references) emit(1, kind, name);
      if (references.length === 0) emit(1, '', '');
    },
  );

/** `owners`, and whether each of them is the one that controls the object. */
export const ownersAndController = (stability: Stability): StockRow =>
  metadataGauges(
    stability,
    'Always 1: one series for each owner and whether it controls the object, or an empty one.',
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
export const labels = (stability: Stability): MapRow<KubeObject> =>
  metadataMapped(
    stability,
    'Always 1: the labels that --metric-labels-allowlist names, as label_*.',
    'label',
    'labels',
  );

/** The object's annotations that --metric-annotations-allowlist names. */
export const annotations = (stability: Stability): MapRow<KubeObject> =>
  metadataMapped(
    stability,
    'Always 1: the annotations that --metric-annotations-allowlist names, as annotation_*.',
    'annotation',
    'annotations',
  );

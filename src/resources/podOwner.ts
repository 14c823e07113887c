// kube_pod_owner as --pod-owner-api-version has it: with the group and version of each owner.
import { metadata, type SampleRow } from '../metrics/family.ts';
import type { KubeObject } from '../metrics/object.ts';

/** Labels and their names are those of a proposal for kube-state-metrics. */
export const podOwnerWithApiVersion: SampleRow<KubeObject> = metadata.gauges(
  'STABLE',
  'Always 1: one series per owner reference, its API group and version, and whether it is the controller, or empty labels.',
  ['owner_kind', 'owner_name', 'owner_is_controller', 'owner_group', 'owner_api_version'],
  (meta, emit) => {
    const references = meta.ownerReferences ?? [];
    for (const { kind, name, controller, apiVersion } of references) {
      const slash = apiVersion.indexOf('/');
      const group = apiVersion.slice(0, Math.max(0, slash));
      emit(1, kind, name, String(controller === true), group, apiVersion.slice(slash + 1));
    }
    if (references.length === 0) emit(1, '', '', '', '', '');
  },
);

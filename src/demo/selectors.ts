// Label and field selectors: parsed from a query, matched against objects.
import {
  matchesLabels,
  parseLabelSelector,
  type Requirement,
  SelectorError,
} from '../lib/labelSelector.ts';
import { badRequest } from './apiserver/apiStatus.ts';
import type { Kind } from './apiserver/kinds.ts';
import type { ApiObject } from './objects.ts';

/** Whether an object matches. */
export type Selector = (object: ApiObject) => boolean;

interface FieldRequirement {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/** The selectable fields beside name and namespace, with the default of each. */
const selectableFields: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  certificatesigningrequests: { 'spec.signerName': '' },
  jobs: { 'status.successful': '0' },
  namespaces: { 'status.phase': '' },
  nodes: { 'spec.unschedulable': 'false' },
  pods: {
    'spec.nodeName': '',
    'spec.restartPolicy': '',
    'spec.schedulerName': '',
    'spec.serviceAccountName': '',
    'spec.hostNetwork': 'false',
    'status.phase': '',
    'status.podIP': '',
    'status.nominatedNodeName': '',
  },
  replicasets: { 'status.replicas': '0' },
  replicationcontrollers: { 'status.replicas': '0' },
  secrets: { type: '' },
  services: { 'spec.clusterIP': '', 'spec.type': '' },
};

/** Parses both selectors of a query; `undefined` if it has neither. Throws a 400. */
export function parseSelectors(
  kind: Kind,
  { labelSelector = '', fieldSelector = '' }: { labelSelector?: string; fieldSelector?: string },
): Selector | undefined {
  const requirements = labelRequirements(labelSelector);
  const selectors = splitTerms(fieldSelector).map((term) =>
    fieldRequirement(kind, term, fieldSelector),
  );
  if (selectors.length === 0 && requirements.length === 0) return undefined;
  return (object) =>
    matchesLabels(requirements, object.metadata.labels) &&
    selectors.every((selects) => selects(object));
}

const splitTerms = (text: string): string[] => text.split(',').filter((term) => term.trim() !== '');

function labelRequirements(text: string): readonly Requirement[] {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw badRequest(`unable to parse requirement: ${error.message}`);
  }
}

function fieldRequirement(kind: Kind, term: string, whole: string): Selector {
  const requirement = parseTerm(term);
  if (requirement === undefined) {
    throw badRequest(`invalid field selector "${whole}": expected field=value, got "${term}"`);
  }
  const { field, equal, value } = requirement;
  const known = kind.custom ? {} : (selectableFields[kind.resource] ?? {});
  const common = field === 'metadata.name' || (field === 'metadata.namespace' && kind.namespaced);
  if (!common && !Object.hasOwn(known, field)) {
    throw badRequest(`field label not supported: ${field} (of ${kind.resource})`);
  }
  const path = field === 'status.successful' ? ['status', 'succeeded'] : field.split('.');
  const fallback = known[field] ?? '';
  return (object) => ((textAt(object, path) ?? fallback) === value) === equal;
}

function parseTerm(term: string): FieldRequirement | undefined {
  const [, field, operator, value] = /^\s*([\w./-]+)\s*(==|!=|=)\s*([^=!]*?)\s*$/.exec(term) ?? [];
  if (field === undefined || value === undefined) return undefined;
  return { field, equal: operator !== '!=', value };
}

function textAt(object: ApiObject, path: readonly string[]): string | undefined {
  let value: unknown = object;
  for (const part of path) value = (value as Record<string, unknown> | null | undefined)?.[part];
  return value === undefined || value === null ? undefined : String(value);
}

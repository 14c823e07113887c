// defineKind makes a kind of custom resources on a real API server.
import type { RealCluster } from '../../tools/apiserver/start.ts';
import { until } from '../../tools/until.ts';
import { definition } from '../support/customs.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const SERVED_TIMEOUT_MS = 20_000;

export interface KindOptions {
  readonly group: string;
  readonly scope?: 'Namespaced' | 'Cluster';
}

/** Objects of the kind may have any fields. Resolves once the server serves them, in v1. */
export async function defineKind(
  server: RealCluster,
  kind: string,
  { group, scope = 'Namespaced' }: KindOptions,
): Promise<void> {
  const { metadata, spec } = definition(kind, { group, scope }) as unknown as Definition;
  const schema = {
    openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  const versions = spec.versions.map((version) => ({ ...version, schema }));
  await server.must('POST', DEFINITIONS, { metadata, spec: { ...spec, versions } });
  const collection = `/apis/${group}/v1/${spec.names.plural}`;
  const isServed = async () =>
    (await server.request('GET', collection)).status === 200 || undefined;
  await until(`${kind} is served`, isServed, SERVED_TIMEOUT_MS);
}

interface Definition {
  readonly metadata: object;
  readonly spec: {
    readonly names: { readonly plural: string };
    readonly versions: readonly object[];
  };
}

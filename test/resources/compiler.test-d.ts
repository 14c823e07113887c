// What the compiler must refuse in a table: each @ts-expect-error fails `tsc` if its line compiles.
import type { V1Service } from '@kubernetes/client-node';
import { gauge, gauges, info, joined, metadata, spec, status } from '../../src/metrics/family.ts';
import type { Resource } from '../../src/metrics/resource.ts';
import type { FamilyName, ResourceName } from '../../src/resources/index.ts';

const head = {
  group: '',
  version: 'v1',
  kind: 'Service',
  scope: 'namespace',
  default: true,
} as const;

export const wrong = {
  ...head,
  identity: {
    service: (s) => s.metadata.name,
    // @ts-expect-error a misspelt field of the metadata
    namespace: (s) => s.metadata.namepsace,
  },
  families: {
    // @ts-expect-error a misspelt field of the object
    kube_service_a: gauge('STABLE', 'A.', (s) => s.spec?.healthChekNodePort),
    // @ts-expect-error a field that may be missing, read as if it were there
    kube_service_b: gauge('STABLE', 'B.', (s) => s.spec.healthCheckNodePort),
    // @ts-expect-error a text where a number is due
    kube_service_c: gauge('STABLE', 'C.', (s) => s.spec?.clusterIP),
    // @ts-expect-error a misspelt stability
    kube_service_d: gauge('EXPIREMENTAL', 'D.', () => 1),
    // @ts-expect-error a label too few
    kube_service_e: gauges('STABLE', 'E.', ['ip', 'hostname'], (_, emit) => emit(1, 'a')),
    // @ts-expect-error a label too many
    kube_service_f: gauges('STABLE', 'F.', ['ip'], (_, emit) => emit(1, 'a', 'b')),
    // @ts-expect-error a number where a label is due
    kube_service_g: gauges('STABLE', 'G.', ['port'], (_, emit) => emit(1, 80)),
    // @ts-expect-error a misspelt field in a label of an info row
    kube_service_h: info('STABLE', 'H.', { type: (s) => s.spec?.typ }),
    // @ts-expect-error more than metadata in a row that is for metadata alone
    kube_service_i: metadata.gauge('STABLE', 'I.', (m) => m.spec),
    // @ts-expect-error a field of the status in a row that is for the spec alone
    kube_service_j: spec.gauges('STABLE', 'J.', [], (s, emit) => emit(s?.loadBalancer ? 1 : 0)),
    // @ts-expect-error a field of the spec in a row that is for the status alone
    kube_service_k: status.info('STABLE', 'K.', { type: (s) => s?.type }),
    kube_service_l: joined(
      'STABLE',
      'L.',
      ['type'],
      () => 1,
      // @ts-expect-error the spec, where what was taken of it is to be used
      (_, o, emit) => emit(1, o.spec?.type),
    ),
    // @ts-expect-error a label that changes while the object exists, in a row of the spec
    kube_service_m: spec.gauges('STABLE', 'M.', ['a'], (_, emit, id) => emit(1, id.labels?.a)),
    kube_service_n: joined(
      'STABLE',
      'N.',
      [],
      // @ts-expect-error what JSON does not carry, taken of the spec
      () => new Map(),
      (_, __, emit) => emit(1),
    ),
    // @ts-expect-error a misspelt field of the spec
    kube_service_o: spec.gauge('STABLE', 'O.', (s) => s?.healthChekNodePort),
    // @ts-expect-error a field of a section that may be missing, read as if it were there
    kube_service_p: spec.gauge('STABLE', 'P.', (s) => s.healthCheckNodePort),
    // @ts-expect-error a label too few in a row of the status
    kube_service_q: status.gauges('STABLE', 'Q.', ['a', 'b'], (_, emit) => emit(1, 'a')),
    kube_service_r: spec.gauge('STABLE', 'R.', (s) => s?.healthCheckNodePort),
    kube_service_s: status.mapped('STABLE', 'S.', 'x', () => ({ a: 'b' })),
  },
} satisfies Resource<V1Service>;

export const twice = {
  // biome-ignore lint/suspicious/noDuplicateObjectKeys: that the compiler refuses it is the point
  kube_service_a: gauge('STABLE', 'A.', () => 1),
  // @ts-expect-error a name that is taken
  kube_service_a: gauge('STABLE', 'B.', () => 1),
};

export const misnamed = {
  ...head,
  identity: {},
  // @ts-expect-error a family that is not named kube_
  families: { service_a: gauge('STABLE', 'A.', () => 1) },
} satisfies Resource<V1Service>;

export const family: FamilyName = 'kube_pod_info';
// @ts-expect-error no table has it
export const noFamily: FamilyName = 'kube_pod_inof';
export const resource: ResourceName = 'pods';
// @ts-expect-error a plural is due
export const noResource: ResourceName = 'pod';

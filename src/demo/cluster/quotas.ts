// The ResourceQuotas of the simulated cluster: hard limits and usage.
import type { Quota } from '../objects.ts';
import { uuid } from '../random.ts';
import type { Birth } from './templates.ts';
import type { Amounts } from './usage.ts';
import type { World } from './world.ts';

type Hard = Partial<Record<keyof Amounts, string>>;

/** By namespace and name. The storage quota is exhausted; all others have room for a rollout. */
const quotas: Readonly<Record<string, Readonly<Record<string, Hard>>>> = {
  shop: {
    compute: {
      pods: '60',
      'requests.cpu': '12',
      'requests.memory': '26Gi',
      'limits.memory': '52Gi',
    },
  },
  data: {
    compute: {
      pods: '40',
      'requests.cpu': '12',
      'requests.memory': '36Gi',
      'limits.memory': '72Gi',
    },
    storage: { persistentvolumeclaims: '11', 'requests.storage': '2900Gi' },
  },
};

/** The quotas of a namespace with this usage. */
export function quotasOf(namespace: string, amounts: Amounts, { now, random }: Birth): Quota[] {
  return Object.entries(quotas[namespace] ?? {}).map(([name, hard]) => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name, namespace, uid: uuid(random), creationTimestamp: now },
    spec: { hard },
    status: quotaStatus(hard, amounts),
  }));
}

/** Updates the usage in the status of a quota. */
export function reconcileQuota(quota: Quota, world: World): void {
  const { namespace = '' } = quota.metadata;
  const status = quotaStatus(quota.spec.hard ?? {}, world.usageIn(namespace));
  world.update({ ...quota, status });
}

/** The status of a quota; resources that the simulation does not count are omitted. */
function quotaStatus(hard: Readonly<Record<string, string>>, amounts: Amounts): Quota['status'] {
  const counted = Object.keys(hard).filter((name) => Object.hasOwn(written, name));
  const used = counted.map((name) => {
    const resource = name as keyof Amounts;
    return [resource, written[resource](amounts[resource])];
  });
  return { hard, used: Object.fromEntries(used) };
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)}Mi`;

const written: Readonly<Record<keyof Amounts, (amount: number) => string>> = {
  pods: String,
  'requests.cpu': (thousandths) => `${thousandths}m`,
  'requests.memory': mebibytes,
  'limits.memory': mebibytes,
  persistentvolumeclaims: String,
  'requests.storage': (bytes) => `${Math.round(bytes / 2 ** 30)}Gi`,
};

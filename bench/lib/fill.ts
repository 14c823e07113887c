// Fills an API server over HTTP with what a measured cluster holds.
import { builtinKinds } from '../../src/demo/kinds.ts';
import type { ApiObject, Job, Pod } from '../../src/demo/objects.ts';
import { Api, ApiFault, type Place } from './api.ts';
import type { Cluster } from './cluster.ts';
import { type Contents, holding } from './contents.ts';

/** As many writes are under way at once; the client has a connection for each. */
const writersMax = 32;
const CONFLICT = 409;

/**
 * Creates all objects, then their status, as a real server takes them: what it gives out itself is
 * left out, and what there is already stays. `told` hears how many objects there are yet.
 */
export async function fill(
  cluster: Cluster,
  contents: Contents,
  told: (done: number, all: number) => void,
): Promise<void> {
  const source = holding(contents);
  const api = new Api(cluster);
  const resources = Object.keys(builtinKinds) as Place['resource'][];
  // Objects can be in namespaces only once these are there.
  resources.sort((a, b) => Number(b === 'namespaces') - Number(a === 'namespaces'));
  const all = resources.reduce((sum, resource) => sum + source.storage(resource).size, 0);
  let done = 0;
  for (const resource of resources) {
    const objects = source.objects(resource);
    const writer = async (): Promise<void> => {
      for (const object of objects) {
        await put(api, resource, object);
        done += 1;
        told(done, all);
      }
    };
    await Promise.all(Array.from({ length: writersMax }, writer));
  }
  await api.close();
}

async function put(api: Api, resource: Place['resource'], object: ApiObject): Promise<void> {
  const { namespace, name } = object.metadata;
  const place = { resource, namespace, name };
  const { status, ...rest } = untouched[resource]?.(object) ?? object;
  const fresh = { ...rest, metadata: newMetadata(object) };
  try {
    await api.create(place, fresh as ApiObject);
  } catch (error) {
    // Every server makes some namespaces and roles for itself.
    if (error instanceof ApiFault && error.code === CONFLICT) return;
    throw error;
  }
  if (builtinKinds[resource].statusApart && Object.keys(status ?? {}).length > 0) {
    await api.replaceStatus(place, { ...fresh, status } as ApiObject);
  }
}

/** Objects as clients send them: without what the server fills in, and takes from nobody else. */
const untouched: Partial<Record<Place['resource'], (object: ApiObject) => ApiObject>> = {
  jobs: (object) => unselected(object as Job),
  pods: (object) => {
    const { priority: _, ...spec } = (object as Pod).spec;
    // Every pod has a token's volume, and static ones have no account that it could be for.
    return { ...object, spec: { serviceAccountName: 'default', ...spec } } as ApiObject;
  },
};

/** Selector and label name the uid that the server gives out. */
function unselected(job: Job): ApiObject {
  const { selector: _, template, ...spec } = job.spec;
  const labels = Object.entries(template.metadata?.labels ?? {});
  const own = labels.filter(([key]) => !key.endsWith('controller-uid'));
  const metadata = { ...template.metadata, labels: Object.fromEntries(own) };
  return { ...job, spec: { ...spec, template: { ...template, metadata } } } as ApiObject;
}

/** The metadata of an object that is to be made: without what the server alone gives out. */
export function newMetadata({ metadata }: ApiObject): ApiObject['metadata'] {
  const { name, namespace, labels, annotations, ownerReferences, generateName } = metadata;
  return { name, namespace, labels, annotations, ownerReferences, generateName };
}

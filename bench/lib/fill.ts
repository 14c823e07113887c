// Creates the objects of a benchmark cluster on an API server, over HTTP.
import { builtinKinds } from '../../src/demo/apiserver/kinds.ts';
import type { ApiObject, Job, Pod } from '../../src/demo/objects.ts';
import { inTurns } from '../../tools/inTurns.ts';
import { Api, ApiFault, kinds, type Place } from './api.ts';
import type { Cluster } from './cluster.ts';
import { type Contents, holding } from './contents.ts';

/** Creations of one object; writers that meet at one quota are told to try again. */
const triesMax = 20;
const CONFLICT = 409;
const FORBIDDEN = 403;

/**
 * Creates all objects, then their status, as a real server accepts them: without fields that the
 * server sets, and existing objects stay. `told` is called with the number of objects so far.
 */
export async function fill(
  cluster: Cluster,
  contents: Contents,
  told: (done: number, all: number) => void,
): Promise<void> {
  const source = holding(contents);
  const api = new Api(cluster);
  const resources = Object.keys(builtinKinds) as Place['resource'][];
  // Namespaces come first.
  resources.sort((a, b) => Number(b === 'namespaces') - Number(a === 'namespaces'));
  const all = resources.reduce((sum, resource) => sum + source.storage(resource).size, 0);
  let done = 0;
  try {
    for (const resource of resources) {
      await inTurns(source.objects(resource), async (object) => {
        await put(api, resource, object);
        done += 1;
        told(done, all);
      });
    }
  } finally {
    await api.close();
  }
}

async function put(api: Api, resource: Place['resource'], object: ApiObject): Promise<void> {
  const { namespace, name } = object.metadata;
  const place = { resource, namespace, name };
  const { status, ...rest } = untouched[resource]?.(object) ?? object;
  const fresh = { ...rest, metadata: newMetadata(object) };
  if (!(await created(api, place, fresh as ApiObject))) return;
  if (kinds[resource].statusApart && Object.keys(status ?? {}).length > 0) {
    await api.replaceStatus(place, { ...fresh, status } as ApiObject);
  }
}

/** Creates the object; false where it is there already. */
async function created(api: Api, place: Place, object: ApiObject): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      await api.create(place, object);
      return true;
    } catch (error) {
      if (!(error instanceof ApiFault)) throw error;
      // Every server creates some namespaces and roles itself.
      if (error.reason === 'AlreadyExists') return false;
      // Quotas are looked at before names: a full one refuses what is there already.
      if (error.code === FORBIDDEN && (await api.has(place))) return false;
      if (error.code !== CONFLICT || tries === triesMax) throw error;
    }
  }
}

/** Removes fields that only the server may set. */
const untouched: Partial<Record<Place['resource'], (object: ApiObject) => ApiObject>> = {
  jobs: (object) => unselected(object as Job),
  pods: (object) => {
    const { priority: _, ...spec } = (object as Pod).spec;
    // Every pod here has a token volume, and static pods have no service account for it.
    return { ...object, spec: { serviceAccountName: 'default', ...spec } } as ApiObject;
  },
};

/** Removes selector and label with the uid of the job, which the server sets. */
function unselected(job: Job): ApiObject {
  const { selector: _, template, ...spec } = job.spec;
  const labels = Object.entries(template.metadata?.labels ?? {});
  const own = labels.filter(([key]) => !key.endsWith('controller-uid'));
  const metadata = { ...template.metadata, labels: Object.fromEntries(own) };
  return { ...job, spec: { ...spec, template: { ...template, metadata } } } as ApiObject;
}

/** The metadata of a new object, without fields that only the server sets. */
export function newMetadata({ metadata }: ApiObject): ApiObject['metadata'] {
  const { name, namespace, labels, annotations, ownerReferences, generateName } = metadata;
  return { name, namespace, labels, annotations, ownerReferences, generateName };
}

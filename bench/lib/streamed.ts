// A simulated cluster of any size: copies of a small one, made each time they are asked for.
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { builtinKinds, type Kind } from '../../src/demo/apiserver/kinds.ts';
import { madeList, type StateList } from '../../src/demo/apiserver/stateList.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type Contents, holding } from './contents.ts';
import { protobufOf } from './protobuf.ts';
import { messageOf, written } from './protobufWriter.ts';
import {
  addressOf,
  copiesMax,
  copyPrefix,
  firstVersion,
  Template,
  versionDigits,
} from './template.ts';

/** Each copy has so many. */
export const podsPerCopy = 500;
const versionPlaces = 6;
/** These come with pods; of other resources without namespaces the first copy has all. */
const withPods: ReadonlySet<string> = new Set([
  'namespaces',
  'nodes',
  'persistentvolumes',
  'volumeattachments',
]);

/**
 * A server with the contents, which does not listen yet. It holds the templates, and what clients
 * have changed.
 */
export function streaming({ pods }: Pick<Contents, 'pods'>): ApiServer {
  const copies = Math.ceil(pods / podsPerCopy);
  if (copies > copiesMax) throw new RangeError(`expected ${podsPerCopy * copiesMax} pods at most`);
  const server = new ApiServer({
    clock: systemClock,
    random: Math.random,
    firstVersion,
    protobuf: protobufOf,
  });
  const source = holding({ pods: podsPerCopy, managedFields: true });
  const renamed = renaming(source);
  for (const kind of Object.values(builtinKinds)) {
    const objects = [...source.objects(kind.resource)].map((object) => renamed(kind, object));
    const isCopied = kind.namespaced || withPods.has(kind.resource);
    const all = objects.length * (isCopied ? copies : 1);
    const length = kind.resource === 'pods' ? pods : all;
    const storage = server.storage(kind.resource);
    storage.restore(copiesOf(templatesOf(kind, objects, storage.keyOf.bind(storage)), length));
  }
  return server;
}

/** By copies, and then by keys: in the order of all keys, as these begin with the copy. */
const copiesOf = (templates: readonly Template[], length: number): StateList =>
  madeList(length, (index) => {
    const template = templates[index % templates.length] as Template;
    return template.copy(Math.floor(index / templates.length));
  });

function templatesOf(
  kind: Kind,
  objects: readonly ApiObject[],
  keyOf: (object: ApiObject) => string,
): Template[] {
  const message = messageOf(kind.resource);
  return objects
    .map((object) => ({ key: keyOf(object), object }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, object: { apiVersion: _, kind: __, ...object } }) => {
      const protobuf = message && written((writer) => writer.message(message, object));
      const bytes = Buffer.from(JSON.stringify(object));
      return new Template(key, protobuf ? { bytes, protobuf } : { bytes });
    });
}

/** Makes objects of a small cluster ones of a template. */
function renaming(source: ApiServer): (kind: Kind, object: ApiObject) => ApiObject {
  const namesOf = (resource: string): string[] =>
    [...source.objects(resource)].map(({ metadata }) => metadata.name);
  const nodes = namesOf('nodes').map((name) => [name, name] as const);
  // Of volumes the name is a uid, which would change the order.
  const volumes = namesOf('persistentvolumes').map((name, i) => [name, `volume-${i}`] as const);
  const names = new Map([...nodes, ...volumes]);
  const addresses = new Map<string, string>();
  const address = (given: string): string => {
    const known = addresses.get(given) ?? addressOf(addresses.size);
    addresses.set(given, known);
    return known;
  };
  const value = (key: string, one: unknown): unknown => {
    if (typeof one !== 'string') return one;
    const isNamespace = key === 'namespace' || key === 'kubernetes.io/metadata.name';
    const name = isNamespace ? one : names.get(one);
    return name === undefined ? one : `${copyPrefix}${name}`;
  };
  let objects = 0;
  return (kind, object) => {
    const text = JSON.stringify(object, value);
    const made = JSON.parse(text.replaceAll(addressForm, address)) as ApiObject;
    const { metadata } = made;
    if (kind.resource === 'namespaces') metadata.name = `${copyPrefix}${metadata.name}`;
    metadata.resourceVersion = `${versionDigits}${String(objects++).padStart(versionPlaces, '0')}`;
    return made;
  };
}

const addressForm = /\b(?:10|192)\.\d{1,3}\.\d{1,3}\.\d{1,3}\b/g;

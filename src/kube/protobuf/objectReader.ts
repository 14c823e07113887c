// ObjectReader reads the objects of one resource, whole or their heads alone, from protobuf.
import { DeferredSpec, withDeferredSpec } from '../../lib/deferredSpec.ts';
import type { ListMetadata } from '../decode.ts';
import type { ObjectHead } from '../eventHead.ts';
import { readMetadata, readStatus, rootMessages } from './messages.ts';
import { type Fields, ProtobufError, Reader, type ReadMessage } from './reader.ts';

/** What every object begins with that is not within a list. */
export const magic: readonly number[] = [0x6b, 0x38, 0x73, 0];

const metadataTag = 1 * 8 + 2;

const reader = new Reader();
/** A field that no object has, in the place of its spec. */
const placeName = 'spec';

/** Bytes of a message. */
export interface Range {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Whether the bytes begin as an object in protobuf does. */
export const isEnveloped = ({ bytes, start, end }: Range): boolean =>
  magic.every((byte, i) => start + i < end && bytes[start + i] === byte);

/** Reads the message in these bytes; throws a ProtobufError where there is none. */
function read<T>({ bytes, start, end }: Range, message: (reader: Reader, end: number) => T): T {
  reader.bytes = bytes;
  reader.at = start;
  try {
    return message(reader, end);
  } catch (error) {
    if (error instanceof ProtobufError) throw error;
    throw new ProtobufError('expected a message in protobuf, got something else', { cause: error });
  } finally {
    reader.deferSpec = false;
  }
}

/** Finds the field of that number; made once, for every event has four of them. */
function finderOf(number: number): (reader: Reader, end: number) => Range | undefined {
  const wanted = number * 8 + 2;
  return (r, end) => {
    let found: Range | undefined;
    while (r.at < end) {
      const tag = r.varint();
      if (tag !== wanted) {
        r.skip(tag);
        continue;
      }
      const to = r.end();
      found = { bytes: r.bytes, start: r.at, end: to };
      r.at = to;
    }
    r.finish(end);
    return found;
  };
}

const finders = { 1: finderOf(1), 2: finderOf(2) };

/** Where one field of a message with bytes as its value stands; undefined where it has none. */
export const fieldIn = (message: Range, number: keyof typeof finders): Range | undefined =>
  read(message, finders[number]);

/** The first bytes of such a field, in a message whose end is cut off. */
export function cutFieldIn({ bytes, start, end }: Range, number: number): Range {
  return read({ bytes, start, end }, (r) => {
    while (r.at < end) {
      const tag = r.varint();
      if (tag !== number * 8 + 2) {
        r.skip(tag);
        continue;
      }
      const to = r.end();
      return { bytes, start: r.at, end: Math.min(end, to) };
    }
    throw new ProtobufError('expected a field in protobuf, got an end');
  });
}

/** The object in an envelope, which is `k8s` and a zero, then what kind it is and its message. */
export function unwrapped(envelope: Range): Range {
  const { bytes, start, end } = envelope;
  if (!isEnveloped(envelope)) {
    throw new ProtobufError('expected an object that begins with k8s, got something else');
  }
  // An object without any field has no bytes.
  return fieldIn({ bytes, start: start + magic.length, end }, 2) ?? { bytes, start: end, end };
}

const readHead: ReadMessage = (r, end) => {
  const head: Fields = {};
  while (r.at < end) {
    const tag = r.varint();
    if (tag === 10) head.name = r.string();
    else if (tag === 26) head.namespace = r.string() || undefined;
    else if (tag === 42) head.uid = r.string() || undefined;
    else if (tag === 50) head.resourceVersion = r.string() || undefined;
    else r.skip(tag);
  }
  r.finish(end);
  return head;
};

/** Any object as far as its metadata. */
const readMetadataOnly: ReadMessage = (r, end) => {
  const object: Fields = { metadata: undefined };
  while (r.at < end) {
    const tag = r.varint();
    if (tag === metadataTag) object.metadata = readMetadata(r, r.end());
    else r.skip(tag);
  }
  r.finish(end);
  return object;
};

/** An error as its Status says. */
export const statusIn = (envelope: Range): Fields => read(unwrapped(envelope), readStatus);

/** What a bookmark says. */
export const bookmarkIn = (object: Range): Fields => read(object, readMetadataOnly);

/** A message of which only the first field, a text, is wanted. */
function readFirstText(r: Reader, end: number): string {
  let text = '';
  while (r.at < end) {
    const tag = r.varint();
    if (tag === 10) text = r.string();
    else r.skip(tag);
  }
  return text;
}

/** What a list says of itself. */
export const listMetadataIn = (metadata: Range): ListMetadata =>
  read(metadata, (r, end) => {
    let resourceVersion = '';
    let token = '';
    let shardSelector: string | undefined;
    while (r.at < end) {
      const tag = r.varint();
      if (tag === 18) resourceVersion = r.string();
      else if (tag === 26) token = r.string();
      else if (tag === 42) shardSelector = readFirstText(r, r.end());
      else r.skip(tag);
    }
    r.finish(end);
    const shard = shardSelector !== undefined && { shardSelector };
    return { resourceVersion, continue: token, ...shard };
  });

/** The resource, by group, version and plural, and how much of its objects is asked for. */
export interface Asked {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly metadataOnly: boolean;
  /** The spec is read when something reads it: lib/deferredSpec.ts. */
  readonly deferSpec: boolean;
}

/** Whether objects of the resource can be read from protobuf. */
export const isReadable = (collection: Omit<Asked, 'metadataOnly' | 'deferSpec'>): boolean =>
  Object.hasOwn(rootMessages, resourceKeyOf(collection));

/** What tells the resource from others. */
export const resourceKeyOf = ({
  group,
  version,
  resource,
}: Omit<Asked, 'metadataOnly' | 'deferSpec'>): string => `${group}/${version}/${resource}`;

export class ObjectReader {
  readonly #object: ReadMessage;
  readonly #spec: ReadMessage | undefined;

  constructor(asked: Asked) {
    const root = rootMessages[resourceKeyOf(asked)];
    if (root === undefined)
      throw new Error(`expected a built-in resource, got ${resourceKeyOf(asked)}`);
    this.#object = asked.metadataOnly ? readMetadataOnly : root.object;
    this.#spec = asked.deferSpec && !asked.metadataOnly ? root.spec : undefined;
  }

  /** The object; its bytes must not change until its spec has been read, where that is deferred. */
  read(object: Range): object {
    const readSpec = this.#spec;
    if (readSpec === undefined) return read(object, this.#object);
    reader.deferSpec = true;
    reader.specEnd = 0;
    const fields = read(object, this.#object);
    if (reader.specEnd === 0) return fields;
    const spec = { bytes: object.bytes, start: reader.specStart, end: reader.specEnd };
    const bytes = spec.bytes.subarray(spec.start, spec.end);
    return withDeferredSpec(fields, placeName, new DeferredSpec(bytes, () => read(spec, readSpec)));
  }

  /** The same of the first bytes of an object, as far as they say it. */
  headOfCut({ bytes, start, end }: Range): ObjectHead | undefined {
    let head: Fields | undefined;
    try {
      read({ bytes, start, end }, (r) => {
        if (r.varint() === metadataTag) head = readHead(r, r.end());
        return {};
      });
    } catch (error) {
      // The metadata itself may be cut.
      if (!(error instanceof ProtobufError)) throw error;
    }
    return head?.name ? (head as unknown as ObjectHead) : undefined;
  }

  /** Which object it is; undefined where it has no name. */
  head(object: Range): ObjectHead | undefined {
    const metadata = fieldIn(object, 1);
    if (metadata === undefined) return undefined;
    const head = read(metadata, readHead);
    return head.name ? (head as unknown as ObjectHead) : undefined;
  }
}

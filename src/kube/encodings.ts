// Encodings says in which encoding a collection is asked for, and remembers where protobuf failed.
import type { Logger } from '../lib/log.ts';
import { acceptOf, isProtobuf, tableOf } from './accept.ts';
import type { Answer } from './answer.ts';
import { type ProtobufDecoderOptions, ProtobufListDecoder } from './protobuf/listDecoder.ts';
import { isReadable, ObjectReader, resourceKeyOf } from './protobuf/objectReader.ts';
import { ProtobufError } from './protobuf/reader.ts';
import { ProtobufWatchFormat } from './protobuf/watch.ts';
import type { Collection, WireFormat } from './types.ts';

const NOT_ACCEPTABLE = 406;

/** How a list or watch is asked for. */
export interface Encoding {
  readonly accept: string;
  /** What is asked for as protobuf; undefined where it is JSON alone. */
  readonly protobuf: Collection | undefined;
}

export class Encodings {
  readonly #log: Logger;
  /** Resources that the server has once answered in protobuf that could not be read. */
  readonly #inJson = new Set<string>();
  /** That of the last answer, by resource. */
  readonly #wireFormats = new Map<string, WireFormat>();

  constructor(log: Logger) {
    this.#log = log;
  }

  of(collection: Collection, verb: 'list' | 'watch'): Encoding {
    const asProtobuf =
      collection.protobuf === true &&
      tableOf(collection) === undefined &&
      isReadable(collection) &&
      !this.#inJson.has(resourceKeyOf(collection));
    return {
      accept: acceptOf(collection, verb, asProtobuf),
      protobuf: asProtobuf ? collection : undefined,
    };
  }

  /** Called with each good answer. */
  answered(collection: Collection, wireFormat: WireFormat): void {
    this.#wireFormats.set(resourceKeyOf(collection), wireFormat);
  }

  /** What the server has last answered in; undefined before its first answer. */
  wireFormatOf(collection: Collection): WireFormat | undefined {
    return this.#wireFormats.get(resourceKeyOf(collection));
  }

  /** Called with what ends the reading of an answer: where that is its protobuf, JSON is next. */
  failed(collection: Collection, error: unknown): void {
    if (error instanceof ProtobufError) this.#askForJson(collection, error.message);
  }

  /** Called with what a request is refused for: some servers take the header as one word. */
  refused({ protobuf }: Partial<Encoding>, error: { status: number; message: string }): void {
    if (protobuf === undefined || error.status !== NOT_ACCEPTABLE) return;
    this.#askForJson(protobuf, error.message);
  }

  #askForJson(collection: Collection, error: string): void {
    const key = resourceKeyOf(collection);
    if (this.#inJson.has(key)) return;
    this.#inJson.add(key);
    const { resource } = collection;
    this.#log.warn({ resource, error }, 'protobuf cannot be read, asking for JSON from now on');
  }
}

type ReadOptions = Omit<ProtobufDecoderOptions, 'objects'>;

/** The decoder of a list that the server has answered in protobuf; undefined where it is JSON. */
export function protobufListOf(
  { protobuf }: Encoding,
  { headers }: Pick<Answer, 'headers'>,
  options: ReadOptions,
): ProtobufListDecoder | undefined {
  if (protobuf === undefined || !isProtobuf(headers)) return undefined;
  return new ProtobufListDecoder({ ...options, objects: objectsOf(protobuf) });
}

/** The format of a watch that the server has answered in protobuf; undefined where it is JSON. */
export function protobufWatchOf(
  { protobuf }: Encoding,
  { headers }: Pick<Answer, 'headers'>,
  options: ReadOptions,
): ProtobufWatchFormat | undefined {
  if (protobuf === undefined || !isProtobuf(headers)) return undefined;
  return new ProtobufWatchFormat({ ...options, objects: objectsOf(protobuf) });
}

const objectsOf = (collection: Collection): ObjectReader =>
  new ObjectReader({
    ...collection,
    metadataOnly: collection.representation === 'metadata',
    deferSpec: collection.deferSpec === true,
  });

// Answers of the simulated API server in protobuf, as kube-apiserver gives them.
import type { ApiStatus } from '../../src/demo/apiserver/apiStatus.ts';
import { apiVersionOf, type Kind } from '../../src/demo/apiserver/kinds.ts';
import {
  type ListMetadata,
  type Protobuf,
  protobufType,
  type Representation,
} from '../../src/demo/apiserver/representation.ts';
import type { State } from '../../src/demo/apiserver/storage.ts';
import { messageOf, type ProtobufWriter, written } from './protobufWriter.ts';

/** What every object begins with that is not within a list. */
const magic = Buffer.from('k8s\0');
const eventLengthBytes = 4;
const metaVersion = 'meta.k8s.io/v1';

/** The message of an object; made of its JSON if the state has none. */
export type MessageOf = (state: State) => Buffer;

/** The kind's representations; undefined where its message is not known. */
export function protobufOf(kind: Kind): Protobuf | undefined {
  const message = messageOf(kind.resource);
  if (message === undefined || kind.custom) return undefined;
  const whole = ({ bytes, protobuf }: State): Buffer =>
    protobuf ?? written((writer) => writer.message(message, JSON.parse(bytes.toString())));
  return (of) =>
    of === 'object'
      ? representation({ apiVersion: apiVersionOf(kind), kind: kind.kind }, whole)
      : representation({ apiVersion: metaVersion, kind: 'PartialObjectMetadata' }, (state) =>
          metadataIn(whole(state)),
        );
}

/** The field of the metadata, which every object begins with. */
function metadataIn(message: Buffer): Buffer {
  let length = 0;
  let at = 1;
  for (let shift = 1; ; shift *= 128) {
    const byte = message[at++] as number;
    length += (byte & 127) * shift;
    if (byte < 128) return message.subarray(0, at + length);
  }
}

interface Type {
  readonly apiVersion: string;
  readonly kind: string;
}

function representation(type: Type, message: MessageOf): Representation {
  return {
    contentType: protobufType,
    separator: '',
    object: (_kind, state) => enveloped(type, message(state)),
    item(_kind, state) {
      const bytes = message(state);
      return Buffer.concat([written((writer) => writer.head(2, bytes.length)), bytes]);
    },
    envelope(kind, { metadata, items }) {
      // All lengths stand before the items.
      let length = 0;
      for (const state of items) length += this.item(kind, state).length;
      const { shardInfo, ...others } = metadata;
      // As a real server, it confirms a shard selector in lists of whole objects alone.
      const said = shardInfo && type.apiVersion !== metaVersion ? metadata : others;
      const head = written((writer) => writer.field(1, listMetadata(said)));
      return around({ ...type, kind: `${type.kind}List` }, head, length);
    },
    event(eventType, object) {
      const raw = written((writer) => writer.head(1, object.length));
      const head = written((writer) => {
        writer.field(1, eventType);
        writer.head(2, raw.length + object.length);
      });
      const length = Buffer.alloc(eventLengthBytes);
      length.writeUInt32BE(head.length + raw.length + object.length);
      return Buffer.concat([length, head, raw, object]);
    },
    status,
  };
}

function status({ body }: ApiStatus): Buffer {
  const message = written((writer) => writer.message(messageOf('Status') ?? '', { ...body }));
  return enveloped({ apiVersion: 'v1', kind: 'Status' }, message);
}

const listMetadata = (metadata: ListMetadata): Buffer =>
  written((writer) => writer.message('meta/v1.ListMeta', { ...metadata }));

function enveloped(type: Type, message: Buffer): Buffer {
  const { head, tail } = around(type, nothing, message.length);
  return Buffer.concat([head, message, tail]);
}

const nothing = Buffer.alloc(0);

/** Before and after so many bytes that follow the beginning of a message. */
function around({ apiVersion, kind }: Type, begun: Buffer, more: number) {
  const type = written((writer) => {
    writer.field(1, apiVersion);
    writer.field(2, kind);
  });
  const head = written((writer: ProtobufWriter) => {
    writer.field(1, type);
    writer.head(2, begun.length + more);
  });
  const tail = written((writer) => {
    writer.field(3, '');
    writer.field(4, '');
  });
  return { head: Buffer.concat([magic, head, begun]), tail };
}

// Objects as Kubernetes' own encoders write them, in protobuf and in JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface RecordedObject {
  readonly plural: string;
  /** With its envelope. */
  readonly protobuf: Buffer;
  readonly json: string;
}

const folder = import.meta.dirname;

/** By tools/protobufObjects.ts. */
export function recordedObjects(file = join(folder, 'objects.jsonl.gz')): RecordedObject[] {
  return gunzipSync(readFileSync(file))
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { plural, protobuf, json } = JSON.parse(line) as Record<string, string>;
      return {
        plural: plural ?? '',
        protobuf: Buffer.from(protobuf ?? '', 'base64'),
        json: json ?? '',
      };
    });
}

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) + 128);
  }
};

/** A field of a message, whose value is bytes or a text. */
export const field = (number: number, value: Buffer | string): Buffer => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
};

/** A message with its envelope, as the API server answers it. */
export const enveloped = (kind: string, message: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from('k8s\0'),
    field(1, Buffer.concat([field(1, 'v1'), field(2, kind)])),
    field(2, message),
    field(3, ''),
    field(4, ''),
  ]);

/** A list of messages without envelopes. */
export const listOf = (items: readonly Buffer[], version = '7', token = ''): Buffer =>
  enveloped(
    'PodList',
    Buffer.concat([
      field(1, Buffer.concat([field(1, ''), field(2, version), field(3, token)])),
      ...items.map((item) => field(2, item)),
    ]),
  );

/** An event of a watch, whose object has its envelope. */
export function eventOf(type: string, object: Buffer): Buffer {
  const event = Buffer.concat([field(1, type), field(2, field(1, object))]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

/** The message of a pod with this metadata; `more` are fields of the pod. */
export function podMessage(
  name: string,
  { version = '1', uid = `uid of ${name}`, annotations = {} as Record<string, string> } = {},
  ...more: Buffer[]
): Buffer {
  const notes = Object.entries(annotations).map(([key, value]) =>
    field(12, Buffer.concat([field(1, key), field(2, value)])),
  );
  const metadata = [field(1, name), field(3, 'x'), field(5, uid), field(6, version), ...notes];
  return Buffer.concat([field(1, Buffer.concat(metadata)), ...more]);
}

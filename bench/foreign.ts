// Question `foreign`: what an object of another shard costs where the server sends all of them.
import { Agent, request } from 'undici';
import { ListDecoder } from '../src/kube/decode.ts';
import type { Accepts } from '../src/kube/itemParser.ts';
import { ProtobufListDecoder } from '../src/kube/protobuf/listDecoder.ts';
import { ObjectReader } from '../src/kube/protobuf/objectReader.ts';
import { ProtobufWatchFormat } from '../src/kube/protobuf/watch.ts';
import { WatchDecoder } from '../src/kube/watchDecoder.ts';
import { systemClock } from '../src/lib/clock.ts';
import type { KubeObject } from '../src/metrics/object.ts';
import { openSegmentStores } from '../src/store/open.ts';
import type { Store } from '../src/store/types.ts';
import { shardOf } from '../src/sync/shardHash.ts';
import type { Cluster } from './lib/cluster.ts';
import { podRenderer } from './lib/podRenderer.ts';
import type { Question } from './lib/question.ts';

const podsMax = 4_000;
const chunkBytes = 64 * 1024;
const usPerMs = 1_000;
/** More shards than there are objects: each object is another one's. */
const many = 1_000_000;
const initialEventsEnd = Buffer.from('k8s.io/initial-events-end');
const encodings = { JSON: 'application/json', protobuf: 'application/vnd.kubernetes.protobuf' };
type EncodingName = keyof typeof encodings;

export default {
  asks: 'What does an object of another shard cost?',
  how:
    'The list of pods is read once, by LIST and by a watch that begins with it, and then ' +
    'decoded in this process in pieces of 64 KiB: by a shard that owns all pods, which are ' +
    'rendered and stored as in the program, and by one that owns none, which looks at their ' +
    'uids. The best of several rounds counts. Compression takes place later, and is not in ' +
    'the figures.',
  namedOnly: true,
  columns: [
    { key: 'by', heading: 'request' },
    { key: 'encoding', heading: 'encoding' },
    { key: 'pods', heading: 'pods' },
    { key: 'bytes', heading: 'bytes a pod' },
    { key: 'ownUs', heading: 'own pod, µs', digits: 1 },
    { key: 'foreignUs', heading: 'foreign pod, µs', digits: 1 },
    { key: 'ratio', heading: 'ratio', digits: 3 },
  ],
  async *measure(bench) {
    const cluster = await bench.cluster(Math.min(podsMax, bench.plan.pods));
    for (const encoding of Object.keys(encodings) as EncodingName[]) {
      for (const by of ['LIST', 'WatchList'] as const) {
        bench.say(`${by}, ${encoding}`);
        const body = await bodyOf(cluster, by, encoding);
        if (body === undefined) continue;
        let [ownMs, foreignMs, pods] = [Infinity, Infinity, 0];
        for (let round = 0; round < bench.plan.rounds; round++) {
          const own = await readAll(body, by, encoding, 1);
          const foreign = await readAll(body, by, encoding, many);
          ownMs = Math.min(ownMs, own.ms);
          foreignMs = Math.min(foreignMs, foreign.ms);
          pods = own.pods;
        }
        const [ownUs, foreignUs] = [ownMs, foreignMs].map((ms) => (ms / pods) * usPerMs);
        yield {
          by,
          encoding,
          pods,
          bytes: body.length / pods,
          ownUs,
          foreignUs,
          ratio: foreignMs / ownMs,
        };
      }
    }
  },
} satisfies Question;

/** What the server answers, up to the end of the list; undefined where it has no such encoding. */
async function bodyOf(
  { url, ca, token }: Cluster,
  by: 'LIST' | 'WatchList',
  encoding: EncodingName,
): Promise<Buffer | undefined> {
  const dispatcher = new Agent({ connect: { ...(ca && { ca }) } });
  const type = encodings[encoding];
  const streamed = 'watch=1&allowWatchBookmarks=1&sendInitialEvents=1';
  const query = by === 'LIST' ? '' : `?${streamed}&resourceVersionMatch=NotOlderThan`;
  const accept = by === 'LIST' || encoding === 'JSON' ? type : `${type};stream=watch,${type}`;
  const { headers, body } = await request(`${url}/api/v1/pods${query}`, {
    dispatcher,
    headers: { accept, ...(token && { authorization: `Bearer ${token}` }) },
  });
  const chunks: Buffer[] = [];
  if (String(headers['content-type']).startsWith(type)) {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if (by === 'WatchList' && Buffer.concat(chunks.slice(-2)).includes(initialEventsEnd)) break;
    }
  }
  await dispatcher.destroy();
  return chunks.length === 0 ? undefined : Buffer.concat(chunks);
}

/** Reads it as one of so many shards. */
async function readAll(
  body: Buffer,
  by: 'LIST' | 'WatchList',
  encoding: EncodingName,
  shards: number,
): Promise<{ ms: number; pods: number }> {
  const stores = storesOfPods();
  const store = stores.byResource.get('pods') as Store;
  const accepts: Accepts = ({ uid }) => shardOf(uid ?? '', shards) === 0;
  const decode = decoderOf(by, encoding, shards === 1 ? undefined : accepts);
  const relist = store.relist();
  let pods = 0;
  const start = performance.now();
  for (let at = 0; at < body.length; at += chunkBytes) {
    for (const pod of decode(body.subarray(at, at + chunkBytes))) {
      relist.put(pod);
      pods++;
    }
  }
  const ms = performance.now() - start;
  await relist.abort();
  await stores.close();
  return { ms, pods };
}

function decoderOf(
  by: 'LIST' | 'WatchList',
  encoding: EncodingName,
  accepts: Accepts | undefined,
): (chunk: Buffer) => Iterable<KubeObject> {
  const onMalformed = (_key: string, error: unknown): never => {
    throw error;
  };
  const collection = { group: '', version: 'v1', resource: 'pods' };
  const reader = { ...collection, metadataOnly: false, deferSpec: true };
  const options = { onMalformed, accepts, deferSpec: true };
  const protobuf = { ...options, objects: new ObjectReader(reader) };
  if (by === 'LIST') {
    const isJson = encoding === 'JSON';
    const decoder = isJson ? new ListDecoder(options) : new ProtobufListDecoder(protobuf);
    return (chunk) => decoder.push(chunk) as Iterable<KubeObject>;
  }
  const format = encoding === 'JSON' ? undefined : new ProtobufWatchFormat(protobuf);
  const decoder = new WatchDecoder({ ...options, format });
  return function* (chunk) {
    for (const { type, object, dropped } of decoder.push(chunk)) {
      if (type === 'ADDED' && !dropped) yield object as KubeObject;
    }
  };
}

function storesOfPods() {
  return openSegmentStores(new Map([['pods', podRenderer()]]), {
    clock: systemClock,
    compressOnThread: false,
    hotBytesMax: Number.POSITIVE_INFINITY,
    onError: (error) => {
      throw error;
    },
    seriesBudget: undefined,
  });
}

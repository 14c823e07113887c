// How fast a list is decoded as it arrives, against JSON.parse of the whole.
import { cpus } from 'node:os';
import { ListDecoder } from '../src/kube/decode.ts';

const pods = 4_000;
const chunkBytes = 64 * 1024;
const rounds = 7;

/** The tree of `.` and `f:` keys that managedFields hold, `depth` levels of `width` keys. */
function ownedFields(depth: number, width: number): object {
  if (depth === 0) return {};
  const keys = ['.', 'f:image', 'f:name', 'f:resources', 'f:imagePullPolicy', 'f:env'];
  return Object.fromEntries(
    keys.slice(0, width).map((key) => [key, ownedFields(depth - 1, width)]),
  );
}

function container(index: number): object {
  return {
    name: `container-${index % 2}`,
    image: `registry.example.com/team/app:1.${index}.0`,
    args: ['--listen=:8080', '--say="quoted \\ words"', `--index=${index}`],
    env: Array.from({ length: 6 }, (_, n) => ({ name: `VARIABLE_${n}`, value: `value ${n}` })),
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    volumeMounts: [{ name: 'token', mountPath: '/var/run/secrets/example.com', readOnly: true }],
  };
}

/** A pod of about 6 KB, a good part of it managedFields, as a cluster's list has them. */
function pod(index: number): object {
  return {
    metadata: {
      name: `app-${index}`,
      namespace: `team-${index % 40}`,
      uid: `5f0c2a31-0000-4000-8000-${String(index).padStart(12, '0')}`,
      resourceVersion: String(100_000 + index),
      labels: { app: 'app', 'app.kubernetes.io/version': `1.${index}`, 'pod-template-hash': 'abc' },
      managedFields: ['kube-controller-manager', 'kubelet'].map((manager) => ({
        manager,
        operation: 'Update',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:metadata': ownedFields(2, 4), 'f:spec': ownedFields(3, 4) },
      })),
    },
    spec: { containers: [container(index), container(index + 1)], nodeName: `node-${index % 333}` },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: ['Ready', 'Initialized', 'PodScheduled', 'ContainersReady'].map((type) => ({
        type,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      })),
    },
  };
}

const list = {
  kind: 'PodList',
  metadata: { resourceVersion: '1' },
  items: Array.from({ length: pods }, (_, i) => pod(i)),
};
const body = Buffer.from(JSON.stringify(list));

/** Megabytes a second, the best of some rounds: what disturbs a round only makes it slower. */
function rate(work: () => number): number {
  let bestMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    if (work() !== pods) throw new Error('lost an item');
    bestMs = Math.min(bestMs, performance.now() - start);
  }
  return body.length / 1e6 / (bestMs / 1e3);
}

function decodeInChunks(): number {
  const decoder = new ListDecoder({
    onMalformed: (_, error) => {
      throw error;
    },
  });
  let items = 0;
  for (let at = 0; at < body.length; at += chunkBytes) {
    items += decoder.push(body.subarray(at, at + chunkBytes)).length;
  }
  decoder.end();
  return items;
}

const items = list.items.map((item) => Buffer.from(JSON.stringify(item)));
const parseItem = (item: Buffer): boolean => JSON.parse(item.toString()) !== null;

const whole = rate(() => JSON.parse(body.toString()).items.length);
const single = rate(() => items.filter(parseItem).length);
const chunked = rate(decodeInChunks);

const machine = `${cpus()[0]?.model}, Node ${process.versions.node}`;
console.log(`${machine}, ${pods} pods of ${Math.round(body.length / pods)} bytes`);
console.log(`JSON.parse of the whole, kept  ${whole.toFixed(0)} MB/s`);
console.log(`JSON.parse of each item        ${single.toFixed(0)} MB/s`);
console.log(`decoded in chunks              ${chunked.toFixed(0)} MB/s`);
console.log(`time of decoding to JSON.parse of the whole  ${(whole / chunked).toFixed(2)}`);
// What decoding takes beyond the parsing of its items is the scan for where they end.
console.log(`the scan alone, by difference  ${(1 / (1 / chunked - 1 / single)).toFixed(0)} MB/s`);

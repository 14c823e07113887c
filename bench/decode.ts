// Measures ListDecoder on a streamed list against JSON.parse of the whole list.
import { ListDecoder } from '../src/kube/decode.ts';
import { parseUnmanaged } from '../src/kube/managedFields.ts';
import { bytesPerMb, type Question } from './lib/question.ts';

const chunkBytes = 64 * 1024;
const podsMax = 4_000;

/** A tree of `.` and `f:` keys as in managedFields, `depth` levels of `width` keys. */
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

/** A pod of about 6 KB, about half of it managedFields, as in real clusters. */
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

export default {
  asks: 'How fast is a list decoded as it arrives?',
  how:
    'In one process, without network: the decoder gets pieces of 64 KiB. The yardstick is ' +
    'JSON.parse, of the whole list at once and of each item alone. The best of several ' +
    'rounds counts, because disturbances only make a round slower.',
  columns: [
    { key: 'way', heading: 'way' },
    { key: 'mbPerSecond', heading: 'MB a second' },
    { key: 'toWhole', heading: 'ratio to JSON.parse of the whole', digits: 2 },
  ],
  async *measure(bench) {
    const count = Math.min(podsMax, bench.plan.pods);
    const items = Array.from({ length: count }, (_, i) => pod(i));
    const text = JSON.stringify({ kind: 'PodList', metadata: { resourceVersion: '1' }, items });
    const body = Buffer.from(text);
    const single = items.map((item) => Buffer.from(JSON.stringify(item)));
    const ways: Readonly<Record<string, () => number>> = {
      'JSON.parse of the whole, kept': () => JSON.parse(body.toString()).items.length,
      'JSON.parse of each item': () =>
        single.filter((item) => JSON.parse(item.toString()) !== null).length,
      'each item, managedFields skipped': () =>
        single.filter((item) => parseUnmanaged(item.toString()) !== null).length,
      'decoded in pieces': () => decodeInPieces(body),
    };
    let wholeMs = 0;
    for (const [way, work] of Object.entries(ways)) {
      bench.say(way);
      const ms = bestMs(work, { count, rounds: bench.plan.rounds });
      wholeMs ||= ms;
      yield { way, mbPerSecond: body.length / bytesPerMb / (ms / 1e3), toWhole: ms / wholeMs };
    }
  },
} satisfies Question;

function bestMs(work: () => number, { count, rounds }: { count: number; rounds: number }): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    if (work() !== count) throw new Error('lost an item');
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

function decodeInPieces(body: Buffer): number {
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

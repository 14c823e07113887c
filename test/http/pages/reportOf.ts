// reportOf makes the report that the page of :8081 shows, calm but for what a test says.
import type { ResourceReport, StatusReport } from '../../../src/http/pages/statusReport.ts';

const mib = 2 ** 20;
export const nowMs = Date.UTC(2026, 10, 30, 6, 5, 4);

export const resourceOf = (given: Partial<ResourceReport> = {}): ResourceReport => ({
  size: { objects: 1_234, series: 56_789, bytes: 9_876_543 },
  reflectors: [
    {
      namespace: undefined,
      fieldSelector: undefined,
      resourceVersion: '4711',
      listedBy: 'WatchList',
      wireFormat: 'protobuf',
      representation: 'object',
    },
  ],
  lastEventMs: nowMs - 3_000,
  lastBookmarkMs: nowMs - 42_000,
  relists: { byValue: new Map([['start', 1]]), last: { value: 'start', atMs: nowMs - 7_200_000 } },
  watchRestarts: { byValue: new Map(), last: undefined },
  ...given,
});

export const reportOf = (given: Partial<StatusReport> = {}): StatusReport => ({
  nowMs,
  build: {
    version: '1.2.3',
    revision: 'abc',
    branch: '',
    node: 'v26.10.0',
    platform: 'linux',
    arch: 'x64',
  },
  uptimeMs: 7_300_000,
  apiServer: {
    server: 'https://10.96.0.1:443',
    version: 'v1.34.1',
    failure: undefined,
    atMs: nowMs - 12_000,
  },
  changedOptions: [],
  configFiles: [],
  resources: new Map(),
  memory: {
    owners: [
      { name: 'Served text, cold (compressed)', bytes: 40 * mib, estimate: false },
      { name: 'Index: objects, blocks and segments', bytes: 10 * mib, estimate: true },
      { name: 'The rest: Node, its threads, stacks', bytes: 50 * mib, estimate: false },
    ],
    residentBytes: 100 * mib,
    heap: { usedBytes: 40 * mib, limitBytes: 150 * mib },
    container: { usedBytes: 110 * mib, limitBytes: 256 * mib },
  },
  loop: { runCpu: { minute: 0.0041, start: 0.212 }, delay: { minute: 0.012, start: 1.25 } },
  stalenessMs: 0,
  storeWork: {
    segments: 12_345,
    changes: 0,
    compressed: 2_345,
    decompressed: 345,
    flushes: 1_000,
    seconds: 1.5,
    incomingObjects: 0,
    pendingBytes: 0,
    storedBytes: 45 * mib,
    hotBytes: 5 * mib,
    hotBytesMax: 64 * mib,
    promotion: { waiting: 0, changed: 0 },
  },
  scrapes: { inFlight: 1, rejected: 2, cutOff: 3, last: [] },
  log: { lines: [], total: 0 },
  ...given,
});

// The status of a pod in a word; test/e2e/display.e2e.ts holds it against an API server.
import type { V1Pod } from '@kubernetes/client-node';
import { expect } from 'chai';
import type { Received } from '../../src/metrics/object.ts';
import { pods } from '../../src/resources/pods.ts';

interface Container {
  readonly state?: object | null;
  readonly ready?: boolean;
  readonly started?: boolean;
}

interface Shown {
  readonly deleted?: boolean;
  /** Restart policies of the init containers i0, i1 and so on. */
  readonly init?: readonly (string | null)[];
  readonly phase?: string;
  readonly reason?: string;
  readonly conditions?: readonly (readonly [type: string, status: string, reason?: string])[];
  readonly initStatuses?: readonly Container[];
  readonly statuses?: readonly Container[];
}

const named = (letter: string, statuses: readonly Container[] = []) =>
  statuses.map((status, i) => ({ name: `${letter}${i}`, ...status }));

function displayOf(shown: Shown): string {
  const object = {
    metadata: { name: 'p', deletionTimestamp: shown.deleted ? '2024-05-01T10:00:00Z' : null },
    spec: {
      initContainers: shown.init?.map((restartPolicy, i) => ({ name: `i${i}`, restartPolicy })),
    },
    status: {
      phase: shown.phase,
      reason: shown.reason,
      conditions: shown.conditions?.map(([type, status, reason]) => ({ type, status, reason })),
      initContainerStatuses: named('i', shown.initStatuses),
      containerStatuses: named('c', shown.statuses),
    },
  };
  const words: unknown[] = [];
  const { collect } = pods.families.kube_pod_status_display;
  collect(object as unknown as Received<V1Pod>, (value, word) => {
    expect(value).to.equal(1);
    words.push(word);
  });
  expect(words).to.have.length(1);
  return String(words[0]);
}

const ended = (how: object = {}): Container => ({ state: { terminated: how } });
const waits = (reason?: string): Container => ({ state: { waiting: { reason } } });
const runs: Container = { state: { running: {} }, ready: true, started: true };
const completed = ended({ exitCode: 0, reason: 'Completed' });
const initialized = [['Initialized', 'True']] as const;
const ready = [['Ready', 'True']] as const;

// biome-ignore format: a table, a row each
const rows: readonly (readonly [word: string, pod: Shown])[] = [
  ['Pending', { phase: 'Pending' }],
  ['Evicted', { phase: 'Failed', reason: 'Evicted' }],
  ['SchedulingGated', { phase: 'Pending', reason: 'x', conditions: [['PodScheduled', 'False', 'SchedulingGated']] }],
  ['Terminating', { phase: 'Running', deleted: true, statuses: [waits('CrashLoopBackOff')] }],
  ['Unknown', { phase: 'Failed', deleted: true, reason: 'NodeLost' }],
  // What has ended shows how, even while it is deleted.
  ['Completed', { phase: 'Succeeded', deleted: true, statuses: [completed] }],
  ['Init:0/2', { phase: 'Pending', init: [null, null], initStatuses: [{ state: null }] }],
  ['Init:1/2', { phase: 'Pending', init: [null, null], initStatuses: [ended(), waits('PodInitializing')] }],
  ['Init:1/2', { phase: 'Pending', init: [null, null], initStatuses: [completed, { state: { running: {} }, started: true }] }],
  ['Init:CrashLoopBackOff', { phase: 'Pending', init: [null], initStatuses: [waits('CrashLoopBackOff')] }],
  ['Init:Error', { phase: 'Pending', init: [null], initStatuses: [ended({ exitCode: 1, reason: 'Error' })] }],
  ['Init:Signal:9', { phase: 'Pending', init: [null], initStatuses: [ended({ exitCode: 137, signal: 9 })] }],
  ['Init:ExitCode:3', { phase: 'Pending', init: [null], initStatuses: [ended({ exitCode: 3 })] }],
  // A sidecar that has started is done; before, it is waited for.
  ['Running', { phase: 'Running', init: ['Always'], initStatuses: [runs], statuses: [runs] }],
  ['Init:0/1', { phase: 'Pending', init: ['Always'], initStatuses: [{ state: { running: {} }, started: false }] }],
  // A pod that is initialized shows its containers, and where they say nothing the init container.
  ['Init:0/1', { phase: 'Running', init: ['Always'], conditions: initialized, initStatuses: [{}], statuses: [runs] }],
  ['OOMKilled', { phase: 'Running', init: ['Always'], conditions: initialized, initStatuses: [{}], statuses: [ended({ exitCode: 137, reason: 'OOMKilled' })] }],
  // The first container decides.
  ['ImagePullBackOff', { phase: 'Running', statuses: [waits('ImagePullBackOff'), waits('CrashLoopBackOff')] }],
  ['CrashLoopBackOff', { phase: 'Running', statuses: [runs, waits('CrashLoopBackOff'), runs] }],
  ['Running', { phase: 'Running', statuses: [waits()] }],
  ['Signal:15', { phase: 'Failed', statuses: [ended({ exitCode: 1, signal: 15 })] }],
  ['ExitCode:0', { phase: 'Succeeded', statuses: [ended()] }],
  // One that has completed does not hide those that run or failed.
  ['Running', { phase: 'Running', conditions: ready, statuses: [completed, runs, ended({ exitCode: 1, reason: 'Error' })] }],
  ['Error', { phase: 'Running', statuses: [completed, runs, ended({ exitCode: 1, reason: 'Error' })] }],
  ['NotReady', { phase: 'Running', statuses: [completed, runs] }],
  ['Completed', { phase: 'Running', statuses: [completed, { state: { running: {} }, ready: false }] }],
];

describe('the status of a pod in a word', () => {
  for (const [i, [word, pod]] of rows.entries()) {
    it(`is ${word}: row ${i + 1}`, () => expect(displayOf(pod)).to.equal(word));
  }
});

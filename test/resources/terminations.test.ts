// Terminations: what is counted of the states of a container, and what is not counted twice.
import { expect } from 'chai';
import fc from 'fast-check';
import type { KubeObject } from '../../src/metrics/object.ts';
import { type PodTerminations, Terminations } from '../../src/resources/terminations.ts';

/** A state of a container: how often it has restarted, what it does now, how its runs ended. */
interface State {
  readonly restarts?: number;
  readonly now?: 'runs' | 'waits' | 'ended';
  /** How the last run that has ended did so, and which it was; empty where the node lost it. */
  readonly last?: readonly [run: string, reason?: string];
  /** The same of the run before that, while the last one is shown as ended. */
  readonly before?: readonly [run: string, reason?: string];
}

const endOf = ([run, reason]: readonly [string, string?]) => ({
  terminated: {
    ...(run !== '' && { containerID: `containerd://${run}` }),
    exitCode: 1,
    ...(reason && { reason }),
  },
});

/** A container as a node reports it. */
function statusOf({ restarts = 0, now = 'runs', last, before }: State, name = 'app') {
  const ended = last && endOf(last);
  if (now === 'ended') {
    const earlier = before && { lastState: endOf(before) };
    return { name, restartCount: restarts, state: ended, ...earlier };
  }
  const state = now === 'runs' ? { running: {} } : { waiting: { reason: 'CrashLoopBackOff' } };
  // While it waits for its restart, the container is still the one that has ended.
  const containerID = now === 'waits' ? last && `containerd://${last[0]}` : 'containerd://now';
  return { name, restartCount: restarts, state, containerID, ...(ended && { lastState: ended }) };
}

const podOf = (
  status: object,
  { uid = 'u', version }: { uid?: string; version?: number } = {},
): KubeObject =>
  ({
    metadata: { namespace: 'n', name: 'p', uid, ...(version && { resourceVersion: `${version}` }) },
    status,
  }) as KubeObject;

const appOf = (...states: readonly State[]) => ({
  containerStatuses: states.map((s) => statusOf(s)),
});

/** What is served of a pod: each series that is not 0. */
function shown(view: PodTerminations, uid = 'u'): Record<string, number> {
  const counts: Record<string, number> = {};
  view.collect({ name: 'p', uid }, (value, container, reason) => {
    if (value !== 0) counts[`${String(container)} ${String(reason)}`] = value;
  });
  return counts;
}

const opened = (): Terminations => new Terminations({ onOtherReason: () => {} });

/** What is counted of these states of one container, one after the other. */
function counted(...states: readonly State[]): Record<string, number> {
  const view = opened().open();
  for (const [i, state] of states.entries()) view.saw(podOf(appOf(state), { version: i + 1 }));
  return shown(view);
}

describe('of the states of a container', () => {
  const starts: State = {};
  const cases: Readonly<Record<string, readonly [states: State[], Record<string, number>]>> = {
    'the first one counts nothing: its restarts were before': [
      [{ restarts: 7, last: ['a', 'OOMKilled'] }],
      {},
    ],
    'a restart counts the run that has ended, by its reason': [
      [starts, { restarts: 1, last: ['a', 'OOMKilled'] }],
      { 'app OOMKilled': 1 },
    ],
    'an end, a wait and a restart are one termination': [
      [
        starts,
        { now: 'ended', last: ['a', 'Error'] },
        { now: 'waits', last: ['a', 'Error'] },
        { restarts: 1, last: ['a', 'Error'] },
      ],
      { 'app Error': 1 },
    ],
    'an end without a restart counts, once': [
      [
        starts,
        { now: 'ended', last: ['a', 'Completed'] },
        { now: 'ended', last: ['a', 'Completed'] },
      ],
      { 'app Completed': 1 },
    ],
    'three restarts at once are one of a known reason, and two that no state showed': [
      [starts, { restarts: 3, last: ['c', 'OOMKilled'] }],
      { 'app OOMKilled': 1, 'app unknown': 2 },
    ],
    'of an end, the run before it shows its reason, too': [
      [starts, { restarts: 2, now: 'ended', last: ['c', 'Error'], before: ['b', 'OOMKilled'] }],
      { 'app Error': 1, 'app OOMKilled': 1, 'app unknown': 1 },
    ],
    'a run that was counted is not counted as the one before': [
      [
        { now: 'ended', last: ['a', 'Error'] },
        { restarts: 2, now: 'ended', last: ['c', 'Error'], before: ['a', 'Error'] },
      ],
      { 'app Error': 1, 'app unknown': 1 },
    ],
    'of a run that the node has lost, the number of ends says that it is a new one': [
      [
        starts,
        { now: 'ended', last: ['', 'ContainerStatusUnknown'] },
        { restarts: 1, last: ['', 'ContainerStatusUnknown'] },
        { restarts: 1, now: 'ended', last: ['b', 'Error'], before: ['', 'ContainerStatusUnknown'] },
      ],
      { 'app ContainerStatusUnknown': 1, 'app Error': 1 },
    ],
    'a run that the node has lost is counted as the one before, too': [
      [
        starts,
        { restarts: 1, now: 'ended', last: ['b', 'Error'], before: ['', 'ContainerStatusUnknown'] },
      ],
      { 'app ContainerStatusUnknown': 1, 'app Error': 1 },
    ],
    'a restart of which no run is known is unknown': [
      [starts, { restarts: 1 }],
      { 'app unknown': 1 },
    ],
    'a run without a reason is unknown': [
      [starts, { restarts: 1, last: ['a'] }],
      { 'app unknown': 1 },
    ],
    'a reason of no list is other': [
      [starts, { restarts: 1, last: ['a', 'seccomp killed'] }],
      { 'app other': 1 },
    ],
    'a restart count that falls counts nothing, nor does its return': [
      [
        { restarts: 4 },
        { restarts: 5, last: ['e', 'Error'] },
        { restarts: 0 },
        { restarts: 5, last: ['e', 'Error'] },
      ],
      { 'app Error': 1 },
    ],
    'what ends after the restart count fell counts': [
      [{ restarts: 5 }, { restarts: 0 }, { restarts: 1, last: ['f', 'OOMKilled'] }],
      { 'app OOMKilled': 1 },
    ],
    'beyond its highest number every restart counts': [
      [{ restarts: 5 }, { restarts: 0 }, { restarts: 7, last: ['g', 'Error'] }],
      { 'app Error': 1, 'app unknown': 1 },
    ],
  };
  for (const [name, [states, expected]] of Object.entries(cases)) {
    it(name, () => expect(counted(...states)).to.deep.equal(expected));
  }
});

describe('of a pod', () => {
  it('init containers and sidecars count, and those of kubectl debug do not', () => {
    const view = opened().open();
    const ended = (name: string) => statusOf({ now: 'ended', last: ['a', 'Error'] }, name);
    view.saw(podOf({}));
    view.saw(
      podOf({
        initContainerStatuses: [ended('init')],
        containerStatuses: [ended('app')],
        ephemeralContainerStatuses: [ended('debugger')],
      }),
    );
    expect(shown(view)).to.deep.equal({ 'init Error': 1, 'app Error': 1 });
  });

  it('the counters of a container begin with 0 for the usual reasons', () => {
    const view = opened().open();
    const lines: string[] = [];
    view.saw(podOf(appOf({})));
    view.collect({ name: 'p', uid: 'u' }, (value, ...labels) =>
      lines.push(`${labels.join(' ')} ${value}`),
    );
    expect(lines).to.deep.equal(['app OOMKilled 0', 'app Error 0', 'app Completed 0']);
  });

  it('another uid starts anew', () => {
    const view = opened().open();
    view.saw(podOf(appOf({}), { version: 1 }));
    view.saw(podOf(appOf({ restarts: 1, last: ['a', 'Error'] }), { version: 2 }));
    view.saw(podOf(appOf({ restarts: 9, last: ['b', 'Error'] }), { uid: 'v', version: 3 }));
    expect(shown(view, 'v')).to.deep.equal({});
  });

  it('nothing is counted where another shard counts it, and goes on from there', () => {
    let ours = false;
    const view = opened().open(() => ours);
    view.saw(podOf(appOf({}), { version: 1 }));
    view.saw(podOf(appOf({ restarts: 1, last: ['a', 'Error'] }), { version: 2 }));
    ours = true;
    view.saw(podOf(appOf({ restarts: 2, last: ['b', 'OOMKilled'] }), { version: 3 }));
    expect(shown(view)).to.deep.equal({ 'app OOMKilled': 1 });
  });

  it('a reason that is not known is told with what it is', () => {
    const told: string[] = [];
    const view = new Terminations({ onOtherReason: (reason) => told.push(reason) }).open();
    view.saw(podOf(appOf({})));
    view.saw(podOf(appOf({ restarts: 1, last: ['a', 'x'.repeat(500)] })));
    expect(told).to.deep.equal(['x'.repeat(100)]);
  });
});

describe('two configurations at once', () => {
  it('count each termination once, whichever sees it first', () => {
    const all = opened();
    const [old, next] = [all.open(), all.open()];
    const states = [{}, { restarts: 1, last: ['a', 'Error'] as const }].map((state, i) =>
      podOf(appOf(state), { version: i + 1 }),
    );
    for (const state of states) old.saw(state);
    for (const state of states) next.saw(state);
    next.saw(podOf(appOf({ restarts: 2, last: ['b', 'Error'] }), { version: 3 }));
    old.close();
    expect(shown(next)).to.deep.equal({ 'app Error': 2 });
    expect(shown(old)).to.deep.equal({});
  });

  it('keep what the other one forgets', () => {
    const all = opened();
    const [old, next] = [all.open(), all.open()];
    for (const view of [old, next]) view.saw(podOf(appOf({}), { version: 1 }));
    const ended = podOf(appOf({ now: 'ended', last: ['a', 'Error'] }), { version: 3 });
    old.saw(ended);
    old.forget('u');
    next.saw(podOf(appOf({}), { version: 2 }));
    next.saw(ended);
    expect(shown(next)).to.deep.equal({ 'app Error': 1 });
  });
});

/** What happens to a container, and what of it is seen. */
const act = fc.constantFrom(
  ...(['ends', 'ends', 'restarts', 'restarts', 'seen', 'seen', 'late', 'replayed'] as const),
);
const reasons = ['OOMKilled', 'Error', 'Completed', ''];

describe('of any history', () => {
  it('all terminations are counted, each once, and by no reason that it did not have', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), fc.infiniteStream(fc.nat(3)), (acts, picks) => {
        const view = opened().open();
        const ends: string[] = [];
        const past: KubeObject[] = [];
        let isRunning = true;
        let restarts = 0;
        const write = (): void => {
          const run = (i: number): readonly [string, string] => [`r${i}`, ends[i] ?? ''];
          const [last, before] = [ends.length - 1, ends.length - 2];
          const state: State = {
            restarts,
            now: isRunning ? 'runs' : restarts % 2 === 0 ? 'waits' : 'ended',
            ...(last >= 0 && { last: run(last) }),
            ...(before >= 0 && { before: run(before) }),
          };
          past.push(podOf(appOf(state), { version: past.length + 1 }));
        };
        const see = (i: number): void => {
          const state = past[i];
          if (state !== undefined) view.saw(state);
        };
        write();
        see(0);
        for (const one of acts) {
          const pick = picks.next().value ?? 0;
          if (one === 'ends' && isRunning) {
            isRunning = false;
            ends.push(reasons[pick] ?? '');
            write();
          } else if (one === 'restarts' && !isRunning) {
            isRunning = true;
            restarts++;
            write();
          } else if (one === 'seen') {
            see(past.length - 1);
          } else if (one === 'late') {
            see(past.length - 1 - pick);
          } else if (one === 'replayed') {
            for (let i = Math.max(0, past.length - 4); i < past.length; i++) see(i);
          }
        }
        see(past.length - 1);
        const counts = shown(view);
        const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
        expect(total).to.equal(ends.length);
        for (const reason of ['OOMKilled', 'Error', 'Completed']) {
          const real = ends.filter((one) => one === reason).length;
          expect(counts[`app ${reason}`] ?? 0).to.be.at.most(real);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

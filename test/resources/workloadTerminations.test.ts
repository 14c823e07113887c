// Terminations by workload: in which counters they are counted, and for how long these are held.
import { expect } from 'chai';
import type { KubeObject } from '../../src/metrics/object.ts';
import { Terminations } from '../../src/resources/terminations.ts';
import { WorkloadTerminations } from '../../src/resources/workloadTerminations.ts';
import type { Counter, Counters } from '../../src/store/counters.ts';

/** Counters by their labels, without bounds. */
class FakeCounters implements Pick<Counters, 'hold' | 'add' | 'release'> {
  readonly all = new Map<string, Counter>();

  hold({ family, labels, namespace }: Pick<Counter, 'family' | 'labels' | 'namespace'>): Counter {
    const none = { family, labels, namespace, value: 0, objects: 0, zeroIn: undefined };
    const counter = this.all.get(labels) ?? none;
    counter.objects++;
    this.all.set(labels, counter);
    return counter;
  }

  add(counter: Counter, growth: number): void {
    counter.value += growth;
  }

  release(counter: Counter): void {
    counter.objects--;
  }

  /** Value and objects of each, by the values of its labels. */
  get told(): Record<string, string> {
    return Object.fromEntries(
      [...this.all.values()].map(({ labels, value, objects }) => [
        labels.replaceAll(/\w+="(.*?)",?/g, '$1 ').trim(),
        `${value} of ${objects}`,
      ]),
    );
  }
}

const podOf = (uid: string, restartCount: number, reason?: string): KubeObject =>
  ({
    metadata: {
      namespace: 'n',
      name: uid,
      uid,
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'r', controller: true },
      ],
    },
    status: {
      containerStatuses: [
        {
          name: 'app',
          restartCount,
          state: { running: {} },
          ...(reason && {
            lastState: { terminated: { reason, containerID: `c://${restartCount}` } },
          }),
        },
      ],
    },
  }) as KubeObject;

describe('terminations by workload', () => {
  const all = new Terminations({ onOtherReason: () => {} });
  let workload = 'web';
  const open = () => {
    const counters = new FakeCounters();
    const labelsOf = () => ({ workload, workload_type: 'deployment' });
    const view = all.open();
    view.workloads = new WorkloadTerminations({ counters, family: 0, labelsOf });
    return { counters, view };
  };

  it('are counted over all pods of a workload, also of those that are gone', () => {
    const { counters, view } = open();
    for (const uid of ['a', 'b']) view.saw(podOf(uid, 0));
    view.saw(podOf('a', 1, 'OOMKilled'));
    view.saw(podOf('b', 1, 'OOMKilled'));
    view.saw(podOf('b', 4, 'Error'));
    const at = 'n web deployment app';
    expect(counters.told).to.deep.equal({
      [`${at} OOMKilled`]: '2 of 2',
      [`${at} Error`]: '1 of 1',
      [`${at} unknown`]: '2 of 1',
    });
    view.forget('b');
    expect(counters.told).to.deep.equal({
      [`${at} OOMKilled`]: '2 of 1',
      [`${at} Error`]: '1 of 0',
      [`${at} unknown`]: '2 of 0',
    });
    view.close();
  });

  it('go on in another counter where the pod gets another workload', () => {
    const { counters, view } = open();
    view.saw(podOf('a', 0));
    view.saw(podOf('a', 1, 'Error'));
    workload = 'other';
    view.saw(podOf('a', 2, 'Error'));
    workload = 'web';
    expect(counters.told).to.deep.equal({
      'n web deployment app Error': '1 of 1',
      'n other deployment app Error': '1 of 1',
    });
    view.close();
  });

  it('are counted by every configuration that has the pod, whichever sees them', () => {
    const [old, next] = [open(), open()];
    old.view.saw(podOf('a', 0));
    old.view.saw(podOf('a', 1, 'Error'));
    next.view.saw(podOf('a', 1, 'Error'));
    next.view.saw(podOf('a', 2, 'Error'));
    old.view.saw(podOf('a', 2, 'Error'));
    const at = 'n web deployment app Error';
    expect(old.counters.told).to.deep.equal({ [at]: '2 of 1' });
    // What was counted before is taken over from the counters of the other one.
    expect(next.counters.told).to.deep.equal({ [at]: '1 of 1' });
    old.view.close();
    next.view.close();
  });
});

// What ten thousand made-up pods request and limit in all, against kube-scheduler's own code.
import { expect } from 'chai';
import fc from 'fast-check';
import { countedByScheduler } from '../../tools/scheduler/program.ts';
import {
  type CountedPod,
  countedPods,
  samplesExpected,
  samplesOf,
} from '../resources/podResources.ts';

const PODS = 10_000;

describe('kube_pod_resource_request and kube_pod_resource_limit', function () {
  this.timeout(120_000);

  it('have the values that the scheduler counts, of ten thousand pods', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    // As they come out of JSON: what is undefined is absent.
    const text = JSON.stringify(fc.sample(countedPods, { seed, numRuns: PODS }));
    const pods: CountedPod[] = JSON.parse(text);
    const counted = countedByScheduler(pods);
    expect(counted).to.have.length(PODS);
    for (const [i, one] of counted.entries()) {
      const pod = pods[i] as CountedPod;
      const about = `seed ${seed}: ${JSON.stringify(pod)}`;
      expect(samplesOf(pod), about).to.deep.equal(samplesExpected(one));
    }
  });
});

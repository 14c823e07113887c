// What pods request and limit in all, against what kube-scheduler's own code counted for them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { type Counted, type CountedPod, samplesExpected, samplesOf } from './podResources.ts';

type Recorded = Counted & { readonly pod: CountedPod };

const recorded = gunzipSync(readFileSync(join(import.meta.dirname, 'podResources.jsonl.gz')))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

describe('the resources of a pod', () => {
  it('are what the scheduler counts, as recorded by tools/podResources.ts', () => {
    expect(recorded).to.have.length.above(500);
    for (const one of recorded) {
      expect(samplesOf(one.pod), JSON.stringify(one.pod)).to.deep.equal(samplesExpected(one));
    }
  });

  it('were recorded of pods in which every rule decides', () => {
    const without: Record<string, (pod: CountedPod) => CountedPod> = {
      'init containers': (pod) => ({ ...pod, spec: { ...pod.spec, initContainers: null } }),
      overhead: (pod) => ({ ...pod, spec: { ...pod.spec, overhead: null } }),
      'pod-level resources': (pod) => ({ ...pod, spec: { ...pod.spec, resources: null } }),
      'resources in effect': (pod) => ({
        ...pod,
        status: { ...pod.status, containerStatuses: null, resources: null },
      }),
      'what a resize waits for': (pod) => ({ ...pod, status: { ...pod.status, conditions: null } }),
    };
    for (const [rule, remove] of Object.entries(without)) {
      const decided = recorded.filter((one) => {
        const samples = JSON.stringify(samplesOf(remove(one.pod)));
        return samples !== JSON.stringify(samplesExpected(one));
      });
      expect(decided, rule).to.have.length.above(20);
    }
  });

  it('are none of a pod that has ended on a node, and those of one that never had a node', () => {
    const spec = { containers: [{ name: 'a', resources: { requests: { cpu: '1' } } }] };
    const requestsOf = (nodeName: string | undefined, phase: string) =>
      samplesOf({ spec: { ...spec, nodeName }, status: { phase } } as unknown as CountedPod)
        .requests;
    for (const phase of ['Succeeded', 'Failed']) {
      expect(requestsOf('w1', phase), phase).to.deep.equal({});
      expect(requestsOf(undefined, phase), phase).to.deep.equal({ cpu: 1 });
    }
    expect(requestsOf('w1', 'Running')).to.deep.equal({ cpu: 1 });
  });
});

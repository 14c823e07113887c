// Pods and nodes made up to be shown: whatever decides what kubectl says of them is drawn by lot.
import fc from 'fast-check';

const containersMax = 3;
const initContainersMax = 2;

const names = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${letter}${i}`);

const terminated = fc.record(
  {
    exitCode: fc.constantFrom(0, 0, 1, 137),
    signal: fc.constantFrom(9, 15),
    reason: fc.constantFrom('Completed', 'Completed', 'Error', 'OOMKilled'),
  },
  { requiredKeys: ['exitCode'] },
);
const waiting = fc.record(
  { reason: fc.constantFrom('CrashLoopBackOff', 'ImagePullBackOff', 'PodInitializing') },
  { requiredKeys: [] },
);
const state = fc.oneof(
  { weight: 3, arbitrary: terminated.map((how) => ({ terminated: how })) },
  { weight: 2, arbitrary: waiting.map((how) => ({ waiting: how })) },
  { weight: 3, arbitrary: fc.constant({ running: {} }) },
  { weight: 1, arbitrary: fc.constant({}) },
);

const statusOf = (name: string) =>
  fc
    .record(
      { state, ready: fc.boolean(), started: fc.boolean() },
      { requiredKeys: ['state', 'ready'] },
    )
    .map((status) => ({ name, image: name, imageID: '', restartCount: 0, ...status }));

/** The statuses of the first containers: the kubelet has reported none of the others yet. */
const statusesOf = (all: readonly string[]) =>
  fc.nat(all.length).chain((count) => fc.tuple(...all.slice(0, count).map(statusOf)));

const condition = (type: string, ...reasons: string[]) =>
  fc.record(
    {
      type: fc.constant(type),
      status: fc.constantFrom('True', 'False', 'Unknown'),
      reason: fc.constantFrom('Any', ...reasons),
    },
    { requiredKeys: ['type', 'status'] },
  );

const conditions = fc
  .tuple(condition('Ready'), condition('Initialized'), condition('PodScheduled', 'SchedulingGated'))
  .chain((all) => fc.subarray(all));

/** A pod as it is created, the status that it then gets, and whether it is deleted at last. */
export const displayedPods = fc
  .tuple(fc.integer({ min: 1, max: containersMax }), fc.nat(initContainersMax))
  .chain(([containers, initContainers]) => {
    const own = names('c', containers);
    const initial = names('i', initContainers);
    return fc.record({
      spec: fc.record(
        {
          nodeName: fc.constant('w1'),
          restartPolicy: fc.constant('Always'),
          containers: fc.constant(own.map((name) => ({ name, image: name }))),
          initContainers: fc.tuple(
            ...initial.map((name) =>
              fc.record(
                {
                  name: fc.constant(name),
                  image: fc.constant(name),
                  restartPolicy: fc.constant('Always'),
                },
                { requiredKeys: ['name', 'image'] },
              ),
            ),
          ),
        },
        { requiredKeys: ['containers', 'initContainers'] },
      ),
      status: fc.record(
        {
          phase: fc.constantFrom('Pending', 'Running', 'Running', 'Succeeded', 'Failed', 'Unknown'),
          reason: fc.constantFrom('Evicted', 'NodeLost', 'NodeLost'),
          conditions,
          containerStatuses: statusesOf(own),
          initContainerStatuses: statusesOf(initial),
        },
        { requiredKeys: ['phase', 'conditions', 'containerStatuses', 'initContainerStatuses'] },
      ),
      deleted: fc.constantFrom(true, false, false),
    });
  });

export const displayedNodes = fc.record({
  spec: fc.record({ unschedulable: fc.boolean() }, { requiredKeys: [] }),
  status: fc.record({
    conditions: fc
      .tuple(condition('Ready'), condition('DiskPressure'))
      .chain((all) => fc.subarray(all)),
  }),
});

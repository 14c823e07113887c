// What is counted, and deleted objects that are kept, when the API server has a bad day.
import { expect } from 'chai';
import type { ApiObject } from '../../src/demo/objects.ts';
import { eventOf } from '../support/events.ts';
import * as faults from '../support/faults.ts';
import { pod, Scene, scrape } from './scene.ts';

const flags = [
  '--resources=events',
  '--metric-allowlist=^kube_pod_container_terminations_total$,^kube_events_total$',
  '--metric-allowlist=^kube_pod_deletion_timestamp$',
  '--metric-opt-in-list=^kube_pod_container_terminations_total$',
  '--deleted-grace=60s',
];

/** A pod whose only container has restarted so often, and how the run before this one ended. */
const restarted = (name: string, restartCount: number, reason: string) => {
  const terminated = { reason, exitCode: 1, containerID: `c://${restartCount - 1}` };
  const status = { name: 'c', restartCount, state: { running: {} }, lastState: { terminated } };
  return { ...pod(name), status: { phase: 'Running', containerStatuses: [status] } };
};

const event = (name: string, count: number): ApiObject =>
  eventOf(name, { namespace: 'x', reason: 'BackOff', count });

describe('counters and deleted objects, when the API server', function () {
  this.timeout(60_000);

  let scene: Scene;
  beforeEach(async () => {
    scene = new Scene();
    await scene.listen();
  });
  afterEach(() => scene.stop());

  const update = (plural: string, name: string, next: ApiObject): void => {
    const now = scene.server.get<ApiObject>(plural, 'x', name) as ApiObject;
    scene.server.update({ ...next, metadata: now.metadata });
  };

  const rows: readonly [fault: string, begin: () => unknown][] = [
    ['cuts every watch', () => undefined],
    ['has compacted what the watch needs (410)', () => scene.onWatches(faults.gone, { times: 2 })],
    [
      'has compacted what watches and lists need, again and again',
      () => {
        scene.onWatches(faults.gone, { times: 6 });
        scene.onLists(faults.gone, { times: 6 });
      },
    ],
  ];

  for (const [fault, begin] of rows) {
    it(`${fault}: each occurrence counts once, and what is gone is marked`, async () => {
      scene.server.create(event('backs-off', 5));
      const program = await scene.startSynced(...flags);
      update('pods', 'changes', restarted('changes', 1, 'OOMKilled'));
      update('events', 'backs-off', event('backs-off', 7));
      const shows = (...lines: readonly RegExp[]) =>
        scene.until(async () => {
          const { text } = await scrape(program);
          return lines.every((line) => line.test(text));
        });
      const ends = (reason: string, count: number) =>
        new RegExp(
          `^kube_pod_container_terminations_total\\{.*"changes".*"${reason}"\\} ${count}$`,
          'm',
        );
      const events = (count: number) =>
        new RegExp(`^kube_events_total\\{.*"BackOff".*\\} ${count}$`, 'm');
      await shows(ends('OOMKilled', 1), events(2));
      begin();
      scene.server.cut();
      update('pods', 'changes', restarted('changes', 4, 'Error'));
      update('events', 'backs-off', event('backs-off', 17));
      scene.server.create(event('new', 3));
      scene.server.delete('pods', 'x', 'goes');
      const mark = /^kube_pod_deletion_timestamp\{.*"goes"/m;
      await shows(ends('OOMKilled', 1), ends('Error', 1), ends('unknown', 2), events(15), mark);
      scene.server.cut();
      await scene.pass(30_000);
      await shows(ends('Error', 1), ends('unknown', 2), events(15), mark);
      await scene.pass(60_000);
      expect((await scrape(program)).text).not.to.match(/"goes"/);
    });
  }
});

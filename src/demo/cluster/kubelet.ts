// Kubelet simulates scheduler and kubelets: it moves each pod from state to state over time.

import { controllerOf, type Node, type Pod } from '../objects.ts';
import { quantity, requestOf } from '../quantity.ts';
import { between, pick } from '../random.ts';
import type { Agenda } from './agenda.ts';
import { isNodeReady, isNodeWell, podAddress, podAddressesMax } from './nodes.ts';
import {
  backOff,
  becomeReady,
  behaviour,
  bind,
  crash,
  failToSchedule,
  finish,
  isReady,
  prepare,
  restart,
  run,
} from './pods.ts';
import { keyOf, type World } from './world.ts';

/** The back-off between restarts of a container, as in the kubelet. */
const backOffSecondsFirst = 10;
const backOffSecondsMax = 300;
/** Time until a step that is not possible now is retried. */
const retryMs = 5_000;
/** A failed pod that belongs to no Job is deleted after this. */
const failedPodMs = 600_000;
/** Nodes that are scored for a pod; in a large cluster a sample is enough. */
const candidatesMax = 50;

/** The next step of a pod, and the delay until it. */
interface Step {
  readonly name: string;
  readonly afterMs: number;
  /** Whether it needs the kubelet of the node, so that it waits while the node is unreachable. */
  readonly onNode: boolean;
  readonly act: (pod: Pod) => void;
}

/** Schedules the next step of each pod. */
export class Kubelet {
  readonly #world: World;
  readonly #agenda: Agenda;
  readonly #planned = new Map<string, { name: string; cancel: () => void }>();
  /** Counts the addresses that were tried. */
  #addresses = 0;

  constructor(world: World, agenda: Agenda) {
    this.#world = world;
    this.#agenda = agenda;
  }

  /** Schedules the next step of a new or changed pod, or cancels that of a deleted one. */
  look(pod: Pod, gone: boolean): void {
    const { uid = '' } = pod.metadata;
    const planned = this.#planned.get(uid);
    const step = gone ? undefined : this.#nextStep(pod);
    if (step?.name === planned?.name) return;
    planned?.cancel();
    this.#planned.delete(uid);
    if (step !== undefined) this.#plan(pod, step);
  }

  #plan(pod: Pod, step: Step, afterMs = step.afterMs): void {
    const { uid = '' } = pod.metadata;
    const cancel = this.#agenda.after(afterMs, () => {
      this.#planned.delete(uid);
      const present = this.#world.get<Pod>('pods', keyOf(pod));
      if (present?.metadata.uid !== uid) return;
      if (step.onNode && !this.#hasKubelet(present)) {
        this.#plan(present, step, retryMs);
        return;
      }
      step.act(present);
    });
    this.#planned.set(uid, { name: step.name, cancel });
  }

  #hasKubelet({ spec }: Pod): boolean {
    const node = this.#world.nodes.get(spec.nodeName ?? '');
    return node !== undefined && isNodeReady(node);
  }

  #nextStep(pod: Pod): Step | undefined {
    const { metadata, spec, status } = pod;
    const { random } = this.#world;
    if (metadata.deletionTimestamp) {
      const afterMs = between(random, 1_000, 4_000);
      return { name: 'end', afterMs, onNode: true, act: (one) => this.#world.remove('pods', one) };
    }
    if (status.phase === 'Succeeded') return undefined;
    if (status.phase === 'Failed') return this.#sweep(pod);
    if (spec.nodeName === undefined) {
      const waits = status.conditions?.length;
      const afterMs = waits ? retryMs * 6 : between(random, 50, 500);
      return { name: 'schedule', afterMs, onNode: false, act: (one) => this.#schedule(one) };
    }
    if (status.containerStatuses === undefined) {
      return this.#step('prepare', 200, 1_000, (one, now) => this.#prepare(one, now));
    }
    if (status.phase === 'Pending') {
      return this.#step('run', 1_000, 6_000, (one, now) => this.#run(one, now));
    }
    return this.#stepOfRunning(pod);
  }

  #stepOfRunning(pod: Pod): Step | undefined {
    const { metadata, status } = pod;
    const [container] = status.containerStatuses ?? [];
    if (container?.state?.terminated) {
      return this.#step('back off', 500, 1_500, (one) => {
        const seconds = backOffSecondsOf(one);
        if (seconds === 0) restart(one, this.#world.now, this.#world.random);
        else backOff(one, seconds);
      });
    }
    if (container?.state?.waiting) {
      const afterMs = backOffSecondsOf(pod) * 1_000;
      return this.#step('restart', afterMs, afterMs, (one, now) =>
        restart(one, now, this.#world.random),
      );
    }
    const { annotations } = metadata;
    const runsMs = secondsIn(annotations?.[behaviour.runsFor]);
    const crashesMs = secondsIn(annotations?.[behaviour.crashesAfter]);
    if (crashesMs !== undefined) {
      return this.#step('crash', crashesMs, crashesMs * 1.5, (one, now) => crash(one, now));
    }
    if (!isReady(pod)) {
      return this.#step('be ready', 1_000, 8_000, (one, now) => becomeReady(one, now));
    }
    if (runsMs === undefined) return undefined;
    return this.#step('finish', runsMs * 0.7, runsMs * 1.3, (one, now) => {
      const fails = this.#world.random() < Number(annotations?.[behaviour.fails] ?? 0);
      finish(one, fails ? 1 : 0, now);
    });
  }

  /** A step that changes the pod. */
  #step(name: string, minMs: number, maxMs: number, change: (pod: Pod, now: string) => void): Step {
    const act = (pod: Pod): void => {
      change(pod, this.#world.now);
      this.#world.update(pod);
    };
    return { name, afterMs: between(this.#world.random, minMs, maxMs), onNode: true, act };
  }

  #sweep(pod: Pod): Step | undefined {
    if (controllerOf(pod)?.kind === 'Job') return undefined;
    const act = (one: Pod): void => this.#world.remove('pods', one);
    return { name: 'sweep', afterMs: failedPodMs, onNode: false, act };
  }

  #prepare(pod: Pod, now: string): void {
    const node = this.#world.nodes.get(pod.spec.nodeName ?? '');
    if (node !== undefined) prepare(pod, node, now);
  }

  #run(pod: Pod, now: string): void {
    const node = this.#world.nodes.get(pod.spec.nodeName ?? '');
    if (node !== undefined) run(pod, this.#addressOn(node), now, this.#world.random);
  }

  /** The next free address on a node; a released one is not reused at once. */
  #addressOn(node: Node): string {
    for (let tried = 0; tried < podAddressesMax; tried++) {
      this.#addresses += 1;
      const address = podAddress(node, this.#addresses);
      if (!this.#world.isTaken(address)) return address;
    }
    throw new Error(`expected a free address on ${node.metadata.name}`);
  }

  #schedule(pod: Pod): void {
    const nodes = [...this.#world.nodes.values()];
    const { random } = this.#world;
    const many = nodes.length > candidatesMax;
    const some = Array.from(
      { length: many ? candidatesMax : 0 },
      () => pick(random, nodes) as Node,
    );
    const node = this.#emptiest(pod, some) ?? this.#emptiest(pod, nodes);
    if (node === undefined) failToSchedule(pod, this.#refusals(pod, nodes), this.#world.now);
    else bind(pod, node.metadata.name, this.#world.now);
    this.#world.update(pod);
    // An unchanged pod causes no event, so the retry is scheduled here.
    this.look(pod, false);
  }

  /** The node with the least requested share among those that fit the pod. */
  #emptiest(pod: Pod, nodes: readonly Node[]): Node | undefined {
    return nodes
      .filter((node) => refusal(pod, node, this.#world) === undefined)
      .sort((a, b) => this.#fullness(a) - this.#fullness(b))[0];
  }

  #fullness({ metadata, status }: Node): number {
    return this.#world.loadOf(metadata.name).cpu / quantity(status.allocatable?.cpu);
  }

  #refusals(pod: Pod, nodes: readonly Node[]): string {
    const counts = new Map<string, number>();
    for (const node of nodes) {
      const reason = refusal(pod, node, this.#world);
      if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
    return `0/${nodes.length} nodes are available: ${reasons.join(', ')}.`;
  }
}

/** The reason why a pod does not fit on a node; `undefined` if it fits. */
function refusal({ spec }: Pod, node: Node, world: World): string | undefined {
  const taint = node.spec.taints?.find(
    ({ key, effect }) => effect !== 'PreferNoSchedule' && !tolerates(spec, key),
  );
  if (taint !== undefined) return `node(s) had untolerated taint(s) {${taint.key}}`;
  if (!isNodeWell(node)) return 'node(s) were not ready';
  for (const { resources } of spec.containers ?? []) {
    for (const name of Object.keys(resources?.requests ?? {})) {
      if (node.status.allocatable?.[name] === undefined) return `Insufficient ${name}`;
    }
  }
  const { cpu, memory } = requestOf(spec);
  const load = world.loadOf(node.metadata.name);
  const { allocatable } = node.status;
  if (load.pods + 1 > quantity(allocatable?.pods)) return 'Too many pods';
  if (load.cpu + cpu > quantity(allocatable?.cpu)) return 'Insufficient cpu';
  if (load.memory + memory > quantity(allocatable?.memory)) return 'Insufficient memory';
  return undefined;
}

/** Tolerations with tolerationSeconds do not count for scheduling. */
const tolerates = ({ tolerations }: Pod['spec'], taint: string): boolean =>
  tolerations?.some(
    ({ key, tolerationSeconds }) =>
      (key === undefined || key === taint) && tolerationSeconds === undefined,
  ) === true;

/** The back-off before the next restart: none at first, then doubled each time. */
function backOffSecondsOf({ status }: Pod): number {
  const restarts = status.containerStatuses?.[0]?.restartCount ?? 0;
  if (restarts === 0) return 0;
  return Math.min(backOffSecondsFirst * 2 ** (restarts - 1), backOffSecondsMax);
}

function secondsIn(text: string | undefined): number | undefined {
  const seconds = Number(text);
  return text === undefined || !(seconds >= 0) ? undefined : seconds * 1_000;
}

// historyOf is what was counted of pods that were seen once: every counter is 0.
import type { History } from '../../src/metrics/history.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import { Terminations } from '../../src/resources/terminations.ts';

export function historyOf(objects: readonly KubeObject[]): History {
  const view = new Terminations({ onOtherReason: () => {} }).open();
  for (const object of objects) view.saw(object);
  return view;
}

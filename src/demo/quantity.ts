// Kubernetes quantities of simulated objects, and what their pods request.
import type { Pod } from './objects.ts';

/** What a pod asks of its node: cores and bytes. */
export function requestOf({ containers = [] }: Pod['spec']): { cpu: number; memory: number } {
  const sum = (name: string): number =>
    containers.reduce((all, { resources }) => all + quantity(resources?.requests?.[name]), 0);
  return { cpu: sum('cpu'), memory: sum('memory') };
}

const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** A quantity as a number; 0 where there is none, or none that can be read. */
export function quantity(text: string | undefined): number {
  const [, number = '0', unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text ?? '') ?? [];
  return Number(number) * (factors[unit] ?? 1);
}

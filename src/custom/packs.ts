// The packs: configurations of custom resources that come with the program, by name.
import { readFileSync } from 'node:fs';
import { ConfigError } from '../lib/errors.ts';
import { suggest } from '../lib/suggest.ts';

/** The files in packs/, in the order of docs/packs.md. */
export const packNames = [
  'gateway-api',
  'flux',
  'cluster-api',
  'vertical-pod-autoscaler',
  'volume-snapshot',
] as const;

export type PackName = (typeof packNames)[number];

/** The texts by name in the bundle, which is one file; tools/build.ts inserts them. */
declare const KUBESTATE_PACKS: Readonly<Record<string, string>> | undefined;

/** The configuration of a pack, in the format of kube-state-metrics; a ConfigError if unknown. */
export function packText(name: string): string {
  if (!(packNames as readonly string[]).includes(name)) {
    const close = suggest(name, packNames);
    throw new ConfigError({
      flag: '--custom-resource-pack',
      expected: `some of ${packNames.join(', ')}`,
      got: JSON.stringify(name),
      hint: close && `did you mean ${close}?`,
    });
  }
  const bundled = typeof KUBESTATE_PACKS === 'undefined' ? undefined : KUBESTATE_PACKS[name];
  return bundled ?? readFileSync(new URL(`packs/${name}.yaml`, import.meta.url), 'utf8');
}

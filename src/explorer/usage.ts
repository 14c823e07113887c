// usage is what well-known dashboards, alerts and tools read of each family, and what ours do.
import type { Usage, UsageSource } from './api.ts';
import generated from './usage.json' with { type: 'json' };

const { families } = generated;

export const usage: Usage = {
  sources: generated.sources.map(([source, kind, name, ...places]) => ({
    source: source as string,
    kind: kind as UsageSource['kind'],
    name: name as string,
    families: places.map((place) => families[place as number] as string),
  })),
};

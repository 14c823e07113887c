// Renders src/resources/mixinFamilies.ts: which families kubernetes-mixin queries, and in what.
import { notice } from './notice.ts';

/** By family, then by tool or by what of a tool: its alerts, recording rules or dashboards. */
export type Usage = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What the record calls a part of the mixin, and what we call it. */
const parts = {
  'kubernetes-mixin/alert': 'alert',
  'kubernetes-mixin/record': 'recording rule',
  'kubernetes-mixin/dash': 'dashboard',
} as const;

export const mixinUsageFile = 'test/neighbours/usage.json';

export function mixinFamilies(usage: Usage): string {
  const rows = Object.entries(usage)
    .map(([family, uses]) => {
      const used = Object.entries(parts).filter(([tool]) => tool in uses);
      return { family, by: used.map(([, part]) => `'${part}'`) };
    })
    .filter(({ by }) => by.length > 0)
    .map(({ family, by }) => `  ${family}: [${by.join(', ')}],`)
    .sort();
  return `// ${notice(mixinUsageFile)}
import type { FamilyName } from './index.ts';

/** The families that kubernetes-mixin queries, and what of it does. */
export const mixinFamilies = {
${rows.join('\n')}
} satisfies Partial<Record<FamilyName, readonly ('alert' | 'recording rule' | 'dashboard')[]>>;
`;
}

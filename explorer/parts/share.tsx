// Share is a part of a whole as a bar and in percent.
import type { VNode } from 'preact';
import { shareText } from '../../src/lib/shareText.ts';

export const Share = ({ part, whole }: { part: number; whole: number }): VNode => (
  <span class="share">
    <span class="bar" aria-hidden="true">
      <span style={{ inlineSize: `${whole > 0 ? Math.min(100, (part / whole) * 100) : 0}%` }} />
    </span>
    <span class="percent">{shareText(part, whole)}</span>
  </span>
);

/** Numbers that stand out, each with what it counts. */
export const Figures = ({ of }: { of: readonly (readonly [what: string, value: string])[] }) => (
  <dl class="figures">
    {of.map(([what, value]) => (
      <div key={what}>
        <dt>{what}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

// Lines are lines of text as they would be in a terminal, which the keyboard can scroll.
import type { VNode } from 'preact';

interface Props {
  readonly label: string;
  readonly text: string;
  readonly id?: string;
}

export const Lines = ({ label, text, id }: Props): VNode => (
  <section class="lines" aria-label={label}>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: without, a keyboard could not scroll it */}
    <pre class="series" id={id} tabIndex={0}>
      {text}
    </pre>
  </section>
);

// Notice is a sentence set apart; Missing and Slowly stand in for data that are not there yet.
import type { ComponentChildren, VNode } from 'preact';
import type { Answer, SlowAnswer } from '../data/answers.ts';

type Tone = 'good' | 'wait' | 'bad' | 'plain';

interface Props {
  readonly tone: Tone;
  readonly children: ComponentChildren;
}

export const Notice = ({ tone, children }: Props): VNode => (
  <p class={`notice tone ${tone}`}>{children}</p>
);

/** In place of data that are not there: that they are awaited, or why there are none. */
export function Missing({ answer }: { answer: Answer<unknown> }): VNode {
  if (answer.phase === 'failed') return <Notice tone="bad">{answer.error}</Notice>;
  return <p class="soft">Asking kubestate …</p>;
}

/** How far a slow answer is, or why it failed; `what` is what is being read. */
export function Slowly({ answer, what }: { answer: SlowAnswer<unknown>; what: string }): VNode {
  if (answer.phase === 'failed') {
    return (
      <Notice tone="bad">
        {answer.error}{' '}
        <button type="button" onClick={answer.again}>
          Try again
        </button>
      </Notice>
    );
  }
  const part = answer.phase === 'running' ? answer.part : 0;
  return (
    <p class="slowly">
      <progress max={1} value={part} aria-label={`Reading ${what}`} />
      <span class="soft">
        Reading {what}: {Math.round(part * 100)} %
      </span>
    </p>
  );
}

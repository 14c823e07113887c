// CopyButton puts a text on the clipboard, and says whether it could.
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const saidMs = 3_000;

export function CopyButton({ text, what }: { text: string; what: string }): VNode {
  const [said, say] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => say(''), saidMs);
    return () => clearTimeout(timer);
  }, [said]);
  const onClick = (): void => {
    copied(text).then(
      () => say('Copied'),
      () => say('The browser does not allow it: select the text and copy it'),
    );
  };
  return (
    <span class="copy">
      <button type="button" onClick={onClick}>
        Copy {what}
      </button>
      <span role="status" class="soft">
        {said}
      </span>
    </span>
  );
}

/** Over plain HTTP only localhost has a clipboard; elsewhere the older way is left. */
async function copied(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  const before = document.activeElement;
  area.value = text;
  area.className = 'unseen';
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!done) throw new Error('copying was refused');
}

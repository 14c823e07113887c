// CutResult is the cut to take away: as flags, values of the chart, or rules for Prometheus.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { type Cut, chartValues, flagsOf, relabelRules, shellText } from '../../src/explorer/cut.ts';
import { grouped } from '../../src/lib/grouped.ts';
import { usePage } from '../data/page.ts';
import { addressCharsMax } from '../logic/marksAddress.ts';
import { CopyButton } from './copy.tsx';
import { Lines } from './lines.tsx';
import { Notice } from './notice.tsx';

const forms = [
  {
    form: 'flags',
    label: 'Flags',
    text: (cut: Cut) => shellText(flagsOf(cut)),
    note: 'For kubestate, or kube-state-metrics. A metric list replaces one that is set already.',
  },
  {
    form: 'values',
    label: 'Chart values',
    text: chartValues,
    note: 'For the Helm chart of kubestate, or kube-state-metrics.',
  },
  {
    form: 'rules',
    label: 'Relabel rules',
    text: relabelRules,
    note: 'For the scrape job of Prometheus, which then fetches as much and stores less.',
  },
] as const;

export function CutResult({ cut }: { cut: Cut }): VNode {
  const [chosen, choose] = useState<(typeof forms)[number]['form']>('flags');
  const { label, text, note } = forms.find(({ form }) => form === chosen) ?? forms[0];
  const result = text(cut);
  const { url } = usePage();
  return (
    <section aria-labelledby="result">
      <h2 id="result">Take it away</h2>
      <fieldset class="choice">
        <legend class="unseen">Form of the cut</legend>
        {forms.map(({ form, label: name }) => (
          <label key={form}>
            <input
              type="radio"
              name="form"
              checked={chosen === form}
              onChange={() => choose(form)}
            />
            {name}
          </label>
        ))}
      </fieldset>
      {result === '' ? (
        <p class="soft">Nothing is cut yet.</p>
      ) : (
        <>
          <p class="soft">{note}</p>
          <Lines id="cutResult" label={label} text={result} />
          <div class="controls">
            <CopyButton text={result} what={label.toLowerCase()} />
            <CopyButton text={url} what="the address of this page" />
          </div>
        </>
      )}
      {url.length <= addressCharsMax ? null : (
        <Notice tone="wait">
          The address has {grouped(url.length)} characters, and chats and mail may cut it after{' '}
          {grouped(addressCharsMax)}: send the text above instead.
        </Notice>
      )}
    </section>
  );
}

// ObjectView shows everything that is exported about one object, as a table or as text.
import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ObjectText } from '../../src/explorer/api.ts';
import { grouped } from '../../src/lib/grouped.ts';
import { sizeText } from '../../src/lib/sizeText.ts';
import { dataOf, useAnswer } from '../data/answers.ts';
import { usePage } from '../data/page.ts';
import { samplesOf, sharedLabels } from '../logic/exposition.ts';
import type { ObjectRoute } from '../logic/route.ts';
import { CopyButton } from '../parts/copy.tsx';
import { Lines } from '../parts/lines.tsx';
import { Name } from '../parts/name.tsx';
import { Missing } from '../parts/notice.tsx';
import { Figures } from '../parts/share.tsx';

const objectEveryMs = 5_000;

export function ObjectView({ resource, namespace, name }: Omit<ObjectRoute, 'view'>): VNode {
  const { href } = usePage();
  const names = [resource, namespace || '-', name].map(encodeURIComponent).join('/');
  const answer = useAnswer<ObjectText>(`api/v1/objects/${names}`, objectEveryMs);
  const data = dataOf(answer);
  return (
    <>
      <p class="path">
        <a href={href({ view: 'objects', search: name })}>Objects</a>
      </p>
      <h1 class="code">{name}</h1>
      <p class="facts">
        <span class="code">{resource}</span>
        {namespace === '' ? null : <span>in {namespace}</span>}
      </p>
      {data === undefined ? <Missing answer={answer} /> : <Exported of={data} />}
      {answer.phase === 'old' ? <p class="soft">Not followed any more: {answer.error}</p> : null}
    </>
  );
}

function Exported({ of }: { of: ObjectText }): VNode {
  const [as, setAs] = useState<'table' | 'text'>('table');
  const withSeries = of.families.filter(({ text }) => text !== '');
  const text = withSeries
    .map((family) => `# HELP ${family.name} ${family.help}\n${family.text.trimEnd()}`)
    .join('\n');
  return (
    <>
      <Figures
        of={[
          ['series', grouped(of.series)],
          ['plain text', sizeText(of.bytes)],
          ['families', grouped(withSeries.length)],
        ]}
      />
      <fieldset class="choice">
        <legend class="unseen">How it is shown</legend>
        {(['table', 'text'] as const).map((one) => (
          <label key={one}>
            <input type="radio" name="as" checked={as === one} onChange={() => setAs(one)} />
            as {one === 'table' ? 'a table' : 'text'}
          </label>
        ))}
      </fieldset>
      {as === 'text' ? (
        <>
          <CopyButton text={text} what="text" />
          <Lines label="Exposition of the object" text={text} />
        </>
      ) : (
        <Tables families={withSeries} />
      )}
    </>
  );
}

/** Labels that all series of the object have alike are said once. */
function Tables({ families }: { families: ObjectText['families'] }): VNode {
  const { href } = usePage();
  const parsed = useMemo(
    () => families.map((family) => ({ ...family, samples: samplesOf(family.text) })),
    [families],
  );
  const shared = useMemo(() => sharedLabels(parsed.flatMap(({ samples }) => samples)), [parsed]);
  const isShared = new Set(shared.map(([name]) => name));
  return (
    <>
      <dl class="pairs">
        {shared.map(([name, value]) => (
          <div key={name}>
            <dt class="code">{name}</dt>
            <dd class="code">{value}</dd>
          </div>
        ))}
      </dl>
      <table class="rows object">
        <caption class="unseen">Series of the object</caption>
        <thead>
          <tr>
            <th scope="col">Family</th>
            <th scope="col">Other labels</th>
            <th scope="col" class="number">
              Value
            </th>
          </tr>
        </thead>
        <tbody>
          {parsed.flatMap(({ name, help, samples }) =>
            samples.map(({ labels, value }, index) => (
              <tr key={`${name} ${index}`} class={index === 0 ? '' : 'again'}>
                <th scope="row">
                  <a class="code" href={href({ view: 'family', name })} title={help}>
                    <Name of={name} />
                  </a>
                </th>
                <td class="code pairsOf">
                  {labels
                    .filter(([label]) => !isShared.has(label))
                    .map(([label, of]) => (
                      <span key={label}>
                        <span class="soft">{label}=</span>
                        {of === '' ? '""' : of}
                      </span>
                    ))}
                </td>
                <td class="number code">{value}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </>
  );
}

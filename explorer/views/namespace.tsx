// NamespaceView shows which families have series in one namespace.
import type { VNode } from 'preact';
import type { NamespaceFamilies } from '../../src/explorer/api.ts';
import { amountOf } from '../../src/explorer/cut.ts';
import { grouped } from '../../src/lib/grouped.ts';
import { sizeText } from '../../src/lib/sizeText.ts';
import { useSlowAnswer } from '../data/answers.ts';
import { usePage } from '../data/page.ts';
import { allFamilies } from '../logic/route.ts';
import { CutMark } from '../parts/familyTable.tsx';
import { Name } from '../parts/name.tsx';
import { namespaceName } from '../parts/namespaceTable.tsx';
import { Slowly } from '../parts/notice.tsx';
import { Figures } from '../parts/share.tsx';
import { MarkHeading, SizeCells, SizeHeadings } from '../parts/sizeCells.tsx';

export function NamespaceView({ name }: { name: string }): VNode {
  const { href } = usePage();
  const path = `api/v1/namespaces/${encodeURIComponent(name)}/families`;
  const answer = useSlowAnswer<NamespaceFamilies>(path);
  const title = namespaceName(name === '-' ? '' : name);
  return (
    <>
      <p class="path">
        <a href={href({ ...allFamilies, map: 'namespace' })}>Namespaces</a>
      </p>
      <h1 class="code">{title}</h1>
      {answer.phase === 'done' ? (
        <Families title={title} answer={answer.result} />
      ) : (
        <Slowly answer={answer} what="the families of this namespace" />
      )}
    </>
  );
}

function Families({ title, answer }: { title: string; answer: NamespaceFamilies }): VNode {
  const { href } = usePage();
  const { families } = answer;
  const all = amountOf(families);
  if (families.length === 0) return <p>Nothing is exported of {title}.</p>;
  return (
    <>
      <Figures
        of={[
          ['series', grouped(all.series)],
          ['plain text', sizeText(all.bytes)],
          ['families', grouped(families.length)],
        ]}
      />
      <table class="rows namespaces">
        <caption class="unseen">Families with series in {title}</caption>
        <thead>
          <tr>
            <MarkHeading />
            <th scope="col">Family</th>
            <th scope="col" class="of">
              Resource
            </th>
            <SizeHeadings share="Share of the namespace" />
          </tr>
        </thead>
        <tbody>
          {families.map((family) => (
            <tr key={family.name}>
              <td class="mark">
                <CutMark name={family.name} />
              </td>
              <th scope="row">
                <a class="code" href={href({ view: 'family', name: family.name })}>
                  <Name of={family.name} />
                </a>
              </th>
              <td class="code of">{family.resource}</td>
              <SizeCells of={family} whole={all.series} />
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

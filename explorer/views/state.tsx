// StateView is the first view: how fresh the state is, and what each resource has and costs.
import type { VNode } from 'preact';
import type { ResourceState, Status } from '../../src/explorer/api.ts';
import { counted, grouped } from '../../src/lib/grouped.ts';
import { sizeText } from '../../src/lib/sizeText.ts';
import { type Answer, dataOf } from '../data/answers.ts';
import { usePage } from '../data/page.ts';
import { searchOf } from '../logic/families.ts';
import { age } from '../logic/format.ts';
import { allFamilies } from '../logic/route.ts';
import { Missing, Notice } from '../parts/notice.tsx';
import { Figures } from '../parts/share.tsx';
import { NumberHeading, SizeCells, SizeHeadings } from '../parts/sizeCells.tsx';

export function StateView({ status }: { status: Answer<Status> }): VNode {
  const data = dataOf(status);
  if (data === undefined) return <Missing answer={status} />;
  const { total, resources } = data;
  const largestFirst = resources.toSorted(
    (a, b) => b.series - a.series || (a.resource < b.resource ? -1 : 1),
  );
  const isEmpty = ({ series, state }: ResourceState): boolean =>
    series === 0 && (state === 'synced' || state === 'absent');
  const empty = largestFirst.filter(isEmpty);
  return (
    <>
      <h1 class="unseen">State</h1>
      <Sentences status={data} />
      <Figures
        of={[
          ['series', grouped(total.series)],
          ['plain text', sizeText(total.bytes)],
          ['objects', grouped(total.objects)],
          ['families', grouped(resources.reduce((sum, { families }) => sum + families, 0))],
        ]}
      />
      <Resources
        caption="What each resource has"
        resources={largestFirst.filter((resource) => !isEmpty(resource))}
        whole={total.series}
      />
      {empty.length === 0 ? null : (
        <details>
          <summary>{counted(empty.length, 'resource')} without series</summary>
          <Resources caption="Resources without series" resources={empty} whole={total.series} />
        </details>
      )}
    </>
  );
}

function Sentences({ status: { freshness, headlines, serves } }: { status: Status }): VNode {
  return (
    <>
      <Notice tone={freshness.good ? 'good' : 'wait'}>{freshness.sentence}</Notice>
      {headlines.map(({ sentence, good }) => (
        <Notice key={sentence} tone={good ? 'good' : 'wait'}>
          {sentence}
        </Notice>
      ))}
      {serves ? null : (
        <Notice tone="wait">
          /metrics answers 503 meanwhile; sizes are of what is held so far.
        </Notice>
      )}
    </>
  );
}

interface ResourcesProps {
  readonly caption: string;
  readonly resources: readonly ResourceState[];
  readonly whole: number;
}

function Resources({ caption, resources, whole }: ResourcesProps): VNode {
  return (
    <table class="rows resources">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Resource</th>
          <th scope="col">State</th>
          <NumberHeading>Objects</NumberHeading>
          <SizeHeadings share="Share of series" />
          <NumberHeading>Last event</NumberHeading>
        </tr>
      </thead>
      <tbody>
        {resources.map((resource) => (
          <Resource key={resource.resource} of={resource} whole={whole} />
        ))}
      </tbody>
    </table>
  );
}

function Resource({ of, whole }: { of: ResourceState; whole: number }): VNode {
  const { href } = usePage();
  const { resource, state, detail, objects, lastEventSeconds } = of;
  const isCalm = state === 'synced';
  return (
    <tr>
      <th scope="row">
        <a class="code" href={href({ ...allFamilies, search: searchOf(resource) })}>
          {resource}
        </a>
      </th>
      <td class="condition">
        <span class={`state ${state}`}>{state}</span>
        {isCalm || detail === '' ? null : <span class="detail soft">{detail}</span>}
      </td>
      <td class="number" data-label="objects">
        {grouped(objects)}
      </td>
      <SizeCells of={of} whole={whole} />
      <td class="number" data-label={lastEventSeconds === null ? undefined : 'ago'}>
        {lastEventSeconds === null ? '–' : age(lastEventSeconds)}
      </td>
    </tr>
  );
}

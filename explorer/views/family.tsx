// FamilyView shows one family: its labels, namespaces, series, zeros, and who reads it.
import type { ComponentChildren, VNode } from 'preact';
import type {
  Families,
  FamilyLabels,
  FamilySize,
  LabelStatistics,
  Usage,
} from '../../src/explorer/api.ts';
import { amountOf } from '../../src/explorer/cut.ts';
import { counted, grouped } from '../../src/lib/grouped.ts';
import { shareText } from '../../src/lib/shareText.ts';
import { sizeText } from '../../src/lib/sizeText.ts';
import { dataOf, useAnswer, useSlowAnswer } from '../data/answers.ts';
import { usePage } from '../data/page.ts';
import { searchOf, usersOf } from '../logic/families.ts';
import { allFamilies } from '../logic/route.ts';
import { CutMark } from '../parts/familyTable.tsx';
import { Lines } from '../parts/lines.tsx';
import { Name } from '../parts/name.tsx';
import { namespaceName } from '../parts/namespaceTable.tsx';
import { Missing, Notice, Slowly } from '../parts/notice.tsx';
import { Figures, Share } from '../parts/share.tsx';
import { SizeCells, SizeHeadings } from '../parts/sizeCells.tsx';

export function FamilyView({ name }: { name: string }): VNode {
  const { href } = usePage();
  const answer = useAnswer<Families>('api/v1/families');
  const families = dataOf(answer)?.families;
  const family = families?.find((one) => one.name === name);
  return (
    <>
      <p class="path">
        <a href={href(allFamilies)}>Families</a>
      </p>
      <h1 class="code">
        <Name of={name} />
      </h1>
      {families === undefined ? <Missing answer={answer} /> : null}
      {families !== undefined && family === undefined ? (
        <Notice tone="bad">
          {name} is not served: it was cut off meanwhile, or its resource is not followed.{' '}
          <a href={href({ ...allFamilies, search: name.split('_').slice(0, 2).join('_') })}>
            Search for its like
          </a>
          .
        </Notice>
      ) : null}
      {families === undefined || family === undefined ? null : (
        <Family family={family} whole={amountOf(families).series} />
      )}
    </>
  );
}

function Family({ family, whole }: { family: FamilySize; whole: number }): VNode {
  const { href } = usePage();
  const { name, resource, type, stability, help, series } = family;
  const answer = useSlowAnswer<FamilyLabels>(`api/v1/families/${encodeURIComponent(name)}/labels`);
  const result = answer.phase === 'done' ? answer.result : undefined;
  return (
    <>
      <p>{help}</p>
      <p class="facts">
        <span>{type}</span>
        <span class={`stability ${stability}`}>{stability}</span>
        <span>
          of <a href={href({ ...allFamilies, search: searchOf(resource) })}>{resource}</a>
        </span>
        <CutMark name={name}>Cut it</CutMark>
      </p>
      <Figures
        of={[
          ['series', grouped(series)],
          ['of all series', shareText(series, whole)],
          ['plain text', sizeText(family.bytes)],
          ['with value 0', result === undefined ? '…' : zeros(result)],
        ]}
      />
      {result === undefined ? (
        <Slowly answer={answer} what="all series of this family" />
      ) : (
        <Contents of={result} />
      )}
      <Users name={name} />
    </>
  );
}

const zeros = ({ zeros: number, family: { series } }: FamilyLabels): string =>
  number > 0 && number === series ? 'all' : grouped(number);

function Contents({ of }: { of: FamilyLabels }): VNode {
  const { labels, moreLabels, namespaces, samples, family } = of;
  if (family.series === 0) return <p>It has no series now.</p>;
  return (
    <>
      <Section title="Labels">
        {labels.length === 0 ? <p>It has none.</p> : null}
        <div class="labels">
          {labels.map((label) => (
            <Label key={label.name} label={label} whole={family.series} />
          ))}
        </div>
        {moreLabels > 0 ? (
          <p class="soft">It has at least {counted(moreLabels, 'more label')}.</p>
        ) : null}
      </Section>
      {namespaces.length === 0 ? null : (
        <Section title="Namespaces with most of it">
          <Namespaces of={of} />
        </Section>
      )}
      <Section title="Series from all over it">
        <Lines label="Series" text={samples.join('\n')} />
      </Section>
    </>
  );
}

const Section = ({ title, children }: { title: string; children: ComponentChildren }): VNode => (
  <section>
    <h2>{title}</h2>
    {children}
  </section>
);

function Label({ label, whole }: { label: LabelStatistics; whole: number }): VNode {
  const { name, values, exact, top } = label;
  return (
    <section class="label">
      <h3>
        <span class="code">{name}</span>{' '}
        <span class="soft">
          {exact ? '' : 'about '}
          {counted(values, 'value')}
          {exact ? '' : ', estimated'}
        </span>
      </h3>
      <ol>
        {top.map(({ value, series }) => (
          <li key={value}>
            <span class="code value" title={value}>
              {value === '' ? '(empty)' : value}
            </span>
            <span class="number">{grouped(series)}</span>
            <Share part={series} whole={whole} />
          </li>
        ))}
        {values > top.length ? <li class="soft">and {grouped(values - top.length)} more</li> : null}
      </ol>
    </section>
  );
}

function Namespaces({ of: { namespaces, family } }: { of: FamilyLabels }): VNode {
  const { href } = usePage();
  return (
    <table class="rows namespaces">
      <caption class="unseen">Namespaces with most series of {family.name}</caption>
      <thead>
        <tr>
          <th scope="col">Namespace</th>
          <SizeHeadings share="Share of the family" />
        </tr>
      </thead>
      <tbody>
        {namespaces.map(({ namespace, ...size }) => (
          <tr key={namespace}>
            <th scope="row">
              <a class="code" href={href({ view: 'namespace', name: namespace || '-' })}>
                {namespaceName(namespace)}
              </a>
            </th>
            <SizeCells of={size} whole={family.series} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Users({ name }: { name: string }): VNode {
  const answer = useAnswer<Usage>('api/v1/usage');
  const sources = dataOf(answer)?.sources;
  const users = usersOf(sources ?? [], name);
  return (
    <Section title="Read by">
      {sources === undefined ? <Missing answer={answer} /> : null}
      {sources !== undefined && users.length === 0 ? (
        <p>
          None of the well-known dashboards, alerts and rules reads it, and none of kubestate's.
        </p>
      ) : null}
      <ul class="users">
        {users.map(({ source, kind, name: user }) => (
          <li key={`${source} ${kind} ${user}`}>
            {user}{' '}
            <span class="soft">
              {kind} of {source}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

// FamilyTable lists families with what they cost, sorted by a click on a heading; it marks cuts.
import type { ComponentChildren, VNode } from 'preact';
import type { FamilySize } from '../../src/explorer/api.ts';
import { grouped } from '../../src/lib/grouped.ts';
import { usePage } from '../data/page.ts';
import { cutFamilies, cutsFamily, keepFamilies } from '../logic/marks.ts';
import { type FamiliesQuery, fallsFirst, type SortKey } from '../logic/route.ts';
import { Name } from './name.tsx';
import { MarkHeading, SizeCells } from './sizeCells.tsx';

/** More rows make typing in the search slow; the search finds the others. */
const rowsMax = 1_000;

interface Props {
  readonly families: readonly FamilySize[];
  /** Series of all families. */
  readonly whole: number;
  readonly sorting: Pick<FamiliesQuery, 'sort' | 'descending'>;
  onSort(sorting: Pick<FamiliesQuery, 'sort' | 'descending'>): void;
}

export function FamilyTable({ families, whole, sorting, onSort }: Props): VNode {
  const shown = families.slice(0, rowsMax);
  const heading = (key: SortKey, children: ComponentChildren, number = false): VNode => (
    <Heading sort={key} sorting={sorting} onSort={onSort} number={number}>
      {children}
    </Heading>
  );
  return (
    <>
      <table class="rows families">
        <caption class="unseen">Families and what they cost</caption>
        <thead>
          <tr>
            <MarkHeading />
            {heading('name', 'Family')}
            {heading('resource', 'Resource')}
            {heading('stability', 'Stability')}
            {heading('series', 'Series', true)}
            {heading('bytes', 'Size', true)}
            <th scope="col">Share of series</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((family) => (
            <Row key={family.name} family={family} whole={whole} />
          ))}
        </tbody>
      </table>
      {shown.length === families.length ? null : (
        <p class="soft">
          These are the first {grouped(rowsMax)} of {grouped(families.length)} families; search for
          the others.
        </p>
      )}
    </>
  );
}

interface HeadingProps extends Pick<Props, 'sorting' | 'onSort'> {
  readonly sort: SortKey;
  readonly number: boolean;
  readonly children: ComponentChildren;
}

function Heading({ sort, sorting, onSort, number, children }: HeadingProps): VNode {
  const isSorted = sorting.sort === sort;
  const direction = sorting.descending ? 'descending' : 'ascending';
  const descending = isSorted ? !sorting.descending : fallsFirst(sort);
  return (
    <th
      scope="col"
      class={number ? 'number' : sort === 'resource' ? 'of' : undefined}
      aria-sort={isSorted ? direction : undefined}
    >
      <button type="button" class="sort" onClick={() => onSort({ sort, descending })}>
        {children}
        <span aria-hidden="true">{isSorted ? (sorting.descending ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

function Row({ family, whole }: { family: FamilySize; whole: number }): VNode {
  const { href } = usePage();
  const { name, resource, stability, help } = family;
  return (
    <tr>
      <td class="mark">
        <CutMark name={name} />
      </td>
      <th scope="row">
        <a class="code" href={href({ view: 'family', name })}>
          <Name of={name} />
        </a>
        <span class="help soft" title={help}>
          {help}
        </span>
      </th>
      <td class="code of">{resource}</td>
      <td class={`stability ${stability}`}>{stability}</td>
      <SizeCells of={family} whole={whole} />
    </tr>
  );
}

/** A box to check for what is to be cut. */
export function CutMark({ name, children }: { name: string; children?: ComponentChildren }): VNode {
  const { marks, setMarks } = usePage();
  const isCut = cutsFamily(marks)(name);
  return (
    <label class="cutMark">
      <input
        type="checkbox"
        checked={isCut}
        onChange={() => setMarks((isCut ? keepFamilies : cutFamilies)(marks, [name]))}
        aria-label={`Cut ${name}`}
      />
      {children}
    </label>
  );
}

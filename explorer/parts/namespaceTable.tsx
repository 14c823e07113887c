// NamespaceTable lists namespaces with what they cost, largest first, and marks the cut.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { NamespaceSize, Namespaces } from '../../src/explorer/api.ts';
import { amountOf } from '../../src/explorer/cut.ts';
import { counted, grouped } from '../../src/lib/grouped.ts';
import { usePage } from '../data/page.ts';
import { toggleNamespace } from '../logic/marks.ts';
import { MarkHeading, NumberHeading, SizeCells, SizeHeadings } from './sizeCells.tsx';

/** Rows at first, and more at each click. */
const rowsAtOnce = 100;

interface Props {
  readonly namespaces: readonly NamespaceSize[];
  /** Those that the server leaves out. */
  readonly more: Namespaces['more'];
}

/** The empty name is that of objects that have no namespace. */
export const namespaceName = (namespace: string): string => namespace || 'cluster-scoped';

export function NamespaceTable({ namespaces, more }: Props): VNode {
  const [rows, setRows] = useState(rowsAtOnce);
  const whole = amountOf(namespaces).series + more.series;
  const largestFirst = namespaces.toSorted((a, b) => b.series - a.series);
  return (
    <>
      <table class="rows namespaces">
        <caption class="unseen">Namespaces and what they cost</caption>
        <thead>
          <tr>
            <MarkHeading />
            <th scope="col">Namespace</th>
            <NumberHeading>Objects</NumberHeading>
            <SizeHeadings share="Share of series" />
          </tr>
        </thead>
        <tbody>
          {largestFirst.slice(0, rows).map((size) => (
            <Row key={size.namespace} size={size} whole={whole} />
          ))}
        </tbody>
      </table>
      {namespaces.length <= rows ? null : (
        <button type="button" onClick={() => setRows(rows + rowsAtOnce)}>
          Show more of {grouped(namespaces.length)} namespaces
        </button>
      )}
      {more.namespaces === 0 ? null : (
        <p class="soft">
          {counted(more.namespaces, 'smaller namespace')} with {grouped(more.series)} series{' '}
          {more.namespaces === 1 ? 'is' : 'are'} left out.
        </p>
      )}
    </>
  );
}

function Row({ size, whole }: { size: NamespaceSize; whole: number }): VNode {
  const { href, marks, setMarks } = usePage();
  const { namespace, objects } = size;
  return (
    <tr>
      <td class="mark">
        {namespace === '' ? null : (
          <label class="cutMark">
            <input
              type="checkbox"
              checked={marks.namespaces.includes(namespace)}
              onChange={() => setMarks(toggleNamespace(marks, namespace))}
              aria-label={`Cut the namespace ${namespace}`}
            />
          </label>
        )}
      </td>
      <th scope="row">
        <a class="code" href={href({ view: 'namespace', name: namespace || '-' })}>
          {namespaceName(namespace)}
        </a>
      </th>
      <td class="number" data-label="objects">
        {grouped(objects)}
      </td>
      <SizeCells of={size} whole={whole} />
    </tr>
  );
}

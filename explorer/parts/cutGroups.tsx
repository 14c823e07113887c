// CutGroups offers families that may go together: alpha, unused, constant zero, of one resource.
import type { ComponentChildren, VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { FamilySize, Usage, Zeros } from '../../src/explorer/api.ts';
import { amountOf } from '../../src/explorer/cut.ts';
import { counted, grouped } from '../../src/lib/grouped.ts';
import { dataOf, useAnswer, useSlowAnswer } from '../data/answers.ts';
import { usePage } from '../data/page.ts';
import { constantZero, unused } from '../logic/families.ts';
import { cutFamilies, cutsFamily, keepFamilies } from '../logic/marks.ts';
import { Slowly } from './notice.tsx';

export function CutGroups({ families }: { families: readonly FamilySize[] }): VNode {
  const usage = dataOf(useAnswer<Usage>('api/v1/usage'));
  const [zerosAsked, askForZeros] = useState(false);
  const zeros = useSlowAnswer<Zeros>(zerosAsked ? 'api/v1/zeros' : undefined);
  const alpha = families.filter(({ stability }) => stability === 'ALPHA');
  const unread =
    usage &&
    unused(
      families,
      usage.sources.flatMap((source) => source.families),
    );
  return (
    <>
      <ul class="groups">
        <Group families={alpha}>Alpha: they may change or go in any release</Group>
        {unread === undefined ? null : (
          <Group families={unread}>Read by none of the well-known dashboards and rules</Group>
        )}
        {zeros.phase === 'done' ? (
          <Group families={constantZero(families, zeros.result)}>Every series is 0 now</Group>
        ) : (
          <li>
            <span>Every series is 0 now</span>
            {zeros.phase === 'idle' ? (
              <button type="button" onClick={() => askForZeros(true)}>
                Look for them
              </button>
            ) : (
              <Slowly answer={zeros} what="every value" />
            )}
          </li>
        )}
      </ul>
      <Resources families={families} />
    </>
  );
}

/** A button that cuts all families of a group, or keeps them again. */
function Group({
  families,
  children,
}: {
  families: readonly FamilySize[];
  children: ComponentChildren;
}): VNode {
  const { marks, setMarks } = usePage();
  const isCut = cutsFamily(marks);
  const names = families.map(({ name }) => name);
  const isWhollyCut = names.length > 0 && names.every(isCut);
  const { series } = amountOf(families);
  const change = isWhollyCut ? keepFamilies : cutFamilies;
  return (
    <li>
      <span>
        {children}
        <span class="soft">
          {' '}
          {counted(families.length, 'family', 'families')}, {grouped(series)} series
        </span>
      </span>
      <button
        type="button"
        disabled={names.length === 0}
        aria-pressed={isWhollyCut}
        onClick={() => setMarks(change(marks, names))}
      >
        {isWhollyCut ? 'Keep' : 'Cut'}
      </button>
    </li>
  );
}

function Resources({ families }: { families: readonly FamilySize[] }): VNode {
  const resources = useMemo(() => {
    const names = [...new Set(families.map(({ resource }) => resource))];
    return names
      .map((resource) => families.filter((family) => family.resource === resource))
      .sort((a, b) => amountOf(b).series - amountOf(a).series);
  }, [families]);
  return (
    <details>
      <summary>Whole resources</summary>
      <ul class="groups">
        {resources.map((of) => (
          <Group key={of[0]?.resource} families={of}>
            <span class="code">{of[0]?.resource}</span>
          </Group>
        ))}
      </ul>
    </details>
  );
}

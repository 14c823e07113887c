// FamiliesView shows every family by cost: a search, a map of where the cost is, and a table.
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Families, FamilySize, Namespaces } from '../../src/explorer/api.ts';
import { amountOf } from '../../src/explorer/cut.ts';
import { counted, grouped } from '../../src/lib/grouped.ts';
import { sizeText } from '../../src/lib/sizeText.ts';
import { dataOf, useAnswer } from '../data/answers.ts';
import { usePage } from '../data/page.ts';
import { familiesShown, searchOf } from '../logic/families.ts';
import { cutsFamily } from '../logic/marks.ts';
import type { FamiliesRoute } from '../logic/route.ts';
import { byNamespace, byResource } from '../logic/tiles.ts';
import { FamilyTable } from '../parts/familyTable.tsx';
import { NamespaceTable, namespaceName } from '../parts/namespaceTable.tsx';
import { Missing } from '../parts/notice.tsx';
import { Treemap } from '../parts/treemap.tsx';

/** Sizes move slowly, and the list is long. */
const familiesEveryMs = 15_000;

export function FamiliesView({ query }: { query: FamiliesRoute }): VNode {
  const { show } = usePage();
  const maps = [
    ['resource', 'by resource'],
    ['namespace', 'by namespace'],
  ] as const;
  return (
    <>
      <h1>Families</h1>
      <fieldset class="choice">
        <legend class="unseen">What the cost is divided by</legend>
        {maps.map(([map, label]) => (
          <label key={map}>
            <input
              type="radio"
              name="map"
              checked={query.map === map}
              onChange={() => show({ ...query, map })}
            />
            {label}
          </label>
        ))}
      </fieldset>
      {query.map === 'resource' ? <ByResource query={query} /> : <ByNamespace />}
    </>
  );
}

function ByResource({ query }: { query: FamiliesRoute }): VNode {
  const { show, href, marks } = usePage();
  const answer = useAnswer<Families>('api/v1/families', familiesEveryMs);
  const families = dataOf(answer)?.families;
  const found = useMemo(() => familiesShown(families ?? [], query), [families, query]);
  const groups = useMemo(() => byResource(found), [found]);
  const isCut = cutsFamily(marks);
  if (families === undefined) return <Missing answer={answer} />;
  const whole = amountOf(families).series;
  return (
    <>
      <Search query={query} found={found} all={families.length} />
      {found.length === 0 ? (
        <p>
          No family has “{query.search}” in its name, resource, stability or HELP. Parts of words
          will do, such as <span class="code">pod restart</span>.
        </p>
      ) : (
        <>
          <Treemap
            label="Series by resource and family"
            groups={groups}
            isCut={(_, { key, of }) => of === 1 && isCut(key)}
            hrefOf={(group, { key, of }) =>
              href(of === 1 ? { view: 'family', name: key } : { ...query, search: searchOf(group) })
            }
          />
          <FamilyTable
            families={found}
            whole={whole}
            sorting={query}
            onSort={(sorting) => show({ ...query, ...sorting })}
          />
        </>
      )}
    </>
  );
}

interface SearchProps {
  readonly query: FamiliesRoute;
  readonly found: readonly FamilySize[];
  readonly all: number;
}

function Search({ query, found, all }: SearchProps): VNode {
  const { show } = usePage();
  const { series, bytes } = amountOf(found);
  const amount = `${grouped(series)} series, ${sizeText(bytes)}`;
  return (
    <search class="search">
      <label for="search">Search</label>
      <input
        id="search"
        type="search"
        value={query.search}
        placeholder="name, resource, stability or HELP"
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => show({ ...query, search: currentTarget.value })}
      />
      <output for="search" class="soft">
        {grouped(found.length)} of {counted(all, 'family', 'families')}, {amount}
      </output>
    </search>
  );
}

function ByNamespace(): VNode {
  const { href, marks } = usePage();
  const answer = useAnswer<Namespaces>('api/v1/namespaces', familiesEveryMs);
  const data = dataOf(answer);
  const namespaces = data?.namespaces;
  const groups = useMemo(() => byNamespace(namespaces ?? []), [namespaces]);
  if (data === undefined || namespaces === undefined) return <Missing answer={answer} />;
  const names = new Set(namespaces.map(({ namespace }) => namespace));
  return (
    <>
      <Treemap
        label="Series by namespace and resource"
        groups={groups}
        nameOf={(group) => (names.has(group) ? namespaceName(group) : group)}
        isCut={(group) => marks.namespaces.includes(group)}
        hrefOf={(group, { label }) =>
          href({ view: 'namespace', name: (names.has(group) ? group : label) || '-' })
        }
      />
      <NamespaceTable namespaces={namespaces} more={data.more} />
    </>
  );
}

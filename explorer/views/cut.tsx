// CutView is where a reader decides what to export no longer, sees what remains, and takes it away.
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { FamilySize } from '../../src/explorer/api.ts';
import { amountOf, costOf, remainsOf, type Sizes } from '../../src/explorer/cut.ts';
import { counted, grouped, moneyText } from '../../src/lib/grouped.ts';
import { shareText } from '../../src/lib/shareText.ts';
import { sizeText } from '../../src/lib/sizeText.ts';
import { useCutSizes } from '../data/cutSizes.ts';
import { usePage } from '../data/page.ts';
import { familiesShown } from '../logic/families.ts';
import { cutOfMarks, cutsFamily, isEmpty, noMarks } from '../logic/marks.ts';
import { allFamilies } from '../logic/route.ts';
import { CutGroups } from '../parts/cutGroups.tsx';
import { CutResult } from '../parts/cutResult.tsx';
import { FamilyTable } from '../parts/familyTable.tsx';
import { Missing, Notice } from '../parts/notice.tsx';
import { Share } from '../parts/share.tsx';
import { UsedFiles } from '../parts/usedFiles.tsx';

export function CutView(): VNode {
  const { marks } = usePage();
  const { families, namespaces, sizes, problem } = useCutSizes(marks.namespaces);
  return (
    <>
      <h1>The cut</h1>
      <p class="lead">
        Mark what nobody needs, see what remains, and copy it as flags, chart values or a relabel
        rule. The address of this page holds the cut: send it to a colleague.
      </p>
      {sizes === undefined ? (
        <Missing answer={families.phase === 'failed' ? families : namespaces} />
      ) : (
        <Cutting sizes={sizes} />
      )}
      {problem === undefined ? null : <Notice tone="wait">{problem}</Notice>}
    </>
  );
}

type CutSizes = Sizes & { readonly families: readonly FamilySize[] };

function Cutting({ sizes }: { sizes: CutSizes }): VNode {
  const { marks } = usePage();
  const served = sizes.families.map(({ name }) => name);
  const cut = cutOfMarks(marks, served);
  return (
    <>
      <Remaining sizes={sizes} />
      <div class="columns">
        <section aria-labelledby="used">
          <h2 id="used">Keep what is used</h2>
          <UsedFiles families={sizes.families} />
        </section>
        <section aria-labelledby="groups">
          <h2 id="groups">Cut a group</h2>
          <CutGroups families={sizes.families} />
        </section>
      </div>
      <WhatIsCut families={sizes.families} />
      <CutResult cut={cut} />
    </>
  );
}

/** What a cut leaves, in families, series, bytes and money. */
function Remaining({ sizes }: { sizes: CutSizes }): VNode {
  const { marks, setMarks, price } = usePage();
  const cut = cutOfMarks(
    marks,
    sizes.families.map(({ name }) => name),
  );
  const all = amountOf(sizes.families);
  const kept = remainsOf(cut, sizes);
  const about = kept.exact ? '' : 'about ';
  return (
    <section class="remains" aria-label="What remains">
      <dl class="figures">
        <div>
          <dt>series remain</dt>
          <dd>
            {about}
            {grouped(kept.series)}
          </dd>
          <dd class="soft">
            of {grouped(all.series)} · {shareText(all.series - kept.series, all.series)} cut
          </dd>
        </div>
        <div>
          <dt>plain text</dt>
          <dd>
            {about}
            {sizeText(kept.bytes)}
          </dd>
          <dd class="soft">of {sizeText(all.bytes)}</dd>
        </div>
        <div>
          <dt>families</dt>
          <dd>{grouped(cut.kept.length)}</dd>
          <dd class="soft">of {grouped(sizes.families.length)}</dd>
        </div>
        {price === undefined ? null : (
          <div>
            <dt>cost</dt>
            <dd>
              {about}
              {moneyText(costOf(kept.series, price))}
            </dd>
            <dd class="soft">of {moneyText(costOf(all.series, price))}</dd>
          </div>
        )}
      </dl>
      <Share part={kept.series} whole={all.series} />
      <div class="controls">
        <Price />
        <button type="button" disabled={isEmpty(marks)} onClick={() => setMarks(noMarks)}>
          Keep everything again
        </button>
      </div>
    </section>
  );
}

function Price(): VNode {
  const { price, setPrice } = usePage();
  return (
    <span class="price">
      <label for="price">Price of 1,000 series</label>
      <input
        id="price"
        type="number"
        min="0"
        step="any"
        inputMode="decimal"
        defaultValue={price === undefined ? '' : String(price)}
        placeholder="none"
        onInput={({ currentTarget: { value, valueAsNumber } }) =>
          setPrice(value === '' || !(valueAsNumber >= 0) ? undefined : valueAsNumber)
        }
      />
    </span>
  );
}

function WhatIsCut({ families }: { families: readonly FamilySize[] }): VNode {
  const { marks, href, setMarks } = usePage();
  const [sorting, setSorting] = useState({ sort: allFamilies.sort, descending: true });
  const gone = families.filter(({ name }) => cutsFamily(marks)(name));
  const shown = familiesShown(gone, { search: '', ...sorting });
  return (
    <section aria-labelledby="cut">
      <h2 id="cut">What is cut</h2>
      {marks.namespaces.length === 0 ? null : (
        <ul class="chips">
          {marks.namespaces.map((name) => (
            <li key={name}>
              Namespace <a href={href({ view: 'namespace', name })}>{name}</a>{' '}
              <button
                type="button"
                aria-label={`Keep the namespace ${name}`}
                onClick={() =>
                  setMarks({
                    ...marks,
                    namespaces: marks.namespaces.filter((one) => one !== name),
                  })
                }
              >
                keep
              </button>
            </li>
          ))}
        </ul>
      )}
      {gone.length === 0 ? (
        <p>
          None yet. Mark them in <a href={href(allFamilies)}>Families</a>, and namespaces in{' '}
          <a href={href({ ...allFamilies, map: 'namespace' })}>Families by namespace</a>.
        </p>
      ) : (
        <>
          <p class="soft">
            {counted(gone.length, 'family', 'families')}, {grouped(amountOf(gone).series)} series
          </p>
          <div class="scrolls">
            <FamilyTable
              families={shown}
              whole={amountOf(families).series}
              sorting={sorting}
              onSort={setSorting}
            />
          </div>
        </>
      )}
    </section>
  );
}

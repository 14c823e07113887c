// cutText is what `kubestate top --cut` prints: what to keep, as flags, chart values or a rule.
import type { ValuesOf } from '../../config/flags.ts';
import type { FamilySize } from '../../explorer/api.ts';
import {
  chartValues,
  costOf,
  cutOf,
  flagsOf,
  metricListOf,
  type Remains,
  relabelRules,
  remainsOf,
  shellText,
} from '../../explorer/cut.ts';
import { type FamilyUse, usedFamilies } from '../../explorer/usedFamilies.ts';
import { ConfigError } from '../../lib/errors.ts';
import { counted, grouped, moneyText } from '../../lib/grouped.ts';
import { shareText } from '../../lib/shareText.ts';
import { sizeText } from '../../lib/sizeText.ts';
import { suggest } from '../../lib/suggest.ts';
import { printable } from '../printable.ts';
import type { topFlags } from '../top.ts';
import { filesIn } from '../validate/files.ts';
import type { ExplorerApi } from './explorerApi.ts';

type Values = Pick<ValuesOf<typeof topFlags>, 'used-by' | 'drop' | 'as' | 'price'>;
type Cut = ReturnType<typeof cutOf>;

/** Names that one line of a note lists. */
const namesShownMax = 5;

/** Comments that say what is left, and then what to write. */
export async function cutText(api: ExplorerApi, values: Values): Promise<string> {
  const uses = filesIn(values['used-by'], 'dashboards or rules', /\.(?:json|ya?ml|rules)$/);
  const { freshness, headlines } = await api.status();
  const { families } = await api.families();
  const names = families.map(({ name }) => name);
  const read: FamilyUse[] = [];
  for (const { path, text } of uses) read.push(...(await usedFamilies(text, path, names)));
  const dropped = await droppedBy(values.drop, families, api);
  const kept = uses.length > 0 ? read.flatMap((use) => use.families) : names;
  if (kept.length === 0 && names.length > 0) throw readNothing(read);
  const cut = cutOf(names, { kept, dropped });
  const sizes = { families, namespaces: [], inNamespaces: [] };
  const all = remainsOf(cutOf(names, {}), sizes);
  const notes = [
    ...[freshness, ...headlines].filter(({ good }) => !good).map(({ sentence }) => sentence),
    ...summaryOf(cut, remainsOf(cut, sizes), all, values.price),
    ...notesOf(read),
    ...(values.as === 'relabel' ? [] : listNote(cut)),
  ];
  return notes.map((note) => `# ${printable(note)}\n`).join('') + formOf(cut, values.as);
}

/** Such as the dashboards of another exporter: a cut by these would leave nothing. */
const readNothing = (uses: readonly FamilyUse[]): ConfigError =>
  new ConfigError({
    flag: '--used-by',
    expected: 'dashboards or rules that read families of this kubestate',
    got: `${uses.length} that read none`,
  });

function formOf(cut: Cut, as: Values['as']): string {
  if (as === 'values') return chartValues(cut);
  if (as === 'relabel') return relabelRules(cut);
  const text = shellText(flagsOf(cut));
  return text === '' ? '' : `${text}\n`;
}

function summaryOf({ kept, dropped }: Cut, left: Remains, all: Remains, price: number): string[] {
  const served = counted(kept.length + dropped.length, 'family', 'families');
  if (dropped.length === 0) return [`all ${grouped(kept.length)} families are kept`];
  const cost = ({ series }: Remains): string => moneyText(costOf(series, price));
  return [
    `keeps ${grouped(kept.length)} of ${served}, and ${grouped(left.series)} of ` +
      `${grouped(all.series)} series (${shareText(left.series, all.series)}), ` +
      `${sizeText(left.bytes)} of ${sizeText(all.bytes)}`,
    ...(price > 0 ? [`costs ${cost(left)} instead of ${cost(all)}`] : []),
  ];
}

/** What may have been overlooked. */
function notesOf(uses: readonly FamilyUse[]): string[] {
  const recordedHere = new Set(
    uses.filter(({ kind }) => kind === 'recording rule').map(({ name }) => name),
  );
  const recorded = uses.flatMap((use) => use.recorded).filter((name) => !recordedHere.has(name));
  const panels = uses.flatMap((use) => use.libraryPanels);
  return [
    ...uses
      .filter(({ readsAll }) => readsAll !== undefined)
      .map(({ kind, name, readsAll }) => `the ${kind} "${name}" reads every family: ${readsAll}`),
    ...uses
      .filter(({ unreadable }) => unreadable !== undefined)
      .map(({ kind, name, unreadable }) => {
        return `the ${kind} "${name}" may read more: this is not closed: ${unreadable}`;
      }),
    ...noteOf(recorded, 'the files read series of recording rules that are in none of them'),
    ...noteOf(panels, 'the files show library panels that are in none of them'),
  ];
}

function noteOf(names: readonly string[], what: string): string[] {
  const all = [...new Set(names)];
  if (all.length === 0) return [];
  const more = all.length > namesShownMax ? ` and ${all.length - namesShownMax} more` : '';
  return [`${what}: ${all.slice(0, namesShownMax).join(', ')}${more}`];
}

function listNote(cut: Cut): string[] {
  const list = metricListOf(cut)?.list;
  if (list === undefined) return [];
  return [
    list === 'deny'
      ? 'add it to a denylist that you have; with an allowlist, take families out of that'
      : 'it replaces a list that you have, and does not serve families that come later',
  ];
}

async function droppedBy(
  words: readonly string[],
  families: readonly FamilySize[],
  api: ExplorerApi,
): Promise<string[]> {
  const known = new Set(families.map(({ name }) => name));
  for (const word of words) {
    if (word === 'alpha' || word === 'zero' || known.has(word)) continue;
    const close = suggest(word, ['alpha', 'zero', ...known]);
    const hint = close === undefined ? undefined : `did you mean ${close}?`;
    const expected = 'a family that is served, alpha or zero';
    throw new ConfigError({ flag: '--drop', expected, got: `"${word}"`, hint });
  }
  const alpha = families.filter(({ stability }) => stability === 'ALPHA').map(({ name }) => name);
  return [
    ...words.filter((word) => known.has(word)),
    ...(words.includes('alpha') ? alpha : []),
    ...(words.includes('zero') ? await constantZeros(api) : []),
  ];
}

/** Families with series, all of which are 0 now. */
async function constantZeros(api: ExplorerApi): Promise<string[]> {
  const { families } = await api.zeros();
  return families
    .filter(({ series, zeros }) => series > 0 && zeros === series)
    .map(({ name }) => name);
}

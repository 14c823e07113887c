// listsText is what `kubestate top` prints: families and namespaces by cost.
import type { ValuesOf } from '../../config/flags.ts';
import type { Families, FamilySize, Namespaces, Size, Status } from '../../explorer/api.ts';
import { costOf } from '../../explorer/cut.ts';
import { counted, grouped, moneyText } from '../../lib/grouped.ts';
import { shareText } from '../../lib/shareText.ts';
import { sizeText } from '../../lib/sizeText.ts';
import { printable } from '../printable.ts';
import type { topFlags } from '../top.ts';
import type { ExplorerApi } from './explorerApi.ts';
import { type Column, tableText } from './table.ts';

type Values = Pick<
  ValuesOf<typeof topFlags>,
  'families' | 'namespaces' | 'sort' | 'limit' | 'price' | 'json'
>;

/** Of cluster-scoped objects, which are under the empty name. */
const clusterScoped = '(cluster-scoped)';

export async function listsText(
  api: ExplorerApi,
  values: Values,
  columnsMax: number | undefined,
): Promise<string> {
  const status = await api.status();
  const all = values.families === values.namespaces;
  const families = all || values.families ? await api.families() : undefined;
  const namespaces = all || values.namespaces ? await api.namespaces() : undefined;
  if (values.json) return `${JSON.stringify({ status, families, namespaces }, undefined, 2)}\n`;
  const paragraphs = [
    headLines(status, api.url, values.price),
    ...(families ? [familyLines(families, status.total, values, columnsMax)] : []),
    ...(namespaces ? [namespaceLines(namespaces, status.total, values, columnsMax)] : []),
  ];
  return paragraphs.map((lines) => lines.map((line) => `${printable(line)}\n`).join('')).join('\n');
}

function headLines(status: Status, url: string, price: number): string[] {
  const { version, freshness, headlines, total, resources } = status;
  const cost = price > 0 ? `, cost ${moneyText(costOf(total.series, price))}` : '';
  const withObjects = resources.filter(({ objects }) => objects > 0).length;
  return [
    `kubestate ${version} at ${url}: ${freshness.sentence}`,
    ...headlines.filter(({ good }) => !good).map(({ sentence }) => sentence),
    `${grouped(total.series)} series, ${sizeText(total.bytes)}, of ` +
      `${counted(total.objects, 'object', 'objects')} of ` +
      `${counted(withObjects, 'resource', 'resources')}${cost}`,
  ];
}

const left = (head: string, more: Partial<Column> = {}): Column => ({
  head,
  align: 'left',
  ...more,
});
const right = (head: string, optional?: number): Column =>
  optional === undefined ? { head, align: 'right' } : { head, align: 'right', optional };

const costColumn = (price: number): Column[] => (price > 0 ? [right('COST')] : []);
const costCell = (series: number, price: number): string[] =>
  price > 0 ? [moneyText(costOf(series, price))] : [];

function familyLines(
  { families }: Families,
  total: Size,
  { sort, limit, price }: Values,
  columnsMax: number | undefined,
): string[] {
  const columns = [
    left('FAMILY', { shrinks: true }),
    left('RESOURCE', { optional: 2, shrinks: true }),
    right('SERIES'),
    right('SHARE', 1),
    right('BYTES', 3),
    ...costColumn(price),
    left('STABILITY', { optional: 4 }),
  ];
  const sorted = [...families].sort(orderBy<FamilySize>(sort, ({ name }) => name));
  const rows = sorted
    .slice(0, limit)
    .map((one) => [
      one.name,
      one.resource,
      grouped(one.series),
      shareText(one.series, total.series),
      sizeText(one.bytes),
      ...costCell(one.series, price),
      one.stability,
    ]);
  const rest = sorted.slice(limit);
  return [
    ...tableText(columns, rows, columnsMax),
    ...restLine(rest.length, seriesOf(rest), 'more family', 'more families'),
  ];
}

function namespaceLines(
  { namespaces, more }: Namespaces,
  total: Size,
  { sort, limit, price }: Values,
  columnsMax: number | undefined,
): string[] {
  const columns = [
    left('NAMESPACE', { shrinks: true }),
    right('OBJECTS', 2),
    right('SERIES'),
    right('SHARE', 1),
    right('BYTES', 3),
    ...costColumn(price),
    left('MOST OF IT', { optional: 4, shrinks: true }),
  ];
  const nameOf = ({ namespace }: { namespace: string }): string => namespace || clusterScoped;
  const sorted = [...namespaces].sort(orderBy<(typeof namespaces)[number]>(sort, nameOf));
  const rows = sorted
    .slice(0, limit)
    .map((one) => [
      nameOf(one),
      grouped(one.objects),
      grouped(one.series),
      shareText(one.series, total.series),
      sizeText(one.bytes),
      ...costCell(one.series, price),
      [...one.resources].sort((a, b) => b.series - a.series)[0]?.resource ?? '',
    ]);
  const rest = sorted.slice(limit);
  return [
    ...tableText(columns, rows, columnsMax),
    ...restLine(
      rest.length + more.namespaces,
      seriesOf(rest) + more.series,
      'more namespace',
      'more namespaces',
    ),
  ];
}

/** Largest first, or by name; equals by name. */
function orderBy<T extends Pick<Size, 'series' | 'bytes'>>(
  sort: Values['sort'],
  nameOf: (one: T) => string,
): (a: T, b: T) => number {
  const byName = (a: T, b: T): number => (nameOf(a) < nameOf(b) ? -1 : 1);
  const key = sort === 'name' ? undefined : sort;
  return (a, b) => (key === undefined ? 0 : b[key] - a[key]) || byName(a, b);
}

const seriesOf = (sizes: readonly Pick<Size, 'series'>[]): number =>
  sizes.reduce((sum, { series }) => sum + series, 0);

const restLine = (count: number, series: number, one: string, many: string): string[] =>
  count === 0 ? [] : [`and ${counted(count, one, many)} with ${grouped(series)} series`];

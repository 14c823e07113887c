// addressOf reads the fragment of the page's address, and hashOf writes it: view, cut and price.
import type { Marks } from './marks.ts';
import { familiesText, marksOf } from './marksAddress.ts';

export type Route =
  | { readonly view: 'state' }
  | FamiliesRoute
  | { readonly view: 'family'; readonly name: string }
  | { readonly view: 'namespace'; readonly name: string }
  | { readonly view: 'objects'; readonly search: string }
  | ObjectRoute
  | { readonly view: 'cut' }
  | { readonly view: 'time' }
  | { readonly view: 'unknown'; readonly path: string };

export interface ObjectRoute {
  readonly view: 'object';
  readonly resource: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
}

export interface FamiliesRoute extends FamiliesQuery {
  readonly view: 'families';
}

export interface FamiliesQuery {
  readonly search: string;
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly map: 'resource' | 'namespace';
}

const sortKeys = ['name', 'resource', 'series', 'bytes', 'stability'] as const;
export type SortKey = (typeof sortKeys)[number];

/** Texts are sorted from A, numbers from the largest. */
export const fallsFirst = (key: SortKey): boolean => key === 'series' || key === 'bytes';

export const allFamilies: FamiliesRoute = {
  view: 'families',
  search: '',
  sort: 'series',
  descending: true,
  map: 'resource',
};

/** All that an address holds. */
export interface Address {
  readonly route: Route;
  readonly marks: Marks;
  /** Per thousand series, in whatever currency. */
  readonly price: number | undefined;
  /** What of the address could not be read. */
  readonly wrong?: string;
}

export function addressOf(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
  const params = new URLSearchParams(query);
  const price = Number(params.get('price') ?? Number.NaN);
  return {
    ...marksOf(params.get('cut'), params.get('without')),
    route: routeOf(path, params),
    price: price >= 0 && Number.isFinite(price) ? price : undefined,
  };
}

function routeOf(path: string, params: URLSearchParams): Route {
  const [, view = '', ...names] = path.split('/').map(decoded);
  const [first = '', second = '', third = ''] = names;
  if (view === '') return { view: 'state' };
  if (view === 'cut' || view === 'time') return { view };
  if (view === 'objects') return { view, search: params.get('search') ?? '' };
  if (view === 'families') return { view, ...familiesQueryOf(params) };
  if ((view === 'family' || view === 'namespace') && first !== '') return { view, name: first };
  if (view === 'object' && third !== '') {
    return { view, resource: first, namespace: second === '-' ? '' : second, name: third };
  }
  return { view: 'unknown', path };
}

function familiesQueryOf(params: URLSearchParams): FamiliesQuery {
  const [, minus, key] = /^(-?)(.*)$/.exec(params.get('sort') ?? '') ?? [];
  const sort = sortKeys.find((one) => one === key);
  return {
    search: params.get('search') ?? '',
    sort: sort ?? allFamilies.sort,
    descending: sort === undefined ? true : minus === '-',
    map: params.get('map') === 'namespace' ? 'namespace' : 'resource',
  };
}

/** A name as it stands in the address; what is no code of a character stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function hashOf({ route, marks, price }: Address): string {
  const params: [string, string | undefined][] = [
    ...paramsOf(route),
    ['cut', familiesText(marks)],
    ['without', marks.namespaces.length === 0 ? undefined : marks.namespaces.join(',')],
    ['price', price === undefined ? undefined : String(price)],
  ];
  const query = params
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([key, value = '']) => `${key}=${encodeURIComponent(value).replaceAll('%2C', ',')}`);
  return `#${pathOf(route)}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

function pathOf(route: Route): string {
  const { view } = route;
  if (view === 'state') return '/';
  if (view === 'family' || view === 'namespace') return joined(view, route.name);
  if (view === 'object') {
    return joined(view, route.resource, route.namespace || '-', route.name);
  }
  return view === 'unknown' ? route.path : `/${view}`;
}

const joined = (...parts: readonly string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part)}`).join('');

/** What differs from the view as it is opened first. */
function paramsOf(route: Route): [string, string | undefined][] {
  if (route.view === 'objects') return [['search', route.search]];
  if (route.view !== 'families') return [];
  const { search, sort, descending, map } = route;
  const isUsual = sort === allFamilies.sort && descending;
  return [
    ['search', search],
    ['sort', isUsual ? undefined : `${descending ? '-' : ''}${sort}`],
    ['map', map === 'resource' ? undefined : map],
  ];
}

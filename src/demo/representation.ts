// How objects look in an answer, as Accept asks: the step that every body goes through.
import type { Clock } from '../clock.ts';
import { badRequest, notAcceptable } from './apiStatus.ts';
import { cellsOf, columnsOf } from './columns.ts';
import { apiVersionOf, type Kind } from './kinds.ts';
import type { Query } from './listOptions.ts';
import type { ApiObject } from './objects.ts';

/** One way to show objects in one answer; `bytes` is the JSON without apiVersion and kind. */
export interface Representation {
  readonly contentType: string;
  /** An object that stands alone, or in the event of a watch. */
  object(kind: Kind, bytes: Buffer): Buffer;
  /** An object among the items of a list. */
  item(kind: Kind, bytes: Buffer): Buffer;
  /** What comes before and behind the items of a list, given its metadata. */
  envelope(kind: Kind, list: ListFacts): { head: string; tail: string };
}

/** What a list says of itself. */
export interface ListFacts {
  readonly metadata: ListMetadata;
  /** Whether it has no items: some kinds of lists then say null. */
  readonly empty: boolean;
}

export interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** What a request is for: some conversions are made for one of these only. */
export type Asked = 'list' | 'watch' | 'get';

/** What decides over a representation, beside the Accept header. */
export interface Negotiation {
  readonly asked: Asked;
  readonly query: Query;
  readonly clock: Clock;
  /** How tables are met: given, refused with a 406, or passed over for whole objects. */
  readonly tables: 'on' | 'refused' | 'ignored';
}

const contentType = 'application/json';
const metaVersion = 'meta.k8s.io/v1';

/** The objects themselves, as JSON. */
const whole: Representation = {
  contentType,

  object(kind, bytes) {
    return Buffer.concat([Buffer.from(`{${typeOf(kind)},`), bytes.subarray(1)]);
  },

  // The items of a typed list leave out what the list says of all; those of a custom one do not.
  item(kind, bytes) {
    return kind.custom ? whole.object(kind, bytes) : bytes;
  },

  // Lists of custom objects are written with sorted keys, so that their metadata comes last.
  envelope(kind, { metadata }) {
    const apiVersion = apiVersionOf(kind);
    const listKind = `${kind.kind}List`;
    if (kind.custom) {
      const sorted = JSON.stringify({ continue: '', ...metadata });
      return {
        head: `{"apiVersion":"${apiVersion}","items":[`,
        tail: `],"kind":"${listKind}","metadata":${sorted}}\n`,
      };
    }
    const type = `"kind":"${listKind}","apiVersion":"${apiVersion}"`;
    return { head: `{${type},"metadata":${JSON.stringify(metadata)},"items":[`, tail: ']}\n' };
  },
};

/** The metadata of each object and nothing else. */
const metadataOnly: Representation = {
  contentType,
  object: (_kind, bytes) => Buffer.from(JSON.stringify(partial(parse(bytes)))),
  item: (kind, bytes) => metadataOnly.object(kind, bytes),
  envelope(_kind, { metadata, empty }) {
    const type = `"kind":"PartialObjectMetadataList","apiVersion":"${metaVersion}"`;
    const head = `{${type},"metadata":${JSON.stringify(metadata)},"items":`;
    return empty ? { head, tail: 'null}\n' } : { head: `${head}[`, tail: ']}\n' };
  },
};

/** Rows of cells for people; what the cells mean is said with the first table of an answer only. */
function tables({ query, clock }: Negotiation): Representation {
  const { includeObject = 'Metadata' } = query;
  const kept = objectsInRows[includeObject];
  if (kept === undefined) throw badRequest(`unrecognized includeObject value: "${includeObject}"`);
  const row = (kind: Kind, bytes: Buffer): string => {
    const object = parse(bytes);
    const cells = cellsOf(kind, object, clock.wall());
    return JSON.stringify({ cells, object: kept(kind, object) });
  };
  const start = (kind: Kind, metadata: object, said: boolean): string => {
    const columns = JSON.stringify(said ? null : columnsOf(kind));
    const type = `"kind":"Table","apiVersion":"${metaVersion}"`;
    const list = JSON.stringify(metadata);
    return `{${type},"metadata":${list},"columnDefinitions":${columns},"rows":[`;
  };
  let said = false;
  return {
    contentType,
    object(kind, bytes) {
      const { resourceVersion } = parse(bytes).metadata;
      const head = start(kind, { resourceVersion }, said);
      said = true;
      return Buffer.from(`${head}${row(kind, bytes)}]}`);
    },
    item: (kind, bytes) => Buffer.from(row(kind, bytes)),
    envelope: (kind, { metadata }) => ({ head: start(kind, metadata, false), tail: ']}\n' }),
  };
}

/** What of an object stands in its row, by the value of includeObject. */
const objectsInRows: Readonly<Record<string, (kind: Kind, object: Bare) => object | null>> = {
  None: () => null,
  Metadata: (_kind, object) => partial(object),
  Object: (kind, object) => ({ apiVersion: apiVersionOf(kind), kind: kind.kind, ...object }),
};

/** The first representation that the Accept header asks for and we have; throws a 406. */
export function negotiate(accept: string, negotiation: Negotiation): Representation {
  const clauses = (accept || '*/*').split(',').map(parseClause);
  clauses.sort((a, b) => b.quality - a.quality);
  for (const clause of clauses) {
    if (!jsonTypes.includes(clause.type)) continue;
    const { target } = clause;
    if (target === undefined) return whole;
    if (target === 'Table') {
      if (negotiation.tables === 'ignored') return whole;
      if (negotiation.tables === 'on') return tables(negotiation);
    } else if (target.startsWith('PartialObjectMetadata')) {
      return partialOf(target, negotiation.asked);
    }
  }
  throw notAcceptable([whole.contentType]);
}

/** A list is a list of metadata and nothing else is; a server does not fall back from that. */
function partialOf(target: string, asked: Asked): Representation {
  const wanted = asked === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  if (target === wanted) return metadataOnly;
  throw notAcceptable([`application/json;as=${wanted};g=meta.k8s.io;v=v1`]);
}

const jsonTypes: readonly string[] = ['application/json', 'application/*', '*/*'];

interface Clause {
  readonly type: string;
  /** Another kind that the answer is to be converted to; empty for one that no server knows. */
  readonly target: string | undefined;
  readonly quality: number;
}

function parseClause(clause: string): Clause {
  const [type = '', ...rest] = clause.split(';').map((part) => part.trim());
  const parameters = new Map(rest.map((part) => part.split('=', 2) as [string, string]));
  const as = parameters.get('as');
  const known = parameters.get('g') === 'meta.k8s.io' && parameters.get('v') === 'v1';
  const target = as !== undefined && !known ? '' : as;
  return { type, target, quality: Number(parameters.get('q') ?? 1) };
}

/** An object as it is stored. */
type Bare = Omit<ApiObject, 'apiVersion' | 'kind'>;

const parse = (bytes: Buffer): Bare => JSON.parse(bytes.toString());

const partial = ({ metadata }: Bare): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: metaVersion,
  metadata,
});

function typeOf(kind: Kind): string {
  const apiVersion = `"apiVersion":"${apiVersionOf(kind)}"`;
  const name = `"kind":"${kind.kind}"`;
  return kind.custom ? `${apiVersion},${name}` : `${name},${apiVersion}`;
}

// Content negotiation: objects as whole JSON, PartialObjectMetadata or Table, by the Accept header.
import type { Clock } from '../../lib/clock.ts';
import type { ApiObject } from '../objects.ts';
import { badRequest, notAcceptable } from './apiStatus.ts';
import { cellsOf, columnsOf } from './columns.ts';
import { apiVersionOf, type Kind } from './kinds.ts';
import type { Query } from './listOptions.ts';

/** A representation of objects in one answer; `bytes` is the JSON without apiVersion and kind. */
export interface Representation {
  readonly contentType: string;
  /** A single object, or the object of a watch event. */
  object(kind: Kind, bytes: Buffer): Buffer;
  /** An item of a list. */
  item(kind: Kind, bytes: Buffer): Buffer;
  /** The JSON before and after the items of a list. */
  envelope(kind: Kind, list: ListFacts): { head: string; tail: string };
}

/** The metadata of a list. */
export interface ListFacts {
  readonly metadata: ListMetadata;
  /** Whether there are no items: some kinds of lists then have `null`. */
  readonly empty: boolean;
}

export interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** The verb of a request; some representations exist for some verbs only. */
export type Asked = 'list' | 'watch' | 'get';

/** What selects a representation, in addition to the Accept header. */
export interface Negotiation {
  readonly asked: Asked;
  readonly query: Query;
  readonly clock: Clock;
  /** How the server treats Accept for a Table: serves it, answers 406, or serves whole objects. */
  readonly tables: 'on' | 'refused' | 'ignored';
}

const contentType = 'application/json';
const metaVersion = 'meta.k8s.io/v1';

/** Whole objects. */
const whole: Representation = {
  contentType,

  object(kind, bytes) {
    return Buffer.concat([Buffer.from(`{${typeOf(kind)},`), bytes.subarray(1)]);
  },

  // Items of a built-in list have no apiVersion and kind; those of a custom resource have.
  item(kind, bytes) {
    return kind.custom ? whole.object(kind, bytes) : bytes;
  },

  // Lists of custom resources have sorted keys, so their metadata comes last.
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

/** PartialObjectMetadata. */
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

/** Table; only the first table of an answer has column definitions. */
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

/** The part of an object in its row, by the value of includeObject. */
const objectsInRows: Readonly<Record<string, (kind: Kind, object: Bare) => object | null>> = {
  None: () => null,
  Metadata: (_kind, object) => partial(object),
  Object: (kind, object) => ({ apiVersion: apiVersionOf(kind), kind: kind.kind, ...object }),
};

/** The first representation of the Accept header that the server has; throws a 406 if none. */
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

/** PartialObjectMetadataList for lists, PartialObjectMetadata otherwise; other names are a 406. */
function partialOf(target: string, asked: Asked): Representation {
  const wanted = asked === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';
  if (target === wanted) return metadataOnly;
  throw notAcceptable([`application/json;as=${wanted};g=meta.k8s.io;v=v1`]);
}

const jsonTypes: readonly string[] = ['application/json', 'application/*', '*/*'];

interface Clause {
  readonly type: string;
  /** The kind to convert to (`as=`); empty if it is unknown. */
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

/** An object as stored. */
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

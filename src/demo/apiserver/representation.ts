// Content negotiation: objects as whole JSON, PartialObjectMetadata or Table, by the Accept header.
import type { Clock } from '../../lib/clock.ts';
import type { ApiObject } from '../objects.ts';
import { type ApiStatus, badRequest, notAcceptable } from './apiStatus.ts';
import { cellsOf, columnsOf } from './columns.ts';
import { apiVersionOf, type Kind } from './kinds.ts';
import type { Query } from './listOptions.ts';
import type { StateList } from './stateList.ts';
import type { State } from './storage.ts';

/** A representation of objects in one answer. */
export interface Representation extends Framing {
  readonly contentType: string;
  /** A single object, or the object of a watch event. */
  object(kind: Kind, state: State): Buffer;
  /** An item of a list. */
  item(kind: Kind, state: State): Buffer;
  /** What stands before and after the items of a list. */
  envelope(kind: Kind, page: Page): { head: Buffer; tail: Buffer };
}

/** What is around objects. */
interface Framing {
  /** What stands between the items of a list. */
  readonly separator: string;
  /** An event of a watch. */
  event(type: string, object: Buffer): Buffer;
  /** The object of an ERROR event. */
  status(status: ApiStatus): Buffer;
}

/** One page of a list, or the whole of it. */
export interface Page {
  readonly metadata: ListMetadata;
  readonly items: StateList;
}

export interface ListMetadata {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
  /** In lists of whole objects only. */
  readonly shardInfo?: { readonly selector: string };
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
  /** Makes representations in protobuf, if the server has it. */
  readonly protobuf?: Protobuf | undefined;
}

/** A representation in protobuf: of metadata alone, or of whole objects. */
export type Protobuf = (of: 'object' | 'metadata') => Representation;

const contentType = 'application/json';
const metaVersion = 'meta.k8s.io/v1';

/** Of all representations in JSON: each event is a line. */
const lines: Framing = {
  separator: ',',
  event: (type, object) =>
    Buffer.concat([Buffer.from(`{"type":"${type}","object":`), object, LINE_END]),
  status: ({ body }) => Buffer.from(JSON.stringify(body)),
};

const LINE_END = Buffer.from('}\n');

/** Whole objects. */
const whole: Representation = {
  ...lines,
  contentType,

  object(kind, { bytes }) {
    return Buffer.concat([Buffer.from(`{${typeOf(kind)},`), bytes.subarray(1)]);
  },

  // Items of a built-in list have no apiVersion and kind; those of a custom resource have.
  item(kind, state) {
    return kind.custom ? whole.object(kind, state) : state.bytes;
  },

  // Lists of custom resources have sorted keys, so their metadata comes last.
  envelope(kind, { metadata }) {
    const apiVersion = apiVersionOf(kind);
    const listKind = `${kind.kind}List`;
    if (kind.custom) {
      // Kubernetes 1.36 selects shards of custom resources, and does not say so.
      const { shardInfo: _, ...rest } = metadata;
      const sorted = JSON.stringify({ continue: '', ...rest });
      return around(
        `{"apiVersion":"${apiVersion}","items":[`,
        `],"kind":"${listKind}","metadata":${sorted}}\n`,
      );
    }
    const type = `"kind":"${listKind}","apiVersion":"${apiVersion}"`;
    return around(`{${type},"metadata":${JSON.stringify(metadata)},"items":[`, ']}\n');
  },
};

const around = (head: string, tail: string) => ({
  head: Buffer.from(head),
  tail: Buffer.from(tail),
});

/** PartialObjectMetadata. */
const metadataOnly: Representation = {
  ...lines,
  contentType,
  object: (_kind, state) => Buffer.from(JSON.stringify(partial(parse(state)))),
  item: (kind, state) => metadataOnly.object(kind, state),
  envelope(_kind, { metadata: { shardInfo: _, ...metadata }, items }) {
    const type = `"kind":"PartialObjectMetadataList","apiVersion":"${metaVersion}"`;
    const head = `{${type},"metadata":${JSON.stringify(metadata)},"items":`;
    return items.length === 0 ? around(head, 'null}\n') : around(`${head}[`, ']}\n');
  },
};

/** Table; only the first table of an answer has column definitions. */
function tables({ query, clock }: Negotiation): Representation {
  const { includeObject = 'Metadata' } = query;
  const kept = objectsInRows[includeObject];
  if (kept === undefined) throw badRequest(`unrecognized includeObject value: "${includeObject}"`);
  const row = (kind: Kind, state: State): string => {
    const object = parse(state);
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
    ...lines,
    contentType,
    object(kind, state) {
      const { resourceVersion } = parse(state).metadata;
      const head = start(kind, { resourceVersion }, said);
      said = true;
      return Buffer.from(`${head}${row(kind, state)}]}`);
    },
    item: (kind, state) => Buffer.from(row(kind, state)),
    envelope: (kind, { metadata: { shardInfo: _, ...metadata } }) =>
      around(start(kind, metadata, false), ']}\n'),
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
    const { target } = clause;
    if (clause.type === protobufType && negotiation.protobuf !== undefined) {
      if (target === undefined) return negotiation.protobuf('object');
      if (target !== partialName(negotiation.asked)) continue;
      return negotiation.protobuf('metadata');
    }
    if (!jsonTypes.includes(clause.type)) continue;
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
  const wanted = partialName(asked);
  if (target === wanted) return metadataOnly;
  throw notAcceptable([`application/json;as=${wanted};g=meta.k8s.io;v=v1`]);
}

const partialName = (asked: Asked): string =>
  asked === 'list' ? 'PartialObjectMetadataList' : 'PartialObjectMetadata';

export const protobufType = 'application/vnd.kubernetes.protobuf';
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

const parse = ({ bytes }: State): Bare => JSON.parse(bytes.toString());

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

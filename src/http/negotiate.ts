// negotiateFormat and negotiateEncoding choose the exposition by Accept and Accept-Encoding.
import type { Encoding, Format } from '../store/types.ts';

export interface Negotiated {
  readonly format: Format;
  readonly contentType: string;
}

/**
 * The format for an Accept header, as kube-state-metrics negotiates it: OpenMetrics, where its
 * clause comes by weight before text and protobuf; else text.
 */
export function negotiateFormat(accept: string | undefined): Negotiated {
  let escaping = 'underscores';
  for (const { type, parameters } of clausesOf(accept ?? '')) {
    // kube-state-metrics applies the escaping of every clause up to the chosen one, of any type.
    const asked = parameters.get('escaping');
    if (asked !== undefined && escapings.has(asked)) escaping = asked;
    const version = parameters.get('version');
    if (type === 'application/openmetrics-text' && openMetricsVersions.has(version)) {
      const served = `version=${version ?? '0.0.1'}; charset=utf-8; escaping=${escaping}`;
      return { format: 'openmetrics', contentType: `application/openmetrics-text; ${served}` };
    }
    if (type === 'text/plain' && textVersions.has(version)) return text;
    if (type === 'application/vnd.google.protobuf' && isKnownProtobuf(parameters)) return text;
  }
  return text;
}

/** The compression for a request, by its Accept-Encoding as koa reads it. */
export function negotiateEncoding(request: {
  acceptsEncodings(...encodings: string[]): string | false;
}): Encoding {
  return request.acceptsEncodings('gzip', 'identity') === 'gzip' ? 'gzip' : 'identity';
}

const text: Negotiated = {
  format: 'text',
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
};
const textVersions = new Set<string | undefined>([undefined, '0.0.4']);
const openMetricsVersions = new Set<string | undefined>([undefined, '0.0.1', '1.0.0']);
const escapings = new Set(['allow-utf-8', 'underscores', 'dots', 'values']);
const protobufEncodings = new Set<string | undefined>(['delimited', 'text', 'compact-text']);

function isKnownProtobuf(parameters: ReadonlyMap<string, string>): boolean {
  return (
    parameters.get('proto') === 'io.prometheus.client.MetricFamily' &&
    protobufEncodings.has(parameters.get('encoding'))
  );
}

interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly weight: number;
}

/**
 * The clauses of an Accept header by descending weight. Libraries drop the parameters that matter
 * here, and differ from kube-state-metrics: there case counts, and a weight of 0 refuses nothing.
 */
function clausesOf(accept: string): Clause[] {
  const clauses = accept.split(',').map((clause) => {
    const [type = '', ...rest] = clause.split(';');
    const parameters = new Map<string, string>();
    for (const parameter of rest) {
      const [name = '', value, ...more] = parameter.split('=').map((part) => part.trim());
      if (value && more.length === 0) parameters.set(name, value);
    }
    const weight = Number(parameters.get('q') ?? 1) || 0;
    return {
      type: type
        .split('/')
        .map((part) => part.trim())
        .join('/'),
      parameters,
      weight,
    };
  });
  // A wildcard selects no format, so it is sorted last: its escaping must not apply.
  const isWildcard = ({ type }: Clause): number => Number(type.includes('*'));
  return clauses.sort((a, b) => isWildcard(a) - isWildcard(b) || b.weight - a.weight);
}

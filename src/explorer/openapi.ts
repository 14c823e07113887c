// openApi is the OpenAPI document of /api/v1, which /api/v1/openapi.json serves.
import { ref, type Schema, schemas } from './schemas.ts';

/** Bounds of the query parameter `limit`. */
interface Limits {
  readonly initial: number;
  readonly max: number;
}

export const objectLimits: Limits = { initial: 50, max: 1_000 };
export const namespaceLimits: Limits = { initial: 1_000, max: 10_000 };
export const searchCharsMax = 512;

interface Operation {
  readonly summary: string;
  readonly answer: keyof typeof schemas;
  readonly parameters?: readonly object[];
  /** Whether it is NDJSON with progress. */
  readonly slow?: boolean;
  /** Whether it depends on the snapshot alone: it has an ETag. */
  readonly ofSnapshot?: boolean;
  /** Refusals beside those that all have. */
  readonly refusals?: Readonly<Record<number, string>>;
}

const inPath = (name: string, description: string): object => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});

const limit = ({ initial, max }: Limits): object => ({
  name: 'limit',
  in: 'query',
  schema: { type: 'integer', minimum: 1, maximum: max, default: initial },
});

const search = {
  name: 'search',
  in: 'query',
  required: true,
  description: 'Part of namespace/name, or of the name alone.',
  schema: { type: 'string', minLength: 1, maxLength: searchCharsMax },
};

const wrongQuery = 'A parameter is wrong.';
const busy = 'Too many slow answers are being made; Retry-After says when to ask again.';

export const operations: Readonly<Record<string, Operation>> = {
  '/status': {
    summary: 'The state of kubestate and of each resource. Answers before the sync, too.',
    answer: 'Status',
  },
  '/families': { summary: 'What each family costs.', answer: 'Families', ofSnapshot: true },
  '/families/{name}/labels': {
    summary: 'What the series of one family are made of.',
    answer: 'FamilyLabels',
    slow: true,
    parameters: [inPath('name', 'Name of the family.')],
    refusals: { 404: 'The family is not served.', 503: busy },
  },
  '/namespaces': {
    summary: 'What each namespace costs, by resource.',
    answer: 'Namespaces',
    ofSnapshot: true,
    parameters: [limit(namespaceLimits)],
    refusals: { 400: wrongQuery },
  },
  '/namespaces/{namespace}/families': {
    summary: 'What each family costs in one namespace.',
    answer: 'NamespaceFamilies',
    slow: true,
    parameters: [inPath('namespace', 'The namespace; `-` for cluster-scoped objects.')],
    refusals: { 404: 'The namespace has no objects.', 503: busy },
  },
  '/zeros': {
    summary: 'How many series of each family have the value 0.',
    answer: 'Zeros',
    slow: true,
    refusals: { 503: busy },
  },
  '/objects': {
    summary: 'Objects by a part of their name.',
    answer: 'Objects',
    parameters: [search, limit(objectLimits)],
    refusals: { 400: wrongQuery },
  },
  '/objects/{resource}/{namespace}/{name}': {
    summary: 'All that is exported of one object.',
    answer: 'ObjectText',
    parameters: [
      inPath('resource', 'The plural; of a custom resource the whole name.'),
      inPath('namespace', 'The namespace; `-` for cluster-scoped objects.'),
      inPath('name', 'Name of the object.'),
    ],
    refusals: { 404: 'The object is not held.' },
  },
  '/history': { summary: 'Series, bytes and changes of the last hour.', answer: 'History' },
  '/usage': {
    summary: 'What well-known dashboards and rules, and our own, read.',
    answer: 'Usage',
  },
};

const json = (schema: Schema): object => ({ 'application/json': { schema } });

const slowNote =
  'NDJSON: lines with the progress, then one line with the result or an error. To close the ' +
  'connection cancels the work.';

/** Each line is one of these. */
const slowLine = (answer: keyof typeof schemas): Schema => ({
  oneOf: [
    ref('Progress'),
    { type: 'object', properties: { result: ref(answer) }, required: ['result'] },
    ref('Error'),
  ],
});

function pathItem([path, operation]: [string, Operation]): [string, object] {
  const { summary, answer, parameters = [], slow, ofSnapshot, refusals = {} } = operation;
  const content = slow
    ? { 'application/x-ndjson': { schema: slowLine(answer) } }
    : json(ref(answer));
  const get = {
    operationId: answer.replace(/^./, (first) => first.toLowerCase()),
    summary,
    ...(slow && { description: slowNote }),
    ...(parameters.length > 0 && { parameters }),
    responses: {
      200: { description: summary, content },
      ...(ofSnapshot && { 304: { description: 'If-None-Match has the ETag of this snapshot.' } }),
      ...Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [
          status,
          { description, content: json(ref('Error')) },
        ]),
      ),
      default: {
        description: 'A refusal, as by --auth-filter or --tls-config.',
        content: json(ref('Error')),
      },
    },
  };
  return [path, { get }];
}

export const openApi = (version: string): object => ({
  openapi: '3.1.0',
  info: {
    title: 'kubestate: the explorer',
    version,
    description: 'What /metrics serves and what it costs. HEAD is answered as GET, without a body.',
    license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/api/v1' }],
  // Whoever configures --tls-config or --auth-filter decides which of them it is.
  security: [{}, { basic: [] }, { bearer: [] }],
  paths: Object.fromEntries(Object.entries(operations).map(pathItem)),
  components: {
    schemas,
    securitySchemes: {
      basic: { type: 'http', scheme: 'basic', description: 'With users in --tls-config.' },
      bearer: { type: 'http', scheme: 'bearer', description: 'With --auth-filter.' },
    },
  },
});

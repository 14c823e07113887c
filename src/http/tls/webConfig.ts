// readWebConfig reads the file of --tls-config, the web configuration of Prometheus exporters.
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { ConfigError, type ErrorFields, errorMessage } from '../../lib/errors.ts';
import {
  type CipherSuite,
  type Curve,
  cipherSuites,
  curveNames,
  type TlsVersion,
  tlsVersions,
} from './tlsNames.ts';
import { checkedYaml } from './yamlCheck.ts';

const fileBytesMax = 1024 * 1024;
const usersMax = 1_000;

/** What the file asks for, with every path absolute and every default filled in. */
export interface WebConfig {
  /** Undefined is plain HTTP. */
  readonly tls: TlsConfig | undefined;
  /** Headers that every answer gets. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bcrypt hashes by name; without any, every request is admitted. */
  readonly users: ReadonlyMap<string, string>;
}

export interface TlsConfig {
  readonly certificate: Pem;
  readonly key: Pem;
  readonly clientAuthorities: Pem | undefined;
  readonly clientAuth: ClientAuth;
  /** Undefined allows every name. */
  readonly clientAllowedSans: readonly string[] | undefined;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  readonly cipherSuites: readonly CipherSuite[];
  readonly preferServerOrder: boolean;
  readonly curves: readonly Curve[];
}

/** Where something in PEM form is; `key` is the key of the configuration that says so. */
export type Pem = { readonly key: string } & (
  | { readonly file: string }
  | { readonly text: string }
);

const clientAuths = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;

export type ClientAuth = (typeof clientAuths)[number];

/** Reads the file at `path`; throws a ConfigError that names line and key of what is wrong. */
export function readWebConfig(path: string, readFile: (path: string) => Buffer): WebConfig {
  const text = readText(path, readFile);
  const source = { flag: '--tls-config', place: path };
  const file = checkedYaml(text, source, fileSchema, secretPaths);
  const { tls_server_config: tls, http_server_config: http, basic_auth_users: users } = file;
  return {
    tls: tls === undefined ? undefined : tlsConfig(tls, dirname(path)),
    headers: unlessBlank(http?.headers ?? {}),
    users: new Map(Object.entries(users ?? {})),
  };
}

function readText(path: string, readFile: (path: string) => Buffer): string {
  let bytes: Buffer;
  try {
    bytes = readFile(path);
  } catch (error) {
    throw new ConfigError({
      flag: '--tls-config',
      expected: `a readable file at ${path}`,
      got: errorMessage(error),
      hint: 'name another file, or give read access to this one',
    });
  }
  if (bytes.length <= fileBytesMax) return bytes.toString('utf8');
  throw new ConfigError({
    flag: '--tls-config',
    expected: `at most ${fileBytesMax} bytes in ${path}`,
    got: String(bytes.length),
    hint: 'name a web configuration',
  });
}

// As in Go, a number without quotes is a text where one is wanted: `X-XSS-Protection: 1`.
const text = z
  .union([z.string(), z.number(), z.boolean()], { error: 'a text' })
  .transform((value) => String(value));
const toggle = z.boolean({ error: 'true or false' });
const oneOf = <const Words extends readonly string[]>(
  words: Words,
  said: readonly string[] = words,
) => z.enum(words, { error: `one of ${said.join(', ')}` });
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item, { error: 'a list' });
const section = 'keys with their values';

const tlsSchema = z
  .strictObject(
    {
      cert: text.optional(),
      cert_file: text.optional(),
      key: text.optional(),
      key_file: text.optional(),
      client_ca: text.optional(),
      client_ca_file: text.optional(),
      // RequireClientCert is an older word for RequireAnyClientCert.
      client_auth_type: oneOf([...clientAuths, 'RequireClientCert', ''], clientAuths).optional(),
      client_allowed_sans: listOf(text).optional(),
      min_version: oneOf(tlsVersions).optional(),
      max_version: oneOf(tlsVersions).optional(),
      cipher_suites: listOf(oneOf(cipherSuites)).optional(),
      prefer_server_cipher_suites: toggle.optional(),
      curve_preferences: listOf(oneOf(curveNames)).optional(),
    },
    { error: section },
  )
  .superRefine((keys, ctx) => {
    for (const [key, { expected, ...params }] of contradictions(keys)) {
      ctx.addIssue({ code: 'custom', path: [key], message: expected, params });
    }
  });

type TlsKeys = z.infer<typeof tlsSchema>;

const headersSchema = z.strictObject(
  {
    'Content-Security-Policy': text.optional(),
    'X-Frame-Options': oneOf(['deny', 'sameorigin']).optional(),
    'X-Content-Type-Options': oneOf(['nosniff']).optional(),
    'X-XSS-Protection': text.optional(),
    'Strict-Transport-Security': text.optional(),
  },
  { error: section },
);

const httpSchema = z.strictObject(
  {
    http2: z.literal(false, { error: 'false, for only HTTP/1.1 is served' }).optional(),
    headers: headersSchema.optional(),
  },
  { error: section },
);

/** Of the forms that bcrypt hashes have, those that are made today; cost 4 to 31. */
const bcryptHash = /^\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;
const hash = 'a bcrypt hash, as `htpasswd -nBC 10 NAME` prints behind the colon';

const fileSchema = z.strictObject(
  {
    tls_server_config: tlsSchema.optional(),
    http_server_config: httpSchema.optional(),
    basic_auth_users: z
      .record(z.string(), z.string({ error: hash }).regex(bcryptHash, { error: hash }), {
        error: 'names with bcrypt hashes',
      })
      .refine((users) => Object.keys(users).length <= usersMax, {
        error: `at most ${usersMax} users`,
      })
      .optional(),
    rate_limit: z.never({ error: 'no such key, for rates are not limited here' }).optional(),
  },
  { error: section },
);

/** What stands here is never repeated in a message. */
const secretPaths: readonly string[] = ['basic_auth_users', 'tls_server_config.key'];

/** Keys that exclude each other, or that protect less than they seem to. */
function* contradictions(keys: TlsKeys): Generator<[key: keyof TlsKeys, facts: ErrorFields]> {
  if (!Object.values(keys).some(isGiven)) return;
  for (const key of ['cert', 'key', 'client_ca'] as const) {
    if (keys[key] && keys[`${key}_file`]) {
      const expected = `one of ${key} and ${key}_file`;
      yield [key, { expected, got: 'both', hint: 'leave one out' }];
    }
  }
  for (const key of ['cert', 'key'] as const) {
    if (!keys[key] && !keys[`${key}_file`]) {
      const hint = 'TLS needs one of them';
      yield [key, { expected: `${key}_file or ${key}`, got: 'neither', hint }];
    }
  }
  const auth = clientAuthOf(keys);
  const authorities = keys.client_ca || keys.client_ca_file;
  if (authorities && auth === 'NoClientCert') {
    yield [
      keys.client_ca ? 'client_ca' : 'client_ca_file',
      {
        expected: 'a client_auth_type that asks for certificates beside it',
        got: 'NoClientCert',
        hint: 'RequireAndVerifyClientCert is the one that lets in nobody else',
      },
    ];
  }
  // Without authorities of its own, it would let in the holders of any public certificate.
  if (!authorities && auth === 'RequireAndVerifyClientCert') {
    const expected = `client_ca_file or client_ca with ${auth}`;
    yield ['client_auth_type', { expected, got: 'neither' }];
  }
  if (keys.client_allowed_sans !== undefined && auth === 'NoClientCert') {
    yield [
      'client_allowed_sans',
      {
        expected: 'a client_auth_type that asks for certificates beside it',
        got: 'NoClientCert',
      },
    ];
  }
  const { min, max } = versionsOf(keys);
  if (tlsVersions.indexOf(min) > tlsVersions.indexOf(max)) {
    yield ['min_version', { expected: `at most max_version (${max})`, got: min }];
  }
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== '';

/** Whether certificates of clients are held against the authorities. */
export function verifies(auth: ClientAuth): boolean {
  return auth === 'VerifyClientCertIfGiven' || auth === 'RequireAndVerifyClientCert';
}

function clientAuthOf({ client_auth_type: word }: TlsKeys): ClientAuth {
  if (word === undefined || word === '') return 'NoClientCert';
  return word === 'RequireClientCert' ? 'RequireAnyClientCert' : word;
}

const versionsOf = ({ min_version: min = 'TLS12', max_version: max = 'TLS13' }: TlsKeys) => ({
  min,
  max,
});

function tlsConfig(keys: TlsKeys, folder: string): TlsConfig | undefined {
  const pem = (key: 'cert' | 'key' | 'client_ca'): Pem | undefined => {
    const file = keys[`${key}_file`];
    if (file) return { key: `tls_server_config.${key}_file`, file: resolve(folder, file) };
    const inline = keys[key];
    return inline ? { key: `tls_server_config.${key}`, text: inline } : undefined;
  };
  const certificate = pem('cert');
  const key = pem('key');
  // The schema lets neither be missing alone, nor with other keys beside it.
  if (certificate === undefined || key === undefined) return undefined;
  const { min, max } = versionsOf(keys);
  return {
    certificate,
    key,
    clientAuthorities: pem('client_ca'),
    clientAuth: clientAuthOf(keys),
    clientAllowedSans: keys.client_allowed_sans,
    minVersion: min,
    maxVersion: max,
    cipherSuites: keys.cipher_suites ?? [],
    preferServerOrder: keys.prefer_server_cipher_suites ?? true,
    curves: keys.curve_preferences ?? [],
  };
}

function unlessBlank(headers: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value ? [[name, value] as const] : [])),
  );
}

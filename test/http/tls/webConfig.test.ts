// The web configuration: every key with a right and a wrong value, and what is said of the wrong.
import { inspect } from 'node:util';
import { expect } from 'chai';
import { readWebConfig, type WebConfig } from '../../../src/http/tls/webConfig.ts';
import type { ConfigError } from '../../../src/lib/errors.ts';
import { expectRefused, type Facts } from '../../support/refusal.ts';

const read = (text: string): WebConfig =>
  readWebConfig('/etc/web/web.yml', () => Buffer.from(text));

const tls = (...lines: string[]): string =>
  ['tls_server_config:', '  cert_file: a.pem', '  key_file: a.key', ...lines.map((l) => `  ${l}`)]
    .join('\n')
    .concat('\n');

const http = (...lines: string[]): string =>
  ['http_server_config:', ...lines.map((l) => `  ${l}`)].join('\n');

const hash = `$2y$10$${'a'.repeat(53)}`;

/** What a text makes of the part of the configuration that `pick` takes. */
interface Right {
  readonly text: string;
  readonly pick: (config: WebConfig) => unknown;
  readonly want: unknown;
}

const suites = ['TLS_AES_128_GCM_SHA256', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA'];

// biome-ignore format: one row per key
const right: Readonly<Record<string, Right>> = {
  'an empty file': { text: '', pick: (c) => [c.tls, c.headers, c.users.size], want: [undefined, {}, 0] },
  'a comment alone': { text: '# nothing\n', pick: (c) => c.tls, want: undefined },
  'a section without keys': { text: 'tls_server_config:\nbasic_auth_users: {}\n', pick: (c) => c.tls, want: undefined },
  'blank keys of TLS': { text: 'tls_server_config:\n  cert_file: ""\n', pick: (c) => c.tls, want: undefined },
  cert_file: { text: tls(), pick: (c) => c.tls?.certificate, want: { key: 'tls_server_config.cert_file', file: '/etc/web/a.pem' } },
  key_file: { text: tls(), pick: (c) => c.tls?.key, want: { key: 'tls_server_config.key_file', file: '/etc/web/a.key' } },
  'cert_file, absolute': { text: 'tls_server_config: {cert_file: /tls/a.pem, key: K}', pick: (c) => c.tls?.certificate, want: { key: 'tls_server_config.cert_file', file: '/tls/a.pem' } },
  cert: { text: 'tls_server_config: {cert: C, key: K}', pick: (c) => c.tls?.certificate, want: { key: 'tls_server_config.cert', text: 'C' } },
  key: { text: 'tls_server_config: {cert: C, key: K}', pick: (c) => c.tls?.key, want: { key: 'tls_server_config.key', text: 'K' } },
  client_ca: { text: tls('client_ca: C', 'client_auth_type: RequestClientCert'), pick: (c) => c.tls?.clientAuthorities, want: { key: 'tls_server_config.client_ca', text: 'C' } },
  client_ca_file: { text: tls('client_ca_file: ../ca.pem', 'client_auth_type: VerifyClientCertIfGiven'), pick: (c) => c.tls?.clientAuthorities, want: { key: 'tls_server_config.client_ca_file', file: '/etc/ca.pem' } },
  client_auth_type: { text: tls('client_auth_type: RequireAnyClientCert'), pick: (c) => c.tls?.clientAuth, want: 'RequireAnyClientCert' },
  'client_auth_type, left out': { text: tls(), pick: (c) => c.tls?.clientAuth, want: 'NoClientCert' },
  'client_auth_type, blank': { text: tls('client_auth_type: ""'), pick: (c) => c.tls?.clientAuth, want: 'NoClientCert' },
  'client_auth_type, old': { text: tls('client_auth_type: RequireClientCert'), pick: (c) => c.tls?.clientAuth, want: 'RequireAnyClientCert' },
  client_allowed_sans: { text: tls('client_allowed_sans: [a.test]', 'client_auth_type: RequireAnyClientCert'), pick: (c) => c.tls?.clientAllowedSans, want: ['a.test'] },
  min_version: { text: tls('min_version: TLS13'), pick: (c) => c.tls?.minVersion, want: 'TLS13' },
  max_version: { text: tls('max_version: TLS12'), pick: (c) => c.tls?.maxVersion, want: 'TLS12' },
  'versions, left out': { text: tls(), pick: (c) => [c.tls?.minVersion, c.tls?.maxVersion], want: ['TLS12', 'TLS13'] },
  cipher_suites: { text: tls(`cipher_suites: [${suites}]`), pick: (c) => c.tls?.cipherSuites, want: suites },
  prefer_server_cipher_suites: { text: tls('prefer_server_cipher_suites: false'), pick: (c) => c.tls?.preferServerOrder, want: false },
  curve_preferences: { text: tls('curve_preferences: [X25519, CurveP256]'), pick: (c) => c.tls?.curves, want: ['X25519', 'CurveP256'] },
  http2: { text: http('http2: false'), pick: (c) => c.headers, want: {} },
  headers: { text: http('headers:', '  X-Frame-Options: deny', '  X-XSS-Protection: ""'), pick: (c) => c.headers, want: { 'X-Frame-Options': 'deny' } },
  'a text without quotes that is a number to YAML': { text: http('headers:', '  X-XSS-Protection: 1'), pick: (c) => c.headers, want: { 'X-XSS-Protection': '1' } },
  'a policy that verifies what is shown, by public authorities': { text: tls('client_auth_type: VerifyClientCertIfGiven'), pick: (c) => [c.tls?.clientAuth, c.tls?.clientAuthorities], want: ['VerifyClientCertIfGiven', undefined] },
  'all headers': { text: http('headers: {Content-Security-Policy: a, X-Frame-Options: sameorigin, X-Content-Type-Options: nosniff, X-XSS-Protection: b, Strict-Transport-Security: c}'), pick: (c) => Object.keys(c.headers).length, want: 5 },
  basic_auth_users: { text: `basic_auth_users:\n  ann: ${hash}\n`, pick: (c) => [...c.users], want: [['ann', hash]] },
  'an empty rate_limit': { text: 'rate_limit:\n', pick: (c) => c.tls, want: undefined },
};

/** Text, line, and the fields of the error; `key` is what stands behind the line in `place`. */
type Wrong = readonly [text: string, line: number, facts: Facts & { readonly key?: string }];

// biome-ignore format: one row per mistake
const wrong: Readonly<Record<string, Wrong>> = {
  'no YAML': ['tls_server_config:\n  a: [', 2, { expected: 'YAML', got: /./ }],
  'a key twice': ['rate_limit:\nrate_limit:\n', 2, { expected: 'YAML', got: 'Map keys must be unique', hint: 'correct it there' }],
  'a list for a file': ['- a\n', 1, { expected: 'keys with their values', got: '["a"]', hint: 'correct it there' }],
  'an unknown section': ['tls_config: {}', 1, { key: 'tls_config', expected: 'one of tls_server_config, http_server_config, basic_auth_users, rate_limit', got: 'the unknown key tls_config', hint: 'leave it out' }],
  'a section misspelt': ['# TLS\ntls_server_conf: {}', 2, { got: 'the unknown key tls_server_conf', hint: 'write tls_server_config if that is what was meant' }],
  'a key misspelt': [tls('min_versoin: TLS12'), 4, { key: 'tls_server_config.min_versoin', expected: 'one of cert, cert_file, key, key_file, client_ca, client_ca_file, client_auth_type, client_allowed_sans, min_version, max_version, cipher_suites, prefer_server_cipher_suites, curve_preferences', got: 'the unknown key min_versoin', hint: 'write min_version if that is what was meant' }],
  'another header': [http('headers:', '  X-Frame-Option: deny'), 3, { key: 'http_server_config.headers.X-Frame-Option', expected: 'one of Content-Security-Policy, X-Frame-Options, X-Content-Type-Options, X-XSS-Protection, Strict-Transport-Security', got: 'the unknown key X-Frame-Option', hint: 'write X-Frame-Options if that is what was meant' }],
  tls_server_config: ['tls_server_config: yes please', 1, { key: 'tls_server_config', expected: 'keys with their values', got: '"yes please"', hint: 'correct it there' }],
  'cert_file alone': ['tls_server_config:\n  cert_file: a.pem\n', 1, { key: 'tls_server_config.key', expected: 'key_file or key', got: 'neither', hint: 'TLS needs one of them' }],
  'key alone': ['tls_server_config:\n  key: K\n', 1, { key: 'tls_server_config.cert', expected: 'cert_file or cert', got: 'neither', hint: 'TLS needs one of them' }],
  'TLS keys without a certificate': ['tls_server_config:\n  min_version: TLS13\n', 1, { key: 'tls_server_config.cert', expected: 'cert_file or cert', got: 'neither', hint: 'TLS needs one of them' }],
  cert: [tls('cert: C'), 4, { key: 'tls_server_config.cert', expected: 'one of cert and cert_file', got: 'both', hint: 'leave one out' }],
  key: [tls('key: K'), 4, { key: 'tls_server_config.key', expected: 'one of key and key_file', got: 'both', hint: 'leave one out' }],
  'key, not shown': ['tls_server_config: {cert: C, key: [secret]}', 1, { key: 'tls_server_config.key', expected: 'a text', got: 'something else', hint: 'correct it there' }],
  cert_file: ['tls_server_config: {cert_file: {a: 7}, key: K}', 1, { key: 'tls_server_config.cert_file', expected: 'a text', got: '{"a":7}', hint: 'correct it there' }],
  key_file: ['tls_server_config: {cert: C, key_file: [k]}', 1, { key: 'tls_server_config.key_file', expected: 'a text', got: '["k"]', hint: 'correct it there' }],
  client_ca: [tls('client_ca: C', 'client_ca_file: c.pem', 'client_auth_type: RequestClientCert'), 4, { key: 'tls_server_config.client_ca', expected: 'one of client_ca and client_ca_file', got: 'both', hint: 'leave one out' }],
  client_ca_file: [tls('client_ca_file: c.pem'), 4, { key: 'tls_server_config.client_ca_file', expected: 'a client_auth_type that asks for certificates beside it', got: 'NoClientCert', hint: 'RequireAndVerifyClientCert is the one that lets in nobody else' }],
  client_auth_type: [tls('client_auth_type: RequireAndVerifyClientCrt'), 4, { key: 'tls_server_config.client_auth_type', expected: 'one of NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert', got: '"RequireAndVerifyClientCrt"', hint: 'write RequireAndVerifyClientCert if that is what was meant' }],
  'verifying against nothing': [tls('client_auth_type: RequireAndVerifyClientCert'), 4, { key: 'tls_server_config.client_auth_type', expected: 'client_ca_file or client_ca with RequireAndVerifyClientCert', got: 'neither', hint: undefined }],
  client_allowed_sans: [tls('client_allowed_sans: [a]'), 4, { key: 'tls_server_config.client_allowed_sans', expected: 'a client_auth_type that asks for certificates beside it', got: 'NoClientCert', hint: undefined }],
  'client_allowed_sans, no list': [tls('client_allowed_sans: a'), 4, { key: 'tls_server_config.client_allowed_sans', expected: 'a list', got: '"a"', hint: 'correct it there' }],
  min_version: [tls('min_version: TLS1.2'), 4, { key: 'tls_server_config.min_version', expected: 'one of TLS10, TLS11, TLS12, TLS13', got: '"TLS1.2"', hint: 'write TLS12 if that is what was meant' }],
  max_version: [tls('max_version: 13'), 4, { key: 'tls_server_config.max_version', expected: 'one of TLS10, TLS11, TLS12, TLS13', got: '13', hint: 'correct it there' }],
  'versions upside down': [tls('max_version: TLS12', 'min_version: TLS13'), 5, { key: 'tls_server_config.min_version', expected: 'at most max_version (TLS12)', got: 'TLS13', hint: undefined }],
  cipher_suites: [tls('cipher_suites:', '- TLS_AES_128_GCM_SHA256', '- TLS_RSA_WITH_RC4_128_SHA'), 6, { got: '"TLS_RSA_WITH_RC4_128_SHA"' }],
  prefer_server_cipher_suites: [tls('prefer_server_cipher_suites: maybe'), 4, { key: 'tls_server_config.prefer_server_cipher_suites', expected: 'true or false', got: '"maybe"', hint: 'correct it there' }],
  curve_preferences: [tls('curve_preferences: [CurveP257]'), 4, { key: 'tls_server_config.curve_preferences.0', expected: 'one of CurveP256, CurveP384, CurveP521, X25519', got: '"CurveP257"', hint: 'write CurveP256 if that is what was meant' }],
  http_server_config: ['http_server_config: 2', 1, { key: 'http_server_config', expected: 'keys with their values', got: '2', hint: 'correct it there' }],
  http2: [http('http2: true'), 2, { key: 'http_server_config.http2', expected: 'false, for only HTTP/1.1 is served', got: 'true', hint: 'correct it there' }],
  headers: [http('headers: deny'), 2, { key: 'http_server_config.headers', expected: 'keys with their values', got: '"deny"', hint: 'correct it there' }],
  'Content-Security-Policy': [http('headers:', '  Content-Security-Policy: [1]'), 3, { key: 'http_server_config.headers.Content-Security-Policy', expected: 'a text', got: '[1]', hint: 'correct it there' }],
  'X-Frame-Options': [http('headers:', '  X-Frame-Options: DENY'), 3, { key: 'http_server_config.headers.X-Frame-Options', expected: 'one of deny, sameorigin', got: '"DENY"', hint: 'write deny if that is what was meant' }],
  'X-Content-Type-Options': [http('headers:', '  X-Content-Type-Options: sniff'), 3, { expected: 'one of nosniff', got: '"sniff"', hint: 'write nosniff if that is what was meant' }],
  'X-XSS-Protection': [http('headers:', '  X-XSS-Protection: [1]'), 3, { key: 'http_server_config.headers.X-XSS-Protection', expected: 'a text', got: '[1]', hint: 'correct it there' }],
  'Strict-Transport-Security': [http('headers:', '  Strict-Transport-Security: [a]'), 3, { key: 'http_server_config.headers.Strict-Transport-Security', expected: 'a text', got: '["a"]', hint: 'correct it there' }],
  basic_auth_users: ['basic_auth_users: [ann]', 1, { key: 'basic_auth_users', expected: 'names with bcrypt hashes', got: 'something else', hint: 'correct it there' }],
  'a password that is no hash': ['basic_auth_users:\n  bob: hunter2\n', 2, { key: 'basic_auth_users.bob', expected: 'a bcrypt hash, as `htpasswd -nBC 10 NAME` prints behind the colon', got: 'something else', hint: 'correct it there' }],
  'a hash of cost 32': [`basic_auth_users: {bob: ${hash.replace('10', '32')}}`, 1, { key: 'basic_auth_users.bob', expected: /^a bcrypt hash/ }],
  rate_limit: ['\nrate_limit:\n  interval: 1s\n', 2, { key: 'rate_limit', expected: 'no such key, for rates are not limited here', got: '{"interval":"1s"}', hint: 'correct it there' }],
};

const refused = (text: string, facts: Facts = {}): ConfigError =>
  expectRefused(() => read(text), { flag: '--tls-config', ...facts });

describe('the web configuration', () => {
  for (const [what, { text, pick, want }] of Object.entries(right)) {
    it(`takes ${what}`, () => {
      expect(pick(read(text))).to.deep.equal(want);
    });
  }

  for (const [what, [text, line, { key, ...facts }]] of Object.entries(wrong)) {
    it(`refuses ${what} with its line`, () => {
      const at = `/etc/web/web.yml:${line}`;
      const place = key === undefined ? new RegExp(`^${at}(?:: |$)`) : `${at}: ${key}`;
      const error = refused(text, { place, ...facts });
      expect(inspect(error, { depth: 9 })).to.not.match(/secret|hunter2|\$2y/);
    });
  }

  it('has a right and a wrong row for every key', () => {
    const known = (text: string): string[] =>
      refused(text, { got: /^the unknown/ })
        .expected.replace('one of ', '')
        .split(', ');
    const keys = [known('x: 1'), known(tls('x: 1')), known(http('x: 1'))].flat();
    const headers = known(http('headers:', '  x: 1'));
    expect(keys).to.have.length(19);
    // Sections are taken wherever one of their keys is.
    const sections = ['tls_server_config', 'http_server_config', 'rate_limit'];
    expect(Object.keys(right)).to.include.members(keys.filter((key) => !sections.includes(key)));
    expect(Object.keys(wrong)).to.include.members([...keys, ...headers]);
  });

  it('names a file that cannot be read', () => {
    const readFile = (): never => {
      throw new Error('ENOENT');
    };
    expectRefused(() => readWebConfig('/no.yml', readFile), {
      flag: '--tls-config',
      expected: 'a readable file at /no.yml',
      got: 'ENOENT',
      hint: /^name another file/,
    });
  });

  it('refuses aliases that would grow without bound', () => {
    const names = [...'bcdefghi'];
    const level = (name: string, i: number): string =>
      `${name}: &${name} [${`*${i === 0 ? 'a' : names[i - 1]},`.repeat(9)}]\n`;
    refused(`a: &a [x]\n${names.map(level).join('')}`, { expected: 'YAML with few aliases' });
  });

  it('refuses a file that is far too large', () => {
    refused(`# ${'x'.repeat(1024 * 1024)}`, { expected: /^at most 1048576 bytes/ });
  });
});

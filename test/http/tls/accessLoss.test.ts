// What a newer web configuration drops of the access control of the one before it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { accessLoss } from '../../../src/http/tls/accessLoss.ts';
import { tlsSettings } from '../../../src/http/tls/tls.ts';
import { readWebConfig } from '../../../src/http/tls/webConfig.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const hash = '$2y$04$abcdefghijklmnopqrstuugIEnm3ZbWF6xb2GcoE3L1CoGJFMKtu.';
const base = 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n';
const withTls = (...lines: string[]): string => base + lines.map((line) => `  ${line}\n`).join('');
const withUsers = (...names: string[]): string =>
  `basic_auth_users: {${names.map((name) => `${name}: ${hash}`)}}\n`;

function rulesOf(text: string) {
  const readFile = (path: string): Buffer => {
    if (path.endsWith('web.yml')) return Buffer.from(text);
    if (!path.endsWith('both.pem')) return readFileSync(path);
    return Buffer.concat(
      ['ca.pem', 'stranger.pem'].map((name) => readFileSync(join(fixtures, name))),
    );
  };
  const config = readWebConfig(join(fixtures, 'web.yml'), readFile);
  return { config, tls: config.tls && tlsSettings(config.tls, 'test', readFile) };
}

const all = ['client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: ca.pem'];
const given = ['client_auth_type: VerifyClientCertIfGiven', 'client_ca_file: ca.pem'];

// biome-ignore format: one row per change
const rows: readonly [what: string, before: string, after: string, dropped: string[]][] = [
  ['nothing', withTls(...all) + withUsers('ann'), withTls(...all) + withUsers('ann'), []],
  ['a user that comes', withUsers('ann'), withUsers('ann', 'bob'), []],
  ['one user', withUsers('ann', 'bob'), withUsers('ann'), ['1 of 2 basic_auth_users']],
  ['a user for another', withUsers('ann'), withUsers('bob'), ['1 of 1 basic_auth_users']],
  ['all users', withUsers('ann', 'bob'), '', ['2 of 2 basic_auth_users']],
  ['client authentication', withTls(...all), base, ['client_auth_type RequireAndVerifyClientCert', '1 of 1 certificates of client_ca_file']],
  ['the duty to show a certificate', withTls(...all), withTls(...given), ['client_auth_type RequireAndVerifyClientCert']],
  ['verification', withTls(...given), withTls('client_auth_type: RequireAnyClientCert', 'client_ca_file: ca.pem'), ['client_auth_type VerifyClientCertIfGiven']],
  ['a stricter type', withTls(...given), withTls(...all), []],
  ['one of two authorities', withTls(...all).replace('ca.pem', 'both.pem'), withTls(...all), ['1 of 2 certificates of client_ca_file']],
  ['an authority that comes', withTls(...all), withTls(...all).replace('ca.pem', 'both.pem'), []],
  ['the names of clients', withTls(...all, 'client_allowed_sans: [prometheus.test]'), withTls(...all), ['client_allowed_sans']],
  ['other names of clients', withTls(...all, 'client_allowed_sans: [a.test]'), withTls(...all, 'client_allowed_sans: [b.test]'), []],
];

describe('accessLoss', () => {
  for (const [what, before, after, dropped] of rows) {
    it(`names ${what}`, () => {
      expect(accessLoss(rulesOf(before), rulesOf(after))).to.deep.equal(dropped);
    });
  }
});

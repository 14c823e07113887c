// TLS, headers and users on real sockets: who gets in, over what, and what changes with the files.
import { buffer } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import nock from 'nock';
import { expectRefused, type Facts } from '../../support/refusal.ts';
import { until } from '../../support/until.ts';
import { ask } from '../harness.ts';
import {
  askTls,
  Bench,
  base,
  ca,
  cipher,
  dated,
  fixture,
  handshake,
  hash,
  identity,
  protocol,
  serial,
  served,
  withTls,
} from './webBench.ts';

describe('the web configuration at work', () => {
  let bench: Bench;
  // nock plays sockets of its own, which know little of TLS.
  before(() => nock.restore());
  after(() => nock.activate());
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.end());

  describe('TLS', () => {
    it('serves over HTTPS with the certificate of the files', async () => {
      await bench.start(base);
      expect((await askTls(bench.port)).body.toString()).to.equal('metrics');
      await ask(bench.port, '/metrics').then(
        () => expect.fail('plain HTTP was answered'),
        (error) => expect(error.code).to.equal('ECONNRESET'),
      );
    });

    it('serves over HTTPS with an inline certificate', async () => {
      const block = (name: string): string => fixture(name).replaceAll(/^/gm, '    ');
      await bench.start(
        `tls_server_config:\n  cert: |\n${block('server.pem')}\n` +
          `  key: |\n${block('server.key')}`,
      );
      expect(await served(bench.port)).to.equal(true);
    });

    it('serves plain HTTP where the file asks for no TLS', async () => {
      await bench.start('');
      expect((await ask(bench.port, '/metrics')).status).to.equal(200);
    });

    it('speaks no HTTP/2', async () => {
      await bench.start(base);
      const alpn = (socket: TLSSocket): unknown => socket.alpnProtocol;
      const options = { ALPNProtocols: ['h2', 'http/1.1'] };
      expect(await handshake(bench.port, options, alpn)).to.equal('http/1.1');
    });

    // biome-ignore format: one row per choice
    const choices: readonly [lines: string[], client: object, look: (s: TLSSocket) => string, want: string][] = [
      [[], {}, protocol, 'TLSv1.3'],
      [[], { maxVersion: 'TLSv1.2' }, protocol, 'TLSv1.2'],
      [[], { ...dated, maxVersion: 'TLSv1.1' }, protocol, 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
      [['min_version: TLS10'], { ...dated, maxVersion: 'TLSv1' }, protocol, 'TLSv1'],
      [['min_version: TLS11'], { ...dated, maxVersion: 'TLSv1.1' }, protocol, 'TLSv1.1'],
      [['min_version: TLS13'], { maxVersion: 'TLSv1.2' }, protocol, 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
      [['max_version: TLS12'], {}, protocol, 'TLSv1.2'],
      [['cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]'], { maxVersion: 'TLSv1.2' }, cipher, 'ECDHE-ECDSA-AES256-GCM-SHA384'],
      [['cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]'], {}, protocol, 'TLSv1.3'],
      [['cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]'], { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }, cipher, 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'],
      [['cipher_suites: [TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]'], { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-CHACHA20-POLY1305' }, cipher, 'ECDHE-ECDSA-CHACHA20-POLY1305'],
      [['cipher_suites: [TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]', 'prefer_server_cipher_suites: false'], { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-CHACHA20-POLY1305' }, cipher, 'ECDHE-ECDSA-AES128-SHA'],
      [['curve_preferences: [CurveP384]'], { ecdhCurve: 'P-384' }, protocol, 'TLSv1.3'],
      [['curve_preferences: [CurveP384]'], { ecdhCurve: 'X25519' }, protocol, 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'],
    ];
    choices.forEach(([lines, client, look, want], row) => {
      it(`negotiates ${want} (row ${row + 1}: ${lines.join(', ') || 'no choice'})`, async () => {
        await bench.start(withTls(...lines));
        expect(await handshake(bench.port, client, look)).to.equal(want);
      });
    });
  });

  describe('clients', () => {
    const nobody = {};
    const [client, stranger, forger] = ['client', 'stranger', 'forger'].map(identity);
    const inCa = (type: string): string[] => [
      `client_auth_type: ${type}`,
      'client_ca_file: ca.pem',
    ];
    const sans = (name: string): string[] => [
      ...inCa('RequireAndVerifyClientCert'),
      `client_allowed_sans: ['other.test', '${name}']`,
    ];

    // biome-ignore format: who is let in: no certificate, a good one, a stranger's, a forger's
    const rows: readonly [lines: string[], nobody: boolean, client: boolean, stranger: boolean, forger: boolean][] = [
      [[], true, true, true, true],
      [['client_auth_type: RequestClientCert'], true, true, true, true],
      [['client_auth_type: RequireAnyClientCert'], false, true, true, true],
      [inCa('VerifyClientCertIfGiven'), true, true, false, true],
      [['client_auth_type: VerifyClientCertIfGiven'], true, false, false, false],
      [inCa('RequireAndVerifyClientCert'), false, true, false, true],
      [sans('prometheus.test'), false, true, false, false],
      [sans('2001:db8::1'), false, true, false, false],
      [sans('team@prometheus.test'), false, true, false, false],
      [sans('spiffe://prometheus.test/scraper'), false, true, false, false],
      [sans('urn:x, DNS:prometheus.test'), false, false, false, true],
      [sans('PROMETHEUS.test'), false, false, false, false],
      [['client_auth_type: RequestClientCert', 'client_allowed_sans: [prometheus.test]'], false, true, true, false],
    ];
    rows.forEach(([lines, ...want], row) => {
      it(`admits clients by row ${row + 1}: ${lines.join(', ') || 'no policy'}`, async () => {
        await bench.start(withTls(...lines));
        const got = [];
        for (const who of [nobody, client, stranger, forger])
          got.push(await served(bench.port, who));
        expect(got).to.deep.equal(want);
      });
    });

    it('logs once why it rejects a client', async () => {
      await bench.start(withTls('client_auth_type: RequireAnyClientCert'));
      expect(await served(bench.port)).to.equal(false);
      expect(await served(bench.port)).to.equal(false);
      const said = bench.kept.lines.filter(({ level }) => level === 'warn');
      expect(said).to.have.length(1);
      expect(said[0]).to.include({ reason: 'the client sent no certificate' });
    });
  });

  describe('a change', () => {
    it('of the certificate applies to new connections alone', async () => {
      await bench.start(base);
      const kept = connect({ host: '127.0.0.1', port: bench.port, ca });
      await new Promise((resolve) => kept.once('secureConnect', resolve));
      bench.files['/web/server.pem'] = fixture('renewed.pem');
      bench.files['/web/server.key'] = fixture('renewed.key');
      expect(await handshake(bench.port, {}, serial)).to.equal('CN=server');
      await bench.look();
      expect(await handshake(bench.port, {}, serial)).to.equal('CN=renewed');
      kept.write('GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      expect((await buffer(kept)).toString()).to.match(/^HTTP\/1.1 200 /);
      expect(bench.errors).to.deep.equal([]);
    });

    it('that is wrong is rejected and logged once, and the previous one stays', async () => {
      await bench.start(base);
      // Half of a renewal: the new key is there, the new certificate is not yet.
      bench.files['/web/server.key'] = fixture('renewed.key');
      await bench.look();
      await bench.look();
      expect(bench.errors).to.have.length(1);
      expect(bench.errors[0]).to.match(/key_file: expected the key in PEM form that belongs to/);
      expect(await handshake(bench.port, {}, serial)).to.equal('CN=server');
      bench.files['/web/server.pem'] = fixture('renewed.pem');
      await bench.look();
      expect(await handshake(bench.port, {}, serial)).to.equal('CN=renewed');
    });

    it('of the configuration applies to new connections', async () => {
      await bench.start(base);
      expect(await served(bench.port)).to.equal(true);
      bench.config = withTls(
        'client_auth_type: RequireAndVerifyClientCert',
        'client_ca_file: ca.pem',
        'max_version: TLS12',
      );
      await bench.look();
      expect(await served(bench.port)).to.equal(false);
      expect(await served(bench.port, identity('client'))).to.equal(true);
      expect(await served(bench.port, identity('stranger'))).to.equal(false);
      expect(await handshake(bench.port, identity('client'), protocol)).to.equal('TLSv1.2');
    });

    it('counts once the files were the same at two polls', async () => {
      await bench.start(base);
      bench.files['/web/server.key'] = fixture('renewed.key');
      await bench.look(1);
      bench.files['/web/server.pem'] = fixture('renewed.pem').slice(0, 300);
      await bench.look(1);
      bench.files['/web/server.pem'] = fixture('renewed.pem');
      await bench.look(1);
      expect(await handshake(bench.port, {}, serial)).to.equal('CN=server');
      await bench.look(1);
      expect(await handshake(bench.port, {}, serial)).to.equal('CN=renewed');
      expect(bench.errors).to.deep.equal([]);
    });

    const forAll = ['client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: ca.pem'];
    it('that drops access control is delayed for a minute, and logged', async () => {
      await bench.start(`${base}basic_auth_users: {ann: ${hash}}\n`);
      bench.config = base;
      await bench.look(12);
      expect(await served(bench.port)).to.equal(false);
      expect(bench.warnings).to.have.length(1);
      const dropped = ['1 of 1 basic_auth_users'];
      expect(bench.warnings[0]).to.deep.include({ dropped, seconds: 60 });
      await bench.look(2);
      expect(await served(bench.port)).to.equal(true);
      expect(bench.warnings[1]).to.deep.include({
        dropped,
        msg: 'web configuration reloaded: it drops access control',
      });
    });

    it('that is undone within the minute changes nothing', async () => {
      await bench.start(`${base}basic_auth_users: {ann: ${hash}}\n`);
      // A writer that stops behind the part on TLS, and goes on half a minute later.
      bench.config = base;
      await bench.look(6);
      expect(await served(bench.port)).to.equal(false);
      bench.config = `${base}basic_auth_users: {ann: ${hash}}\n`;
      await bench.look(20);
      expect(await served(bench.port)).to.equal(false);
      expect(bench.warnings).to.have.length(1);
    });

    it('applies to a TLS session that a client resumes', async () => {
      await bench.start(withTls(...forAll, 'client_allowed_sans: [prometheus.test]'));
      const first = connect({ host: '127.0.0.1', port: bench.port, ca, ...identity('client') });
      const session = await new Promise<Buffer>((resolve) => first.once('session', resolve));
      first.destroy();
      const again = { ...identity('client'), session };
      expect(await served(bench.port, again)).to.equal(true);
      bench.config = withTls(...forAll, 'client_allowed_sans: [other.test]');
      await bench.look();
      expect(await served(bench.port, again)).to.equal(false);
    });

    it('between HTTP and HTTPS is rejected', async () => {
      await bench.start(base);
      bench.config = '';
      await bench.look();
      expect(bench.errors[0]).to.match(/expected tls_server_config to stay there.*restart/);
      expect(await served(bench.port)).to.equal(true);
    });

    it('to a missing file is rejected', async () => {
      await bench.start(base);
      delete bench.files['/web/server.pem'];
      await bench.look();
      expect(bench.errors[0]).to.match(/cert_file: expected a readable file at \/web\/server.pem/);
      expect(await served(bench.port)).to.equal(true);
    });
  });

  describe('a wrong start', () => {
    // biome-ignore format: one row per mistake
    const rows: readonly [what: string, text: string, key: string, facts: Facts][] = [
      ['a file that is not there', base.replace('server.pem', 'no.pem'), 'cert_file', { expected: 'a readable file at /web/no.pem', got: /^ENOENT/ }],
      ['a certificate that is none', base.replace('server.pem', 'web.yml'), 'cert_file', { expected: 'a certificate in PEM form in /web/web.yml', got: /./ }],
      ['a key that is none', base.replace('server.key', 'ca.pem'), 'key_file', { expected: /^the key in PEM form/, got: /./ }],
      ['an authority that is none', withTls('client_ca: nothing', 'client_auth_type: RequireAndVerifyClientCert'), 'client_ca', { expected: 'a certificate in PEM form', got: /./ }],
    ];
    for (const [what, text, key, facts] of rows) {
      it(`names ${what}`, () => {
        bench.config = text;
        const place = `/web/web.yml: tls_server_config.${key}`;
        expectRefused(() => bench.open(), { flag: '--tls-config', place, ...facts });
      });
    }

    it('refuses users beside --auth-filter', () => {
      bench.config = `basic_auth_users: {ann: ${hash}}`;
      expectRefused(() => bench.open({ authFilter: true }), {
        flag: ['--tls-config', '--auth-filter'],
        expected: /^no basic_auth_users beside --auth-filter/,
        got: '1',
      });
    });
  });

  describe('headers and users', () => {
    const users = `basic_auth_users:\n  ann: ${hash}\n`;
    const login = (text: string) => ({
      headers: { Authorization: `Basic ${Buffer.from(text).toString('base64')}` },
    });

    it('sets the headers on every answer; blank ones remove nothing', async () => {
      await bench.start(
        'http_server_config:\n  headers:\n    X-Frame-Options: sameorigin\n' +
          '    Strict-Transport-Security: max-age=60\n    X-XSS-Protection: ""\n',
      );
      for (const path of ['/metrics', '/healthz', '/nothing']) {
        const { headers } = await ask(bench.port, path);
        expect(headers).to.include({ 'x-frame-options': 'sameorigin' });
        expect(headers).to.include({ 'strict-transport-security': 'max-age=60' });
        expect(headers).to.not.have.property('x-xss-protection');
      }
    });

    it('admits a right name and password', async () => {
      await bench.start(users);
      const { status, body } = await ask(bench.port, '/metrics', login('ann:swordfish'));
      expect([status, body.toString()]).to.deep.equal([200, 'metrics']);
    });

    it('admits probes, and nothing else without a login', async () => {
      await bench.start(users);
      const { status, headers } = await ask(bench.port, '/metrics');
      expect(status).to.equal(401);
      expect(headers['www-authenticate']).to.match(/^Basic /);
      expect((await ask(bench.port, '/healthz')).status).to.equal(200);
      expect((await ask(bench.port, '/nothing')).status).to.equal(401);
    });

    it('follows the users of the file', async () => {
      await bench.start(users);
      expect((await ask(bench.port, '/metrics', login('ann:swordfish'))).status).to.equal(200);
      bench.config = users.replace('ann', 'bob');
      await bench.look(14);
      expect((await ask(bench.port, '/metrics', login('ann:swordfish'))).status).to.equal(401);
      expect((await ask(bench.port, '/metrics', login('bob:swordfish'))).status).to.equal(200);
      await until(() => bench.kept.lines.some(({ msg }) => msg.includes('reloaded')));
    });
  });
});

// A web configuration whose files are being written never drops access control.
import { expect } from 'chai';
import nock from 'nock';
import { askTls, Bench, base, fixture, handshake, hash, serial } from './webBench.ts';

describe('a web configuration that is being written', () => {
  let bench: Bench;
  // nock plays sockets of its own, which know little of TLS.
  before(() => nock.restore());
  after(() => nock.activate());
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.end());

  const users = `basic_auth_users:\n  ann: ${hash}\n`;
  const status = async (): Promise<number> => (await askTls(bench.port)).status;
  const whole = `${base}  min_version: TLS12\n${users}`;

  it('in place counts at no poll in between, wherever its writer is', async () => {
    await bench.start(whole);
    for (let length = 0; length < whole.length; length += 7) {
      bench.config = whole.slice(0, length);
      await bench.look(1);
      expect(await status(), `${length} characters`).to.equal(401);
    }
    bench.config = whole;
    await bench.look();
    expect(await status()).to.equal(401);
    expect(bench.errors).to.deep.equal([]);
  });

  it('has users until it is in force without them', async () => {
    await bench.start(whole);
    bench.config = base;
    await bench.look();
    expect([await status(), bench.hasUsers]).to.deep.equal([401, true]);
    await bench.look(12);
    expect([await status(), bench.hasUsers]).to.deep.equal([200, false]);
  });

  it('is read twice at the start, in case links are swapped in between', async () => {
    const old = {
      '/web/server.pem': fixture('server.pem'),
      '/web/server.key': fixture('server.key'),
    };
    const renewed = {
      '/web/server.pem': fixture('renewed.pem'),
      '/web/server.key': fixture('renewed.key'),
    };
    // The certificate is read from the old folder, the key from the new one.
    bench.onRead = (path) => {
      Object.assign(bench.files, path === '/web/server.pem' ? old : renewed);
      if (path === '/web/server.pem') bench.onRead = () => Object.assign(bench.files, renewed);
    };
    await bench.start(base);
    expect(await handshake(bench.port, {}, serial)).to.equal('CN=renewed');
  });

  it('whose links are swapped during a poll is applied whole', async () => {
    await bench.start(base);
    const swap = {
      '/web/server.pem': fixture('renewed.pem'),
      '/web/server.key': fixture('renewed.key'),
    };
    bench.onRead = (path) => {
      if (path === '/web/server.key') Object.assign(bench.files, swap);
    };
    await bench.look(1);
    bench.onRead = undefined;
    expect(await handshake(bench.port, {}, serial)).to.equal('CN=server');
    await bench.look();
    expect(await handshake(bench.port, {}, serial)).to.equal('CN=renewed');
    expect(bench.errors).to.deep.equal([]);
  });
});

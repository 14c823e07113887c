// Names and passwords: what is let in, what is compared how often, and what a flood comes to.
import { Router } from '@koa/router';
import { expect } from 'chai';
import type Koa from 'koa';
import { appOf } from '../../src/http/app.ts';
import { basicAuth } from '../../src/http/basicAuth.ts';
import { BcryptBusyError, BcryptThread } from '../../src/http/bcryptThread.ts';
import type { Listening } from '../../src/http/server.ts';
import { ask, serve } from './harness.ts';

const appWith = (guard: Koa.Middleware): Koa => {
  const router = new Router();
  router.get('/metrics', (ctx) => {
    ctx.body = 'metrics';
  });
  return appOf(router, [guard]);
};

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

describe('basic authentication', () => {
  let compared: [password: string, hash: string][];
  let fails: Error | undefined;
  let port: Listening;

  beforeEach(async () => {
    compared = [];
    fails = undefined;
    const users = () =>
      new Map([
        ['ann', 'hash of blue'],
        ['bob', 'hash of a:b:é'],
      ]);
    const compare = async (password: string, hash: string): Promise<boolean> => {
      compared.push([password, hash]);
      if (fails !== undefined) throw fails;
      return hash === `hash of ${password}`;
    };
    port = await serve(appWith(basicAuth({ users, compare })));
  });
  afterEach(() => port.close(0));

  const statusFor = async (authorization?: string): Promise<number> => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    return (await ask(port.port, '/metrics', { headers })).status;
  };

  // biome-ignore format: one row per header
  const rows: readonly [what: string, header: string | undefined, status: number][] = [
    ['a name with its password', basic('ann:blue'), 200],
    ['the scheme in other letters', basic('ann:blue').replace('Basic', 'bAsic'), 200],
    ['a password with colons and letters beyond ASCII', basic('bob:a:b:é'), 200],
    ['no header', undefined, 401],
    ['a wrong password', basic('ann:red'), 401],
    ['an empty password', basic('ann:'), 401],
    ["another's password", basic('bob:blue'), 401],
    ["a name that is not there with the first one's password", basic('eve:blue'), 401],
    ['a name alone', basic('ann'), 401],
    ['another scheme', basic('ann:blue').replace('Basic', 'Bearer'), 401],
    ['what is no base64', 'Basic ann:blue', 401],
  ];
  for (const [what, header, status] of rows) {
    it(`answers ${what} with ${status}`, async () => {
      expect(await statusFor(header)).to.equal(status);
    });
  }

  it('compares each password once, right or wrong', async () => {
    const many = ['ann:blue', 'ann:red', 'ann:blue', 'ann:red', 'ann:blue'].map(basic);
    expect(await Promise.all(many.map(statusFor))).to.deep.equal([200, 401, 200, 401, 200]);
    expect(compared).to.have.deep.members([
      ['blue', 'hash of blue'],
      ['red', 'hash of blue'],
    ]);
  });

  it('compares for a name that is not there, too', async () => {
    await statusFor(basic('eve:guess'));
    expect(compared).to.deep.equal([['guess', 'hash of blue']]);
  });

  it('asks to come back where too many passwords wait, and remembers nothing of it', async () => {
    fails = new BcryptBusyError('32 passwords wait');
    const headers = { authorization: basic('ann:blue') };
    const busy = await ask(port.port, '/metrics', { headers });
    expect(busy.status).to.equal(503);
    expect(busy.headers).to.include({ 'retry-after': '5' });
    fails = undefined;
    expect(await statusFor(basic('ann:blue'))).to.equal(200);
  });

  it('is never passed because a comparison failed', async () => {
    fails = new Error('the thread ended');
    expect(await statusFor(basic('ann:blue'))).to.equal(500);
  });
});

describe('the bcrypt thread', () => {
  let thread: BcryptThread;
  beforeEach(() => {
    thread = new BcryptThread();
  });
  afterEach(() => thread.close());

  // Of "swordfish", as bcrypt, htpasswd and PHP mark the same algorithm.
  const tail = '$04$abcdefghijklmnopqrstuugIEnm3ZbWF6xb2GcoE3L1CoGJFMKtu.';

  it('tells right passwords from wrong ones', async () => {
    for (const prefix of ['$2a', '$2b', '$2y']) {
      expect(await thread.compare('swordfish', prefix + tail)).to.equal(true);
      expect(await thread.compare('swordfisch', prefix + tail)).to.equal(false);
    }
  });

  it('leaves the main thread free while it compares', async () => {
    // A few tenths of a second of work.
    const comparing = thread.compare('swordfish', `$2y$12${tail.slice(3)}`);
    let turns = 0;
    let done = false;
    void comparing.then(() => {
      done = true;
    });
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
    expect(turns).to.be.above(100);
  });

  it('refuses more than so many at once', async () => {
    const asked = Array.from({ length: 33 }, () => thread.compare('x', `$2y${tail}`));
    const outcomes = await Promise.allSettled(asked);
    const rejected = outcomes.filter(({ status }) => status === 'rejected');
    expect(rejected).to.have.length(1);
    expect(outcomes[32]).to.have.property('reason').that.is.instanceOf(BcryptBusyError);
  });

  it('works again after its thread has ended', async () => {
    expect(await thread.compare('swordfish', `$2y${tail}`)).to.equal(true);
    const cut = thread.compare('swordfish', `$2y$12${tail.slice(3)}`);
    const [outcome] = await Promise.allSettled([cut, thread.close()]);
    expect(outcome.status).to.equal('rejected');
    expect(await thread.compare('swordfish', `$2y${tail}`)).to.equal(true);
  });
});

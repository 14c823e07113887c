// Names and passwords: what is let in, what is compared how often, and what a flood comes to.
import { Router } from '@koa/router';
import { compareSync } from 'bcryptjs';
import { expect } from 'chai';
import type Koa from 'koa';
import { appOf } from '../../../src/http/app.ts';
import { basicAuth } from '../../../src/http/auth/basicAuth.ts';
import { compareAtCost } from '../../../src/http/auth/bcryptCost.ts';
import { BcryptBusyError, BcryptThread } from '../../../src/http/auth/bcryptThread.ts';
import type { Listening } from '../../../src/http/server.ts';
import { ask, serve } from '../harness.ts';

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
  let costs: number[];
  let users: ReadonlyMap<string, string>;
  let fails: Error | undefined;
  let port: Listening;

  beforeEach(async () => {
    compared = [];
    fails = undefined;
    costs = [];
    users = new Map([
      ['ann', 'hash of blue'],
      ['bob', 'hash of a:b:é'],
    ]);
    const compare = async (password: string, hash: string, cost: number): Promise<boolean> => {
      compared.push([password, hash]);
      costs.push(cost);
      if (fails !== undefined) throw fails;
      return hash === `hash of ${password}`;
    };
    port = await serve(appWith(basicAuth({ users: () => users, compare })));
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

  it('compares for an unknown name, too', async () => {
    await statusFor(basic('eve:guess'));
    expect(compared).to.deep.equal([['guess', 'hash of blue']]);
  });

  it('keeps a right password cached, however many wrong ones are guessed', async () => {
    expect(await statusFor(basic('ann:blue'))).to.equal(200);
    for (let guess = 0; guess < 1_500; guess += 100) {
      const guesses = Array.from({ length: 100 }, (_, i) => basic(`ann:guess-${guess + i}`));
      for (let at = 0; at < 100; at += 20) {
        await Promise.all(guesses.slice(at, at + 20).map(statusFor));
      }
    }
    expect(compared).to.have.length(1_501);
    fails = new BcryptBusyError('32 are in the queue');
    expect(await statusFor(basic('ann:blue'))).to.equal(200);
    expect(compared).to.have.length(1_501);
  });

  it('rejects a removed user, and admits one who is back', async () => {
    expect(await statusFor(basic('ann:blue'))).to.equal(200);
    const [ann = ['', '']] = users;
    users = new Map([['bob', ann[1]]]);
    expect(await statusFor(basic('ann:blue'))).to.equal(401);
    expect(await statusFor(basic('bob:blue'))).to.equal(200);
    users = new Map([ann]);
    expect(await statusFor(basic('ann:blue'))).to.equal(200);
  });

  describe('with users of several costs', () => {
    const hashOf = (cost: string): string => `$2y$${cost}$${'x'.repeat(53)}`;
    // biome-ignore format: one row per name
    const names: readonly [who: string, name: string, hash: string][] = [
      ['the user of the lowest cost', 'ann', hashOf('10')],
      ['one of the highest cost', 'bob', hashOf('12')],
      ['one in between', 'cid', hashOf('11')],
      ['nobody', 'eve', hashOf('12')],
    ];
    for (const [who, name, hash] of names) {
      it(`takes for ${who} the work of the highest`, async () => {
        users = new Map([
          ['ann', hashOf('10')],
          ['bob', hashOf('12')],
          ['cid', hashOf('11')],
        ]);
        expect(await statusFor(basic(`${name}:guess`))).to.equal(401);
        expect(compared).to.deep.equal([['guess', hash]]);
        expect(costs).to.deep.equal([12]);
      });
    }

    it('does so as the users change', async () => {
      users = new Map([['ann', hashOf('10')]]);
      await statusFor(basic('eve:guess'));
      users = new Map([
        ['ann', hashOf('10')],
        ['bob', hashOf('11')],
      ]);
      await statusFor(basic('ann:guess-2'));
      expect(costs).to.deep.equal([10, 11]);
    });
  });

  it('answers 503 with Retry-After where the queue is full, and caches nothing', async () => {
    fails = new BcryptBusyError('32 are in the queue');
    const headers = { authorization: basic('ann:blue') };
    const busy = await ask(port.port, '/metrics', { headers });
    expect(busy.status).to.equal(503);
    expect(busy.headers).to.include({ 'retry-after': '5' });
    fails = undefined;
    expect(await statusFor(basic('ann:blue'))).to.equal(200);
  });

  it('admits nobody because a comparison failed', async () => {
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

  it('tells them at every cost', async () => {
    for (const cost of [0, 4, 6, 8]) {
      expect(await thread.compare('swordfish', `$2y${tail}`, cost)).to.equal(true);
      expect(await thread.compare('swordfisch', `$2y${tail}`, cost)).to.equal(false);
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

  it('restarts after its thread has ended', async () => {
    expect(await thread.compare('swordfish', `$2y${tail}`)).to.equal(true);
    const cut = thread.compare('swordfish', `$2y$12${tail.slice(3)}`);
    const [outcome] = await Promise.allSettled([cut, thread.close()]);
    expect(outcome.status).to.equal('rejected');
    expect(await thread.compare('swordfish', `$2y${tail}`)).to.equal(true);
  });
});

describe('the work of a comparison', () => {
  const hashOf = (cost: number): string => `$2y$${String(cost).padStart(2, '0')}$${'x'.repeat(53)}`;
  // biome-ignore format: one row per hash, each with the rounds that bcrypt makes by its definition
  const rows: readonly [hash: number, cost: number, rounds: number][] = [
    [4, 4, 16], [4, 5, 32], [4, 12, 4_096], [10, 12, 4_096], [11, 12, 4_096], [12, 12, 4_096],
  ];
  for (const [own, cost, rounds] of rows) {
    it(`is ${rounds} rounds for a hash of cost ${own} where ${cost} is the highest`, () => {
      let done = 0;
      const compare = (_password: string, hash: string): boolean => {
        // As bcryptjs reads a hash, which it takes for none unless it has 60 characters.
        expect(hash).to.match(/^\$2[by]\$\d\d\$[./A-Za-z0-9]{53}$/);
        done += 2 ** Number(hash.slice(4, 6));
        return hash === hashOf(own);
      };
      expect(compareAtCost('guess', hashOf(own), cost, compare)).to.equal(true);
      expect(done).to.equal(rounds);
    });
  }

  it('is done by bcrypt itself for each cost, and comes out as the hash alone says', () => {
    for (const cost of [5, 6, 7])
      expect(compareAtCost('', hashOf(4), cost, compareSync)).to.equal(false);
  });
});

// The API server's version on the page: asked when it is read, at most once a minute.
import { expect } from 'chai';
import { ServerVersion } from '../../src/app/serverVersion.ts';
import { TestClock } from '../support/clock.ts';

const open = () => {
  const clock = new TestClock({ wallMs: 1_700_000_000_000 });
  const asked: string[] = [];
  const state: { answer: () => Promise<unknown>; server: string } = {
    server: 'https://one',
    answer: async () => ({ gitVersion: 'v1.34.1' }),
  };
  const version = new ServerVersion({
    clock,
    server: () => ({
      server: state.server,
      get(path, signal) {
        asked.push(path);
        return Promise.race([
          state.answer(),
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
        ]);
      },
    }),
  });
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await clock.turn();
  };
  return { clock, asked, state, version, settled };
};

describe("the API server's version", () => {
  it('is not known until the first answer, and is then as old as that', async () => {
    const { version, asked, settled } = open();
    expect(version.read()).to.equal(undefined);
    await settled();
    expect(version.read()).to.deep.equal({
      server: 'https://one',
      version: 'v1.34.1',
      failure: undefined,
      atMs: 1_700_000_000_000,
    });
    expect(asked).to.deep.equal(['/version']);
  });

  it('is asked again after a minute: of the server that is watched by then', async () => {
    const { version, asked, state, clock, settled } = open();
    await version.ask(new AbortController().signal);
    clock.advance(59_999);
    version.read();
    expect(asked).to.have.length(1);
    clock.advance(1);
    state.server = 'https://two';
    state.answer = async () => ({ gitVersion: 'v1.35.0' });
    expect(version.read()?.version).to.equal('v1.34.1');
    await settled();
    expect(version.read()).to.deep.include({ server: 'https://two', version: 'v1.35.0' });
  });

  it('is the failure where the server refuses or does not answer', async () => {
    const { version, state, clock, settled } = open();
    state.answer = () => Promise.reject(new Error('forbidden'));
    version.read();
    await settled();
    expect(version.read()).to.deep.include({ version: undefined, failure: 'forbidden' });
    clock.advance(60_000);
    state.answer = () => new Promise(() => undefined);
    version.read();
    await clock.pass(5_000);
    await settled();
    expect(version.read()?.failure).to.equal('not done within 5 s');
  });
});

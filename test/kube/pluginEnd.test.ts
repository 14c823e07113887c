// Exec plugins that hang: whatever they started, nothing is left of it.

import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { TestClock } from '../support/clock.ts';
import { until } from '../support/until.ts';
import {
  failing,
  get,
  isAlive,
  LookingClock,
  lookMs,
  pluginSuite,
  script,
  token,
} from './pluginSuite.ts';

describe('An exec plugin that hangs', () => {
  const { configOf, open, path, written, isWritten, tokens } = pluginSuite();

  /** Starts what never ends, and what that started; both heed SIGTERM or neither. */
  const hanging = (stubborn: boolean): string =>
    `${stubborn ? "trap '' TERM; " : ''}sleep 1000 > /dev/null & ` +
    `echo $! > ${path('grandchild')}; echo $$ > ${path('child')}; wait; wait`;
  const pids = async (): Promise<number[]> => {
    await until(() => isWritten('child'));
    return [Number(written('child')), Number(written('grandchild'))];
  };

  it('is ended at the time-out, with all that it started', async () => {
    const clock = new LookingClock();
    const { transport } = open(script(hanging(false)), { clock });
    const asked = failing(transport);
    const started = await pids();
    await clock.pass(60_000);
    expect(await asked).to.match(/expected a credential from .* within 60 s/);
    await until(() => !started.some(isAlive));
  });

  it('is killed after a second where SIGTERM does not end it', async () => {
    const clock = new LookingClock();
    const { transport } = open(script(hanging(true)), { clock });
    const asked = failing(transport);
    const started = await pids();
    await clock.pass(60_000);
    await asked;
    expect(started.every(isAlive)).to.equal(true);
    await clock.pass(1_000);
    await until(() => !started.some(isAlive));
  });

  it('leaves nothing behind that ignores SIGTERM when itself does not', async () => {
    const clock = new TestClock();
    const text =
      `(trap '' TERM; echo > ${path('deaf')}; exec sleep 1000) > /dev/null 2>&1 & ` +
      `echo $! > ${path('grandchild')}; echo $$ > ${path('child')}; wait`;
    const { transport } = open(script(text), { clock });
    const asked = failing(transport);
    const [child = 0, grandchild = 0] = await pids();
    await until(() => isWritten('deaf'));
    const closed = transport.close();
    await until(() => !isAlive(child));
    expect(isAlive(grandchild)).to.equal(true);
    await until(() => clock.pending.includes(lookMs));
    clock.advance(1_000);
    await closed;
    await until(() => !isAlive(grandchild));
    expect(await asked).to.match(/the plugin was ended/);
  });

  it('leaves nothing behind when it is done', async () => {
    const text = `sleep 1000 > /dev/null 2>&1 & echo $! > ${path('grandchild')}; ${token('a')}`;
    const { transport } = open(script(text));
    await get(transport);
    await until(() => !isAlive(Number(written('grandchild'))));
  });

  it('is not waited for by what it started and left its output to', async () => {
    const clock = new LookingClock();
    const text = `sleep 1000 & echo $! > ${path('grandchild')}; ${token('a')}`;
    const { transport } = open(script(text), { clock });
    const asked = get(transport);
    await clock.pass(1_000);
    await asked;
    await until(() => !isAlive(Number(written('grandchild'))));
  });

  it('is ended with the transport, and when its kubeconfig names another', async () => {
    const { transport } = open(script(hanging(false)), { clock: new LookingClock() });
    const asked = failing(transport);
    const started = await pids();
    writeFileSync(path('config'), configOf(script(token('other')), {}));
    await transport.refresh();
    expect(await asked).to.match(/the plugin was ended/);
    await until(() => !started.some(isAlive));
    await get(transport);
    expect(tokens()).to.deep.equal(['Bearer other']);
  });
});

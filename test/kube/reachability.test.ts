// Whether the API server can be reached, as the log has it; a lack of our own is no fault of it.

import { expect } from 'chai';
import { fileLimitIn, Reachability } from '../../src/kube/reachability.ts';
import { TestClock } from '../support/clock.ts';
import { recordingLog } from './harness.ts';

const broken = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code });

describe('The log of what is reached', () => {
  const open = (fileLimit?: number) => {
    const clock = new TestClock();
    const log = recordingLog();
    const server = (): string => 'https://api';
    return { clock, log, reachability: new Reachability({ clock, log, server, fileLimit }) };
  };

  for (const [name, error] of [
    ['EMFILE', broken('EMFILE')],
    ['ENFILE', broken('ENFILE')],
    ['EMFILE at each address', new AggregateError([broken('EMFILE'), broken('EMFILE')])],
  ] as const)
    it(`names ${name} once with the limit, however often requests work in between`, () => {
      const { clock, log, reachability } = open(1_024);
      for (let ms = 0; ms < 299_000; ms += 200) {
        reachability.failed(error);
        reachability.reached();
        clock.advance(200);
      }
      expect(log.lines).to.have.length(1);
      expect(log.lines[0]).to.match(/^error too few file descriptors: .*limit of 1024.*ulimit -n/);
      expect(log.keys[0]).to.include({ limit: 1_024 });
      clock.advance(2_000);
      reachability.failed(error);
      expect(log.lines).to.have.length(2);
    });

  it('says little of a connection that breaks and works by turns', () => {
    const { clock, log, reachability } = open();
    for (let ms = 0; ms < 8_000; ms += 180) {
      reachability.failed(broken('ECONNRESET'));
      reachability.reached();
      clock.advance(180);
    }
    const pair = [
      'warn API server cannot be reached, retrying',
      'info API server can be reached again',
    ];
    expect(log.lines).to.deep.equal([
      ...pair,
      ...pair,
      ...pair,
      'warn API server can be reached only at times',
    ]);
  });

  it('reads the limit as Linux tells it', () => {
    const head = 'Limit                     Soft Limit           Hard Limit           Units';
    const row = 'Max open files            1024                 524288               files';
    const other = 'Max file size             unlimited            unlimited            bytes';
    expect(fileLimitIn(`${head}\n${other}\n${row}\n`)).to.equal(1_024);
    expect(fileLimitIn(row.replace('1024     ', 'unlimited'))).to.equal(undefined);
    expect(fileLimitIn('')).to.equal(undefined);
  });
});

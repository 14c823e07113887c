// The cache of built programs: when a folder is filled, and which ones are removed.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeOnce, removeStale } from '../../tools/kept.ts';

const hourMs = 3_600_000;

describe('The cache of built programs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-programs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('fills a folder once, and not at all if that fails', () => {
    const kept = join(folder, 'etcd-00000000000a');
    let made = 0;
    const fail = () => {
      throw new Error('no network');
    };
    expect(() => makeOnce(kept, fail)).to.throw('no network');
    expect(readdirSync(folder)).to.deep.equal([]);
    for (let i = 0; i < 2; i++) {
      makeOnce(kept, (making) => {
        expect(making).to.not.equal(kept);
        mkdirSync(join(making, 'program'));
        made += 1;
      });
    }
    expect(made).to.equal(1);
    expect(readdirSync(kept)).to.deep.equal(['program']);
  });

  it('takes a folder for used by each run that finds it', () => {
    const kept = join(folder, 'etcd-00000000000a');
    makeOnce(kept, () => undefined);
    utimesSync(kept, 0, 0);
    makeOnce(kept, () => expect.fail('filled again'));
    removeStale(join(folder, 'etcd-00000000000b'), Date.now());
    expect(readdirSync(folder)).to.deep.equal(['etcd-00000000000a']);
  });

  it('removes folders of other texts only, once nobody has used them for a day', () => {
    const now = Date.now();
    const ages = {
      'etcd-00000000000a': 48 * hourMs,
      'etcd-00000000000b': 23 * hourMs,
      'etcd-00000000000c': 25 * hourMs,
      'etcd-00000000000a-inWork': 0,
      'etcd-00000000000b-inWork': 0,
      'etcd-00000000000a-broken': hourMs,
      'etcd-00000000000b-broken': hourMs,
      'etcd-notes': hourMs,
      'kubernetes-00000000000b': hourMs,
      bin: hourMs,
    };
    for (const [name, ageMs] of Object.entries(ages)) {
      mkdirSync(join(folder, name));
      utimesSync(join(folder, name), (now - ageMs) / 1_000, (now - ageMs) / 1_000);
    }
    removeStale(join(folder, 'etcd-00000000000a'), now);
    expect(readdirSync(folder).sort()).to.deep.equal([
      'bin',
      'etcd-00000000000a',
      'etcd-00000000000a-inWork',
      'etcd-00000000000b',
      'etcd-00000000000b-inWork',
      'etcd-notes',
      'kubernetes-00000000000b',
    ]);
  });
});

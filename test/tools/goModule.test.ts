// Programs built from Go modules: what is left of older builds.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { removeStale } from '../../tools/goModule.ts';

const hourMs = 3_600_000;

describe('A finished build', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubestate-programs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('ends those of other states of its module, and nothing else', () => {
    const now = Date.now();
    const ages = {
      'etcd-00000000000a': 0,
      'etcd-00000000000b': 0,
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
      'etcd-00000000000b-inWork',
      'etcd-notes',
      'kubernetes-00000000000b',
    ]);
  });
});

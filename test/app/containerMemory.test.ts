// The memory of a container, from the files of both versions of cgroups.
import { expect } from 'chai';
import { cgroupMemory } from '../../src/app/containerMemory.ts';

const mib = 2 ** 20;

const memoryOf = (files: Record<string, string>) =>
  cgroupMemory((path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`ENOENT: no such file or directory, open '${path}'`);
    return Buffer.from(text);
  });

const version2 = {
  '/sys/fs/cgroup/memory.max': `${128 * mib}\n`,
  '/sys/fs/cgroup/memory.current': `${100 * mib}\n`,
  '/sys/fs/cgroup/memory.stat': `anon 1\nactive_file 5\ninactive_file ${20 * mib}\nslab 2\n`,
};

const version1 = {
  '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${128 * mib}\n`,
  '/sys/fs/cgroup/memory/memory.usage_in_bytes': `${100 * mib}\n`,
  '/sys/fs/cgroup/memory/memory.stat': `inactive_file 3\ntotal_inactive_file ${20 * mib}\n`,
};

describe('The memory of a container', () => {
  for (const [version, files] of Object.entries({ version1, version2 })) {
    it(`is what it uses without files that can be dropped, of its limit: ${version}`, () => {
      expect(memoryOf(files).read()).to.deep.equal({
        usedBytes: 80 * mib,
        limitBytes: 128 * mib,
      });
    });
  }

  for (const [version, own, folder, files] of [
    ['version1', '4:cpu,memory:/kube/pod\n1:cpuset:/', '/sys/fs/cgroup/memory', version1],
    ['version2', '0::/kube/pod\n', '/sys/fs/cgroup', version2],
  ] as const) {
    it(`is that of its own cgroup, where it sees those of others too: ${version}`, () => {
      const nested = Object.entries(files).map(([path, text]) => [
        path.replace(folder, `${folder}/kube/pod`),
        text,
      ]);
      const outer = { ...files, [Object.keys(files)[0] as string]: `${512 * mib}` };
      const all = { ...outer, ...Object.fromEntries(nested), '/proc/self/cgroup': own };
      expect(memoryOf(all).read()).to.include({ limitBytes: 128 * mib });
      // A container is told its path outside, and has none of these files.
      const within = { ...files, '/proc/self/cgroup': own };
      expect(memoryOf(within).read()).to.include({ limitBytes: 128 * mib });
    });
  }

  it('is unknown without a limit', () => {
    const max = { ...version2, '/sys/fs/cgroup/memory.max': 'max\n' };
    expect(memoryOf(max).read()).to.equal(undefined);
    const most = '9223372036854771712\n';
    const unlimited = { ...version1, '/sys/fs/cgroup/memory/memory.limit_in_bytes': most };
    expect(memoryOf(unlimited).read()).to.equal(undefined);
    expect(memoryOf({}).read()).to.equal(undefined);
  });

  it('follows a limit that is changed', () => {
    const files = { ...version2 };
    const memory = memoryOf(files);
    files['/sys/fs/cgroup/memory.max'] = `${256 * mib}\n`;
    expect(memory.read()).to.include({ limitBytes: 256 * mib });
    files['/sys/fs/cgroup/memory.max'] = 'max\n';
    expect(memory.read()).to.equal(undefined);
  });
});

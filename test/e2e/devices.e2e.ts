// Devices on a real API server, in every version of their group, and the queries of their page.
import { expect } from 'chai';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { Exporter } from './exporter.ts';
import { expectAnswers, type Values } from './pageQueries.ts';

const GROUP = '/apis/resource.k8s.io/v1';
const CLAIMS = `${GROUP}/namespaces/ml/resourceclaims`;
const upgradeTimeoutMs = 60_000;

const resources = '--resources=deviceclasses,resourceclaims,resourceslices';
const driver = 'gpu.example.com';
const started = 'the API server has a resource in this version';

/** A slice with so many devices; without a node all nodes reach them. */
const slice = (name: string, pool: string, devices: number, nodeName?: string): object => ({
  metadata: { name },
  spec: {
    driver,
    pool: { name: pool, generation: 1, resourceSliceCount: 1 },
    ...(nodeName === undefined ? { allNodes: true } : { nodeName }),
    devices: Array.from({ length: devices }, (_, i) => ({
      name: `gpu-${i}`,
      attributes: { model: { string: 'a100' } },
    })),
  },
});

const claim = (name: string): object => ({
  metadata: { name },
  spec: {
    devices: {
      requests: [
        { name: 'main', exactly: { deviceClassName: driver, allocationMode: 'All' } },
        { name: 'spare', firstAvailable: [{ name: 'any', deviceClassName: driver }] },
      ],
    },
  },
});

/** What the scheduler writes: these devices of the pool node-1, for these pods. */
const status = (devices: readonly string[], pods: readonly string[]): object => ({
  status: {
    allocation: {
      devices: {
        results: devices.map((device) => ({ request: 'main', driver, pool: 'node-1', device })),
      },
    },
    reservedFor: pods.map((name) => ({ resource: 'pods', name, uid: `uid-${name}` })),
  },
});

/** The series of a claim, of a family that starts with kube_resourceclaim_. */
const ofClaim = (family: string, name: string, ...labels: string[]): string =>
  `kube_resourceclaim_${family}{namespace="ml",${[`resourceclaim="${name}"`, ...labels]}}`;
const exists = (name: string): string => ofClaim('info', name);
const allocated = (name: string, device: string): string =>
  ofClaim('status_allocated', name, `driver="${driver}",pool="node-1",device="${device}"`);
const reserved = (name: string, pod: string): string =>
  ofClaim('status_reserved_for', name, `pod="${pod}",uid="uid-${pod}"`);
const devices = (name: string, node: string, pool: string): string => {
  const labels = `driver="${driver}",node="${node}",pool="${pool}"`;
  return `kube_resourceslice_devices{resourceslice="${name}",${labels}}`;
};

/** Series without their HELP and TYPE, in an order of their own. */
const seriesOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('kube_'))
    .sort();

/** What each query of docs/devices.md gives, in the order of the page. */
const answers: readonly Values[] = [
  { '{driver="gpu.example.com",node="node-1"}': 3, '{driver="gpu.example.com"}': 2 },
  { '{driver="gpu.example.com",pool="node-1"}': 1, '{driver="gpu.example.com",pool="fabric"}': 2 },
  { [exists('waiting')]: 1 },
  { [allocated('idle', 'gpu-1')]: 1 },
  { [allocated('training', 'gpu-0')]: 1, [allocated('training', 'gpu-1')]: 1 },
  { [reserved('training', 'trainer-0')]: 1, [reserved('training', 'trainer-1')]: 1 },
];

describe('devices on a real API server', function () {
  this.timeout(180_000);

  let cluster: RealCluster;
  let exporter: Exporter;
  let inJson: Exporter;

  before(async () => {
    cluster = await startApiServer();
    await cluster.must('POST', '/api/v1/namespaces', { metadata: { name: 'ml' } });
    const start = (...flags: string[]) => Exporter.start(cluster.kubeconfig(), resources, ...flags);
    [exporter, inJson] = await Promise.all([start(), start('--kube-api-protobuf=false')]);
  });

  after(async () => {
    await Promise.all([exporter?.stop(), inJson?.stop()]);
    await cluster?.stop();
  });

  const has = (values: Values) => {
    const lines = Object.entries(values).map(([series, value]) => `${series} ${value}`);
    return exporter.shows(lines.join(', '), (text) => {
      const all = new Set(seriesOf(text));
      return lines.every((line) => all.has(line));
    });
  };
  const lacks = (part: string) => exporter.shows(`no ${part}`, (text) => !text.includes(part));
  const same = (other: Exporter) =>
    other.shows('the same', (text) => `${seriesOf(text)}` === `${served}`);

  /** What the server has been found to hold, series for series. */
  let served: readonly string[] = [];

  it('are served as the scheduler and drivers write them', async () => {
    const spec = {
      selectors: [{ cel: { expression: `device.driver == "${driver}"` } }],
      extendedResourceName: 'example.com/gpu',
    };
    await cluster.must('POST', `${GROUP}/deviceclasses`, { metadata: { name: driver }, spec });
    await cluster.must('POST', `${GROUP}/resourceslices`, slice('one', 'node-1', 2, 'node-1'));
    await cluster.must('POST', `${GROUP}/resourceslices`, slice('shared', 'fabric', 2));
    for (const name of ['training', 'idle', 'waiting', 'gone']) {
      await cluster.must('POST', CLAIMS, claim(name));
    }
    const first = status(['gpu-0'], ['trainer-0']);
    await cluster.must('PATCH', `${CLAIMS}/training/status`, first);
    await cluster.must('PATCH', `${CLAIMS}/idle/status`, status(['gpu-1'], []));
    const extended = `deviceclass="${driver}",extended_resource_name="example.com/gpu"`;
    await has({
      [`kube_deviceclass_info{${extended}}`]: 1,
      [devices('one', 'node-1', 'node-1')]: 2,
      [devices('shared', '', 'fabric')]: 2,
      [exists('waiting')]: 1,
      [exists('gone')]: 1,
      [allocated('training', 'gpu-0')]: 1,
      [reserved('training', 'trainer-0')]: 1,
      [allocated('idle', 'gpu-1')]: 1,
    });
  });

  it('follow changes and deletions', async () => {
    const { spec } = slice('one', 'node-1', 3, 'node-1') as { spec: object };
    await cluster.must('PATCH', `${GROUP}/resourceslices/one`, { spec });
    await has({ [devices('one', 'node-1', 'node-1')]: 3 });
    // A claim is allocated anew only once it is given back.
    const path = `${CLAIMS}/training/status`;
    await cluster.must('PATCH', path, { status: { allocation: null, reservedFor: null } });
    await lacks(allocated('training', 'gpu-0'));
    await lacks('trainer-0');
    const both = status(['gpu-0', 'gpu-1'], ['trainer-0', 'trainer-1']);
    await cluster.must('PATCH', path, both);
    await has({
      [allocated('training', 'gpu-0')]: 1,
      [allocated('training', 'gpu-1')]: 1,
      [reserved('training', 'trainer-0')]: 1,
      [reserved('training', 'trainer-1')]: 1,
    });
    await cluster.must('DELETE', `${CLAIMS}/gone`);
    await lacks(exists('gone'));
    served = seriesOf(await exporter.scrape());
    expect(served.filter((line) => line.includes('_created{'))).to.have.length(6);
    await same(inJson);
  });

  it('answer the queries of docs/devices.md', () => {
    const valued = served.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))] as const;
    });
    expectAnswers('docs/devices.md', Object.fromEntries(valued), answers);
  });

  for (const version of ['v1beta1', 'v1beta2', 'v1']) {
    it(`are the same of a server that has ${version} alone, across its restart`, async () => {
      const config = ['v1', 'v1beta1', 'v1beta2'].map(
        (one) => `resource.k8s.io/${one}=${one === version}`,
      );
      cluster.configure({ flags: [`--runtime-config=${config.join(',')}`] });
      const isWhole = (text: string): boolean => `${seriesOf(text)}` === `${served}`;
      await exporter.scrapedThrough(isWhole, () => cluster.restart({ kill: 'SIGKILL' }));
      const found = async () => {
        const { text = '' } = (await exporter.readyz()) ?? {};
        return (
          (text.match(/ synced +watching/g)?.length === 3 && saidOf(version) >= 3) || undefined
        );
      };
      await exporter.program.until(`it watched ${version}`, found, upgradeTimeoutMs);
      // Changes come in, in this version as in the others.
      const claims = CLAIMS.replace('/v1/', `/${version}/`);
      await cluster.must('PATCH', `${claims}/waiting`, { metadata: { labels: { version } } });
      const device = version.replace('v', 'gpu-');
      const results = { results: [{ request: 'main', driver, pool: 'node-1', device }] };
      await cluster.must('PATCH', `${claims}/waiting/status`, {
        status: { allocation: { devices: results } },
      });
      await has({ [allocated('waiting', device)]: 1 });
      await cluster.must('PATCH', `${claims}/waiting/status`, { status: { allocation: null } });
      await lacks(allocated('waiting', device));
      // One that has just started finds the version, too.
      const fresh = await Exporter.start(cluster.kubeconfig(), resources);
      try {
        await same(fresh);
        expect(isWhole(await exporter.scrape())).to.equal(true);
      } finally {
        await fresh.stop();
      }
    });
  }

  /** How many resources were said to be in this version now. */
  const saidOf = (version: string): number =>
    exporter.program.stderr
      .split('\n')
      .filter((line) => line.includes(started) && line.includes(`"${version}"`)).length;
});

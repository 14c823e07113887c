// A resource that the API server has in an older version, and an upgrade under open watches.
import { expect } from 'chai';
import type { Running } from '../../src/app/run.ts';
import { builtinKinds } from '../../src/demo/apiserver/kinds.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import * as faults from '../support/faults.ts';
import { Scene, scrape } from './scene.ts';

const group = 'resource.k8s.io';
const flags = ['--resources=resourceclaims', '--metric-allowlist=^kube_resourceclaim_'];

const claim = (version: string, device: string): ApiObject =>
  ({
    apiVersion: `${group}/${version}`,
    kind: 'ResourceClaim',
    metadata: { name: 'steady-claim', namespace: 'x' },
    status: {
      allocation: { devices: { results: [{ driver: 'gpu.example.com', pool: 'n', device }] } },
    },
  }) as ApiObject;

describe('A resource in an older version', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = new Scene();
    await scene.listen();
  });
  afterEach(() => scene.stop());

  /** From now on the server has claims in this version alone. */
  function upgrade(version: string, device: string): void {
    scene.server.withdraw('resourceclaims');
    scene.server.serve({ ...builtinKinds.resourceclaims, version });
    scene.server.create(claim(version, device));
  }

  const shows = async (program: Running, device: string): Promise<boolean> =>
    (await scrape(program)).text.includes(`device="${device}"} 1`);

  const said = () =>
    scene.log.keys
      .filter(({ message }) => message === 'the API server has a resource in this version')
      .map(({ version }) => version);

  it('is served as of the newest one, without a warning', async () => {
    upgrade('v1beta1', 'gpu-0');
    const program = await scene.startSynced(...flags);
    const { text } = await scene.readyz(program);
    expect(text).to.match(/^resourceclaims +synced /m);
    expect(await shows(program, 'gpu-0')).to.equal(true);
    expect((await scrape(program)).text).to.include(
      'kube_resourceclaim_info{namespace="x",resourceclaim="steady-claim"} 1',
    );
    expect(said()).to.deep.equal(['v1beta1']);
    expect(scene.log.lines.filter((line) => /^(warn|error)/.test(line))).to.deep.equal([]);
  });

  it('follows an upgrade that removes that version, and is in every scrape', async () => {
    upgrade('v1beta1', 'gpu-0');
    const program = await scene.startSynced(...flags);
    upgrade('v1', 'gpu-0');
    scene.server.cut();
    await scene.pass(20_000);
    expect(await shows(program, 'gpu-0')).to.equal(true);
    expect(said()).to.deep.equal(['v1beta1', 'v1']);
    expect((await scene.readyz(program)).text).to.match(/^resourceclaims +synced +watching$/m);
    expect(scene.wrong).to.deep.equal([]);
    scene.server.update(claim('v1', 'gpu-1'));
    await scene.pass(2_000);
    expect(await shows(program, 'gpu-1')).to.equal(true);
    expect(await shows(program, 'gpu-0')).to.equal(false);
  });

  for (const [what, discovery] of [
    ['lists no version', faults.missing],
    ['fails', faults.status(503, 'ServiceUnavailable')],
  ] as const) {
    it(`keeps its series while the server has it not and discovery ${what}`, async () => {
      upgrade('v1beta1', 'gpu-0');
      const program = await scene.startSynced(...flags);
      scene.server.faults.add({ resource: 'resourceclaims', act: faults.missing });
      scene.server.faults.add({ verb: 'discovery', act: discovery });
      scene.server.cut();
      await scene.pass(120_000);
      expect(await shows(program, 'gpu-0')).to.equal(true);
      scene.server.faults.clear();
      scene.server.update(claim('v1beta1', 'gpu-1'));
      await scene.pass(100_000);
      expect(await shows(program, 'gpu-1')).to.equal(true);
      expect(await shows(program, 'gpu-0')).to.equal(false);
      expect(said()).to.deep.equal(['v1beta1']);
    });
  }

  it('is absent while no version is served, and found in whichever comes', async () => {
    scene.server.withdraw('resourceclaims');
    const program = await scene.start(...flags);
    await scene.pass(2_000);
    expect((await scene.readyz(program)).text).to.match(
      /^resourceclaims +refused +not served by this API server$/m,
    );
    upgrade('v1beta2', 'gpu-2');
    await scene.pass(60_000);
    expect(await shows(program, 'gpu-2')).to.equal(true);
    expect(said()).to.deep.equal(['v1beta2']);
  });
});

// A simulated cluster whose objects are made when they are asked for: it is one that could be.
import { expect } from 'chai';
import { podsPerCopy, streaming } from '../../bench/lib/streamed.ts';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { StateList } from '../../src/demo/apiserver/stateList.ts';
import type { ApiObject, Pod } from '../../src/demo/objects.ts';
import { ObjectReader } from '../../src/kube/protobuf/objectReader.ts';

const pods = 2 * podsPerCopy + 100;

const listOf = (server: ApiServer, resource: string): StateList => {
  const storage = server.storage(resource);
  return storage.itemsAt(storage.version) as StateList;
};

const keyOf = ({ metadata }: ApiObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

describe('a cluster of copies', function () {
  this.timeout(60_000);
  const server = streaming({ pods });
  const resources = ['pods', 'nodes', 'replicasets', 'services', 'persistentvolumes', 'leases'];

  it('has so many pods, and other objects for them', () => {
    expect(listOf(server, 'pods').length).to.equal(pods);
    expect(listOf(server, 'nodes').length).to.be.within(pods / 100, pods / 40);
    expect(listOf(server, 'storageclasses').length).to.equal(1);
  });

  for (const resource of resources) {
    it(`has ${resource} in the order of their keys, with uids and versions of their own`, () => {
      const list = listOf(server, resource);
      const keys = [...list].map(({ key }) => key);
      expect(keys).to.deep.equal([...new Set(keys)].sort());
      const objects = [...server.objects(resource)];
      for (const field of ['uid', 'resourceVersion'] as const) {
        expect(new Set(objects.map(({ metadata }) => metadata[field])).size).to.equal(keys.length);
      }
      const storage = server.storage(resource);
      expect(objects.map((object) => storage.keyOf(object))).to.deep.equal(keys);
      for (const key of keys) expect(storage.get(key)?.key).to.equal(key);
    });
  }

  it('has pods whose owners, nodes and addresses are those of their copy', () => {
    const all = [...server.objects<Pod>('pods')];
    const sets = new Map(
      [...server.objects('replicasets')].map((set) => [keyOf(set), set.metadata.uid]),
    );
    const nodes = new Set([...server.objects('nodes')].map(({ metadata }) => metadata.name));
    const addresses = new Set<string>();
    let owned = 0;
    for (const { metadata, spec, status } of all) {
      if (spec.nodeName !== undefined) expect(nodes).to.include(spec.nodeName);
      if (status.phase === 'Running' && status.podIP !== undefined && !spec.hostNetwork) {
        expect(addresses).to.not.include(status.podIP);
        addresses.add(status.podIP);
      }
      const [owner] = metadata.ownerReferences ?? [];
      if (owner?.kind !== 'ReplicaSet') continue;
      owned += 1;
      expect(sets.get(`${metadata.namespace}/${owner.name}`)).to.equal(owner.uid);
    }
    expect(owned).to.be.above(pods / 2);
    const running = all.flatMap(({ status }) => status.containerStatuses ?? []);
    const ids = running.flatMap(({ containerID }) => (containerID ? [containerID] : []));
    expect(new Set(ids).size).to.equal(ids.length);
    expect(ids[0]).to.match(/^containerd:\/\/[0-9a-f]{64}$/);
  });

  it('says in protobuf what it says in JSON', () => {
    const reader = new ObjectReader({
      group: '',
      version: 'v1',
      resource: 'pods',
      deferSpec: false,
      metadataOnly: false,
    });
    const list = listOf(server, 'pods');
    for (let index = 0; index < list.length; index += 37) {
      const { bytes, protobuf = Buffer.alloc(0) } = list.at(index) ?? { bytes: Buffer.alloc(0) };
      const json = JSON.parse(bytes.toString()) as Pod;
      const read = reader.read({ bytes: protobuf, start: 0, end: protobuf.length }) as Pod;
      expect(read.metadata.uid).to.equal(json.metadata.uid);
      expect(keyOf(read)).to.equal(keyOf(json));
      expect(read.metadata.resourceVersion).to.equal(json.metadata.resourceVersion);
      expect(read.spec.nodeName).to.equal(json.spec.nodeName);
      expect(read.status.podIP).to.equal(json.status.podIP);
      expect(read.status.containerStatuses?.[0]?.containerID).to.equal(
        json.status.containerStatuses?.[0]?.containerID,
      );
    }
  });

  it('is the same each time, and smaller ones are its beginning', () => {
    const again = listOf(streaming({ pods: podsPerCopy + 1 }), 'pods');
    const list = listOf(server, 'pods');
    for (let index = 0; index < again.length; index += 97) {
      expect(again.at(index)?.bytes.equals(list.at(index)?.bytes as Buffer)).to.equal(true);
    }
  });

  it('keeps what clients change, at versions above those of all copies', () => {
    const [first] = server.objects<Pod>('pods');
    const pod = first as Pod;
    const updated = server.update({ ...pod, status: { ...pod.status, phase: 'Failed' } });
    expect(Number(updated.metadata.resourceVersion)).to.equal(server.version);
    const { namespace, name } = pod.metadata;
    expect(server.get<Pod>('pods', namespace, name)?.status.phase).to.equal('Failed');
    server.delete('pods', namespace, name);
    expect(listOf(server, 'pods').length).to.equal(pods - 1);
    expect(server.get('pods', namespace, name)).to.equal(undefined);
  });
});

// Families found and sorted, groups that may be cut at once, and the tiles of the map.
import { expect } from 'chai';
import { constantZero, familiesShown, unused, usersOf } from '../../../explorer/logic/families.ts';
import { byNamespace, byResource, tilesOf } from '../../../explorer/logic/tiles.ts';
import type { FamilySize, NamespaceSize } from '../../../src/explorer/api.ts';

const family = (name: string, more: Partial<FamilySize> = {}): FamilySize => ({
  name,
  resource: 'pods',
  series: 1,
  bytes: 100,
  type: 'gauge',
  stability: 'STABLE',
  help: 'A help.',
  ...more,
});

const three = [
  family('kube_pod_info', { series: 5, stability: 'ALPHA' }),
  family('kube_node_info', { resource: 'nodes', series: 5, bytes: 900, stability: 'BETA' }),
  family('kube_pod_phase', { series: 9, help: 'In which phase it is.' }),
];
const names = (families: readonly FamilySize[]): string[] => families.map(({ name }) => name);

describe('the families shown', () => {
  for (const [search, found] of [
    ['', ['kube_pod_phase', 'kube_node_info', 'kube_pod_info']],
    ['POD info', ['kube_pod_info']],
    ['nodes', ['kube_node_info']],
    ['resource:nodes', ['kube_node_info']],
    ['resource:node', []],
    ['which', ['kube_pod_phase']],
    ['beta', ['kube_node_info']],
    ['nothing', []],
  ] as const) {
    it(`are found by "${search}", most series first`, () => {
      const query = { search, sort: 'series', descending: true } as const;
      expect(names(familiesShown(three, query))).to.deep.equal(found);
    });
  }

  for (const [sort, descending, order] of [
    ['bytes', true, ['kube_node_info', 'kube_pod_info', 'kube_pod_phase']],
    ['name', false, ['kube_node_info', 'kube_pod_info', 'kube_pod_phase']],
    ['name', true, ['kube_pod_phase', 'kube_pod_info', 'kube_node_info']],
    ['stability', false, ['kube_pod_phase', 'kube_node_info', 'kube_pod_info']],
    ['resource', false, ['kube_node_info', 'kube_pod_info', 'kube_pod_phase']],
  ] as const) {
    it(`are sorted by ${sort}${descending ? ', descending' : ''}`, () => {
      expect(names(familiesShown(three, { search: '', sort, descending }))).to.deep.equal(order);
    });
  }
});

describe('groups of families', () => {
  it('are those that none reads', () => {
    expect(names(unused(three, ['kube_pod_info', 'other']))).to.deep.equal([
      'kube_node_info',
      'kube_pod_phase',
    ]);
  });

  it('are those of which every series is 0, but not those without series', () => {
    const counted = [
      { name: 'kube_pod_info', series: 5, zeros: 5 },
      { name: 'kube_node_info', series: 0, zeros: 0 },
      { name: 'kube_pod_phase', series: 9, zeros: 8 },
    ];
    expect(names(constantZero(three, { families: counted }))).to.deep.equal(['kube_pod_info']);
  });

  it('know who reads one', () => {
    const source = { source: 'a', kind: 'alert', name: 'A', families: ['kube_pod_info'] } as const;
    expect(usersOf([source], 'kube_pod_info')).to.deep.equal([source]);
    expect(usersOf([source], 'kube_node_info')).to.deep.equal([]);
  });
});

const size = { width: 1_000, height: 400, header: 18 };

describe('the tiles of the map', () => {
  it('have areas in proportion to series, and lie inside of the map', () => {
    const tiles = tilesOf(byResource(three), { ...size, header: 0 });
    expect(tiles.map(({ label, series }) => [label, series])).to.deep.equal([
      ['pods', 14],
      ['nodes', 5],
    ]);
    const leaves = tiles.flatMap((tile) => tile.leaves);
    for (const { left, top, width, height, series, label } of leaves) {
      expect(left + width, label).to.be.within(0, 100.001);
      expect(top + height, label).to.be.within(0, 100.001);
      // The gaps between tiles take some of it.
      expect((width * height) / 100, label).to.be.closeTo((series / 19) * 100, 1);
    }
  });

  it('tell what the labels of a group have in common, up to an underscore', () => {
    const tiles = tilesOf(byResource([...three, family('kube_pod_phrase')]), size);
    expect(tiles.map(({ label, prefix }) => [label, prefix])).to.deep.equal([
      ['pods', 'kube_pod_'],
      ['nodes', 'kube_node_'],
    ]);
    expect(tiles.map(({ hasName }) => hasName)).to.deep.equal([true, true]);
  });

  it('have none for what has no series', () => {
    const tiles = tilesOf(byResource([...three, family('kube_pod_none', { series: 0 })]), size);
    const labels = tiles.flatMap(({ leaves }) => leaves.map(({ label }) => label));
    expect(labels.sort()).to.deep.equal(['kube_node_info', 'kube_pod_info', 'kube_pod_phase']);
    expect(tilesOf([], size)).to.deep.equal([]);
  });

  it('are one for all that is too small to be seen, which says how many it is', () => {
    const many = Array.from({ length: 40 }, (_, i) => family(`kube_pod_${i}`));
    const [pods] = tilesOf(byResource([...many, family('kube_pod_big', { series: 1e6 })]), size);
    expect(pods?.leaves.map(({ label, series, of }) => [label, series, of])).to.deep.equal([
      ['kube_pod_big', 1e6, 1],
      ['40 small ones', 40, 40],
    ]);
  });

  it('are those of the largest namespaces, and one group of all others', () => {
    const namespaces = Array.from(
      { length: 500 },
      (_, i): NamespaceSize => ({
        namespace: `ns-${i}`,
        objects: 1,
        series: 1_000 - i,
        bytes: 1,
        resources: [{ resource: 'pods', objects: 1, series: 1_000 - i, bytes: 1 }],
      }),
    );
    const tiles = tilesOf(byNamespace(namespaces), size);
    expect(tiles).to.have.lengthOf(60);
    expect(tiles.find(({ label }) => label === '441 others')?.leaves).to.have.lengthOf(441);
    expect(tiles[0]).to.include({ label: 'ns-0', hasName: false });
    expect(tiles.at(-1)?.label).to.equal('441 others');
    const series = tiles.reduce((sum, tile) => sum + tile.series, 0);
    expect(series).to.equal(namespaces.reduce((sum, one) => sum + one.series, 0));
  });
});

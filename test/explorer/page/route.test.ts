// The page's address: every view with its search, its order, the cut and the price.
import { expect } from 'chai';
import { cutFamilies, noMarks, toggleNamespace } from '../../../explorer/logic/marks.ts';
import { addressOf, allFamilies, hashOf, type Route } from '../../../explorer/logic/route.ts';

const routes: readonly (readonly [string, Route])[] = [
  ['#/', { view: 'state' }],
  ['#/families', allFamilies],
  [
    '#/families?search=pod%20restarts&sort=name&map=namespace',
    { view: 'families', search: 'pod restarts', sort: 'name', descending: false, map: 'namespace' },
  ],
  ['#/families?sort=-bytes', { ...allFamilies, sort: 'bytes' }],
  ['#/family/kube_pod_info', { view: 'family', name: 'kube_pod_info' }],
  ['#/namespace/-', { view: 'namespace', name: '-' }],
  ['#/objects?search=shop%2Fcart', { view: 'objects', search: 'shop/cart' }],
  [
    '#/object/pods/shop/cart-1',
    { view: 'object', resource: 'pods', namespace: 'shop', name: 'cart-1' },
  ],
  [
    '#/object/clusterroles/-/system%3Aa%2Fb%3F',
    { view: 'object', resource: 'clusterroles', namespace: '', name: 'system:a/b?' },
  ],
  ['#/cut', { view: 'cut' }],
  ['#/time', { view: 'time' }],
];

describe('the address of a view', () => {
  for (const [hash, route] of routes) {
    it(`is read and written: ${hash}`, () => {
      expect(addressOf(hash)).to.deep.equal({ route, marks: noMarks, price: undefined });
      expect(hashOf({ route, marks: noMarks, price: undefined })).to.equal(hash);
    });
  }

  it('carries the cut and the price to every view', () => {
    const marks = toggleNamespace(cutFamilies(noMarks, ['kube_pod_info']), 'shop');
    for (const [, route] of routes) {
      const hash = hashOf({ route, marks, price: 0.25 });
      expect(addressOf(hash), hash).to.deep.equal({ route, marks, price: 0.25 });
    }
  });

  it('is the first view where it is empty, and says what it does not know', () => {
    expect(addressOf('').route).to.deep.equal({ view: 'state' });
    expect(addressOf('#/nowhere').route).to.deep.equal({ view: 'unknown', path: '/nowhere' });
    expect(addressOf('#/object/pods').route.view).to.equal('unknown');
    expect(addressOf('#/family/%E0%A4%A').route).to.deep.equal({
      view: 'family',
      name: '%E0%A4%A',
    });
    expect(addressOf('#/cut?price=-1').price).to.equal(undefined);
    expect(addressOf('#/cut?price=x').price).to.equal(undefined);
    expect(addressOf('#/families?sort=-nothing').route).to.deep.equal(allFamilies);
  });
});

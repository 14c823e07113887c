// The key of an object: the same for what a server sent, well formed or not.
import { expect } from 'chai';
import { keyOf } from '../../src/lib/objectKey.ts';

describe('The key of an object', () => {
  const rows: [metadata: object, key: string][] = [
    [{ namespace: 'kube-system', name: 'coredns' }, 'kube-system/coredns'],
    [{ name: 'node-1' }, 'node-1'],
    [{ namespace: null, name: 'node-1' }, 'node-1'],
    [{ namespace: '', name: 'node-1' }, 'node-1'],
    [{ namespace: 'kube-system' }, 'kube-system'],
    [{ namespace: 7, name: ['x'] }, ''],
    [{}, ''],
  ];
  for (const [metadata, key] of rows) {
    it(`is "${key}" for ${JSON.stringify(metadata)}`, () => {
      expect(keyOf(metadata)).to.equal(key);
    });
  }
});

// In which version a collection is asked for: its own, or an older one that discovery lists.
import { expect } from 'chai';
import { ApiError } from '../../src/kube/apiError.ts';
import { ServedVersions } from '../../src/kube/servedVersions.ts';
import type { Collection } from '../../src/kube/types.ts';
import { recordingLog } from './harness.ts';

const claims: Collection = {
  resource: 'resourceclaims',
  group: 'resource.k8s.io',
  version: 'v1',
  olderVersions: ['v1beta2', 'v1beta1'],
};
const { signal } = new AbortController();
const errorOf = (status: number, message: string) => new ApiError(status, { message });

/** A server that has the collection in these versions, which a test may change. */
class Server {
  readonly has: Set<string>;
  readonly asked: string[] = [];
  readonly log = recordingLog();
  broken = false;
  readonly versions = new ServedVersions((path) => this.#discovery(path), this.log);

  constructor(...versions: string[]) {
    this.has = new Set(versions);
  }

  #discovery(path: string): Promise<unknown> {
    this.asked.push(path);
    if (this.broken) return Promise.reject(errorOf(500, 'broken'));
    if (!this.has.has(path.split('/').at(-1) ?? '')) return Promise.reject(errorOf(404, 'no'));
    return Promise.resolve({ resources: [{ name: 'resourceclaims' }] });
  }

  /** The version of a good answer; rejects as the server does. */
  ask(collection = claims): Promise<string> {
    return this.versions.ask(collection, signal, ({ version }) => {
      this.asked.push(version);
      return this.has.has(version) ? Promise.resolve(version) : Promise.reject(errorOf(404, 'no'));
    });
  }
}

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the version of a collection', () => {
  it('is its own where the server has that, which costs no request', async () => {
    const server = new Server('v1', 'v1beta1');
    expect(await server.ask()).to.equal('v1');
    expect(server.asked).to.deep.equal(['v1']);
    expect(server.log.lines).to.deep.equal([]);
  });

  it('is the newest older one that discovery lists, which is found once and said', async () => {
    const server = new Server('v1beta2', 'v1beta1');
    expect(await server.ask()).to.equal('v1beta2');
    expect(await server.ask()).to.equal('v1beta2');
    const [v1, v1beta2] = ['v1', 'v1beta2'].map((version) => `/apis/resource.k8s.io/${version}`);
    expect(server.asked).to.deep.equal(['v1', v1, v1beta2, 'v1beta2', 'v1beta2']);
    expect(server.versions.of(claims)).to.deep.equal({ ...claims, version: 'v1beta2' });
    expect(server.log.keys).to.deep.equal([
      {
        resource: 'resourceclaims',
        group: 'resource.k8s.io',
        version: 'v1beta2',
        message: 'the API server has a resource in this version',
      },
    ]);
  });

  it('changes when the server has it no longer, up and down', async () => {
    const server = new Server('v1beta1');
    expect(await server.ask()).to.equal('v1beta1');
    // As long as the version in use is served, it is not left.
    server.has.add('v1');
    expect(await server.ask()).to.equal('v1beta1');
    server.has.delete('v1beta1');
    expect(await server.ask()).to.equal('v1');
    server.has.delete('v1');
    server.has.add('v1beta2');
    expect(await server.ask()).to.equal('v1beta2');
  });

  it('leaves the error where no version is listed, or the one that was asked for', async () => {
    const server = new Server();
    expect(await rejection(server.ask())).to.include({ status: 404 });
    expect(await server.versions.find(claims, signal)).to.equal(false);
    server.has.add('v1');
    const missing = server.versions.ask(claims, signal, () => Promise.reject(errorOf(404, 'one')));
    expect(await rejection(missing)).to.include({ message: 'one' });
    const refused = server.versions.ask(claims, signal, () => Promise.reject(errorOf(403, 'two')));
    expect(await rejection(refused)).to.include({ message: 'two' });
  });

  it('is not guessed where discovery fails', async () => {
    const server = new Server('v1beta1');
    server.broken = true;
    expect(await rejection(server.ask())).to.include({ status: 500 });
    server.broken = false;
    expect(await server.ask()).to.equal('v1beta1');
  });

  it('is looked for in those collections alone that name others', async () => {
    const server = new Server('v1beta1');
    expect(await server.ask()).to.equal('v1beta1');
    const { olderVersions: _, ...custom } = claims;
    expect(await rejection(server.ask(custom))).to.include({ status: 404 });
    expect(server.versions.of(custom)).to.equal(custom);
    expect(await server.versions.find(custom, signal)).to.equal(false);
    expect(await server.versions.find({ ...custom, version: 'v1beta1' }, signal)).to.equal(true);
  });
});

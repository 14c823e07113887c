// Content negotiation of the simulated API server.
import { expect } from 'chai';
import { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import { systemClock } from '../../src/lib/clock.ts';

const as = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`;
const path = '/api/v1/namespaces/x/secrets';
const metaVersion = 'meta.k8s.io/v1';

/** A list of either kind, a table, or one object. */
interface Answer {
  readonly kind: string;
  readonly metadata: object;
  readonly items: readonly unknown[] | null;
  readonly columnDefinitions: readonly { name: string }[] | null;
  readonly rows: readonly { readonly object: object | null }[];
}

describe('The simulated API server', () => {
  const server = new ApiServer({
    clock: { ...systemClock, wall: () => Date.parse('2026-01-03T00:00:00Z') },
    random: () => 0.5,
    bookmarkMs: 1,
  });
  let base = '';

  before(async () => {
    base = (await server.listen(0, '127.0.0.1')).url;
    server.create({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      data: { a: 'YQ==', b: 'Yg==' },
      metadata: { name: 's', namespace: 'x', creationTimestamp: '2026-01-01T12:00:00Z' },
    } as never);
  });
  after(() => server.close());

  const ask = (where: string, accept: string): Promise<Response> =>
    fetch(`${base}${where}`, { headers: { accept } });
  const get = async (where: string, accept: string): Promise<Answer> =>
    (await ask(where, accept)).json() as Promise<Answer>;

  /** The first events of a watch. */
  async function eventsOf(where: string, accept: string, count: number) {
    const { body } = await ask(where, accept);
    let text = '';
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      const lines = text.split('\n').slice(0, -1);
      if (lines.length >= count) return lines.slice(0, count).map((line) => JSON.parse(line));
    }
    throw new Error(`expected ${count} events, got ${text}`);
  }

  const metadata = () => server.get('secrets', 'x', 's')?.metadata;
  const partial = () => ({
    kind: 'PartialObjectMetadata',
    apiVersion: metaVersion,
    metadata: metadata(),
  });
  const row = () => ({ cells: ['s', 'Opaque', 2, '36h'], object: partial() });
  const names = ({ columnDefinitions }: Answer) => columnDefinitions?.map(({ name }) => name);

  it('lists metadata only', async () => {
    expect(await get(path, as('PartialObjectMetadataList'))).to.deep.equal({
      kind: 'PartialObjectMetadataList',
      apiVersion: metaVersion,
      metadata: { resourceVersion: String(server.version) },
      items: [partial()],
    });
  });

  it('lists null instead of an empty list of metadata', async () => {
    const list = await get('/api/v1/pods', as('PartialObjectMetadataList'));
    expect(list.items).to.equal(null);
  });

  it('returns one object as metadata or as a table of one row', async () => {
    expect(await get(`${path}/s`, as('PartialObjectMetadata'))).to.deep.equal(partial());
    const table = await get(`${path}/s`, as('Table'));
    expect(table.rows).to.deep.equal([row()]);
    expect(table.metadata).to.deep.equal({ resourceVersion: metadata()?.resourceVersion });
  });

  it('lists a table with its columns', async () => {
    const table = await get(path, as('Table'));
    expect(table).to.include({ kind: 'Table', apiVersion: metaVersion });
    expect(names(table)).to.deep.equal(['Name', 'Type', 'Data', 'Age']);
    expect(table.rows).to.deep.equal([row()]);
  });

  it('includes in the rows what includeObject says', async () => {
    const object = async (include: string) =>
      (await get(`${path}?includeObject=${include}`, as('Table'))).rows[0]?.object;
    expect(await object('None')).to.equal(null);
    expect(await object('Metadata')).to.deep.equal(partial());
    expect(await object('Object')).to.deep.include({ kind: 'Secret', type: 'Opaque' });
    expect((await ask(`${path}?includeObject=All`, as('Table'))).status).to.equal(400);
  });

  const streamed =
    `${path}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan` +
    '&allowWatchBookmarks=true';

  it('watches in tables of one row, whose columns come with the first event only', async () => {
    const [added, closing] = await eventsOf(streamed, as('Table'), 2);
    expect(added.type).to.equal('ADDED');
    expect(names(added.object)).to.deep.equal(['Name', 'Type', 'Data', 'Age']);
    expect(added.object.rows).to.deep.equal([row()]);
    expect(closing).to.deep.include({ type: 'BOOKMARK' });
    expect(closing.object).to.include({ kind: 'Table', columnDefinitions: null });
    const { annotations, resourceVersion } = closing.object.rows[0].object.metadata;
    expect(annotations).to.deep.equal({ 'k8s.io/initial-events-end': 'true' });
    expect(resourceVersion).to.equal(String(server.version));
  });

  it('watches metadata only, including bookmarks', async () => {
    const [added, closing] = await eventsOf(streamed, as('PartialObjectMetadata'), 2);
    expect(added).to.deep.equal({ type: 'ADDED', object: partial() });
    expect(closing.object).to.include({ kind: 'PartialObjectMetadata', apiVersion: metaVersion });
  });

  it('uses the first known representation, and whole objects if they come first', async () => {
    const unknown = 'application/json;as=Poster;g=meta.k8s.io;v=v1,application/json';
    expect((await get(path, unknown)).kind).to.equal('SecretList');
    expect((await get(path, `${as('Table')},application/json`)).kind).to.equal('Table');
    expect((await get(path, `application/yaml,${as('Table')};q=0.5`)).kind).to.equal('Table');
  });

  const refused: [name: string, where: string, accept: string][] = [
    ['another format alone', path, 'application/yaml'],
    ['an unknown form alone', path, as('Poster')],
    ['a table of another version', path, 'application/json;as=Table;g=meta.k8s.io;v=v9'],
    ['a list as the metadata of one object', path, as('PartialObjectMetadata')],
    ['an object as a list of metadata', `${path}/s`, as('PartialObjectMetadataList')],
  ];
  for (const [name, where, accept] of refused) {
    it(`answers 406 for ${name}`, async () => {
      const answer = await ask(where, accept);
      expect(answer.status).to.equal(406);
      expect(await answer.json()).to.include({ kind: 'Status', reason: 'NotAcceptable' });
    });
  }
});

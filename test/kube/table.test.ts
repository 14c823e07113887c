// Tables of the API server become objects of few fields; what is no table is refused unread.
import { expect } from 'chai';
import fc from 'fast-check';
import { DecodeError, FormError, ListDecoder } from '../../src/kube/decode.ts';
import type { OnMalformed } from '../../src/kube/itemParser.ts';
import { TableReader } from '../../src/kube/table.ts';
import { WatchDecoder } from '../../src/kube/watchDecoder.ts';
import type { WatchEvent } from '../../src/kube/watchFormat.ts';

const columns = { type: 'Type' };
const definitions = ['Name', 'Type', 'Data'].map((name) => ({ name, type: 'string' }));
const row = (name: string, type: unknown) => ({
  cells: [name, type, 3],
  object: { kind: 'PartialObjectMetadata', metadata: { name, namespace: 'x' }, data: 'unseen' },
});
const table = (rows: unknown, more: object = {}) => ({
  kind: 'Table',
  metadata: { resourceVersion: '7' },
  columnDefinitions: definitions,
  rows,
  ...more,
});
const seen = (name: string, type: unknown) => ({ metadata: { name, namespace: 'x' }, type });

const fail = (key: string, error: unknown): never => {
  throw new Error(`malformed ${key}`, { cause: error });
};

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const result = [];
  for await (const value of values) result.push(value);
  return result;
}

/** Reads a list whose body comes in pieces that end at the given places. */
async function readList(list: unknown, cuts: readonly number[] = []) {
  const body = Buffer.from(JSON.stringify(list));
  const ends = [...cuts.map((at) => at % body.length), body.length].sort((a, b) => a - b);
  const decoder = new ListDecoder({ onMalformed: fail, array: 'rows' });
  async function* pieces() {
    let start = 0;
    for (const end of ends) {
      yield* decoder.push(body.subarray(start, end));
      start = end;
    }
    decoder.end();
  }
  const objects = await all(new TableReader(columns).list(pieces(), decoder));
  return { objects, metadata: decoder.metadata() };
}

const readWatch = async (events: readonly unknown[], malformed: OnMalformed = fail) => {
  const decoder = new WatchDecoder({ onMalformed: fail, whole: true });
  async function* decoded(): AsyncGenerator<WatchEvent> {
    yield* decoder.push(Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join('')));
  }
  return all(new TableReader(columns).watch(decoded(), malformed));
};

const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a list that is a table', () => {
  it('gives metadata and the cells asked for, however its bytes are cut', async () => {
    const list = table([row('a', 'Opaque'), row('b', '')]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 8 }), async (cuts) => {
        expect(await readList(list, cuts)).to.deep.equal({
          objects: [seen('a', 'Opaque'), seen('b', '')],
          metadata: { resourceVersion: '7', continue: '' },
        });
      }),
    );
  });

  it('may have no rows', async () => {
    for (const rows of [[], null]) {
      expect((await readList(table(rows))).objects).to.deep.equal([]);
    }
  });

  it('is refused for whole objects before one of them is read', async () => {
    const list = { kind: 'SecretList', metadata: {}, items: [{ data: { key: 'secret' } }] };
    const decoder = new ListDecoder({ onMalformed: fail, array: 'rows' });
    const body = Buffer.from(JSON.stringify(list));
    expect(() => decoder.push(body)).to.throw(FormError, 'got a list of whole objects');
  });

  it('is refused for anything else that has no rows, or that is called otherwise', async () => {
    for (const list of [
      { kind: 'SecretList', items: null },
      { kind: 'List', rows: [row('a', '')] },
    ]) {
      const error = await caught(readList(list));
      expect(error).to.be.instanceOf(FormError);
      expect(String(error)).to.include(`expected a table, got a ${list.kind}`);
    }
  });

  it('fails where the column is not there, and says which ones are', async () => {
    const error = await caught(
      readList(table([row('a', '')], { columnDefinitions: [{ name: 'Name' }] })),
    );
    expect(error).to.be.instanceOf(DecodeError);
    expect(String(error)).to.include('expected a table with the column Type, got Name');
  });
});

describe('a watch of tables', () => {
  const later = { columnDefinitions: null };

  it('gives events whose columns come with the first of them only', async () => {
    const events = [
      { type: 'BOOKMARK', object: table([row('', '')]) },
      { type: 'ADDED', object: table([row('a', 'Opaque')], later) },
      { type: 'DELETED', object: table([row('a', 'Opaque')], later) },
    ];
    expect(await readWatch(events)).to.deep.equal([
      { type: 'BOOKMARK', object: seen('', '') },
      { type: 'ADDED', object: seen('a', 'Opaque') },
      { type: 'DELETED', object: seen('a', 'Opaque') },
    ]);
  });

  it('hands on errors as they are, for they are no tables', async () => {
    const error = { type: 'ERROR', object: { kind: 'Status', code: 410 } };
    expect(await readWatch([error])).to.deep.equal([error]);
  });

  it('is refused at the first event that holds a whole object', async () => {
    const object = { kind: 'Secret', metadata: { name: 'a' }, data: { key: 'secret' } };
    const error = await caught(readWatch([{ type: 'ADDED', object }]));
    expect(error).to.be.instanceOf(FormError);
    expect(String(error)).to.include('expected a table, got a Secret').and.not.include('secret');
  });

  it('fails where no event has said what the columns are', async () => {
    const error = await caught(
      readWatch([{ type: 'ADDED', object: table([row('a', '')], later) }]),
    );
    expect(error).to.be.instanceOf(DecodeError);
    expect(String(error)).to.include('expected a table with the column Type, got none');
  });

  it('reports a table of more rows than an event has objects', async () => {
    const keys: string[] = [];
    const events = [{ type: 'ADDED', object: table([row('a', ''), row('b', '')]) }];
    expect(await readWatch(events, (key) => keys.push(key))).to.deep.equal([]);
    expect(keys).to.deep.equal(['']);
  });
});

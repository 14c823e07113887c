// Lists of states that are held, made, or laid over one another.
import { expect } from 'chai';
import fc from 'fast-check';
import {
  madeList,
  objectsOf,
  overlaid,
  type StateList,
} from '../../src/demo/apiserver/stateList.ts';
import type { Stored } from '../../src/demo/apiserver/storage.ts';

const state = (key: string, text: string): Stored => ({ key, bytes: Buffer.from(text) });
const textsOf = (list: StateList): string[] =>
  [...list].map(({ key, bytes }) => `${key}=${bytes.toString()}`);
const sorted = (held: ReadonlyMap<string, Stored>): Stored[] =>
  [...held.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
const made = (held: readonly Stored[]): StateList =>
  madeList(held.length, (index) => held[index] as Stored);

const keys = fc.constantFrom(...'abcdefgh');
const base = fc.uniqueArray(keys).map((names) => names.sort().map((name) => state(name, 'base')));
const changes = fc.array(fc.tuple(keys, fc.option(fc.constantFrom('new', 'newer'))));

describe('a list of states', () => {
  it('with others laid over it is the list with these changes', () => {
    fc.assert(
      fc.property(base, changes, fc.nat(9), fc.nat(9), (states, some, start, end) => {
        const laid = new Map(
          some.map(([key, text]) => [key, text === null ? undefined : state(key, text)]),
        );
        const plain = new Map(states.map((one) => [one.key, one]));
        for (const [key, one] of laid) {
          if (one === undefined) plain.delete(key);
          else plain.set(key, one);
        }
        const list = overlaid(made(states), laid);
        const expected = textsOf(sorted(plain));
        expect(textsOf(list)).to.deep.equal(expected);
        expect(list.length).to.equal(expected.length);
        expect(textsOf(list.slice(start, end))).to.deep.equal(expected.slice(start, end));
        expect(list.at(expected.length)).to.equal(undefined);
      }),
    );
  });

  it('gives objects that change alike, whether it is held or made', () => {
    fc.assert(
      fc.property(base, changes, (states, some) => {
        const [held, streamed] = [objectsOf(states), objectsOf(made(states))];
        const before = streamed.list();
        for (const [key, text] of some) {
          for (const objects of [held, streamed]) {
            if (text === null) objects.delete(key);
            else objects.put(state(key, text));
          }
          expect(streamed.get(key)?.bytes.toString()).to.equal(held.get(key)?.bytes.toString());
        }
        expect(textsOf(streamed.list())).to.deep.equal(textsOf(held.list()));
        expect(streamed.size).to.equal(held.size);
        // What was read before stays as it was.
        expect(textsOf(before)).to.deep.equal(textsOf(states));
      }),
    );
  });
});

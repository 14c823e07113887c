// The sentence that one function makes of an error's fields, and what of them is kept.
import { expect } from 'chai';
import { ConfigError, type ErrorFields, StartError, sentenceOf } from '../../src/lib/errors.ts';

describe('The sentence of an error', () => {
  const rows: readonly [fields: ErrorFields, sentence: string][] = [
    [{ expected: 'a cluster' }, 'expected a cluster.'],
    [{ expected: 'a cluster', got: 'none' }, 'expected a cluster, got none.'],
    [
      { flag: '--port', expected: 'a whole number', got: '"x"', hint: 'name another' },
      '--port: expected a whole number, got "x"; name another.',
    ],
    [
      { flag: '--resources', expected: 'a resource', got: '"pod"', hint: 'did you mean pods?' },
      '--resources: expected a resource, got "pod"; did you mean pods?',
    ],
    [
      { flag: ['--a', '--b'], expected: 'one', got: 'both' },
      '--a and --b: expected one, got both.',
    ],
    [{ flag: ['--a', '--b', '--c'], expected: 'one' }, '--a, --b and --c: expected one.'],
    [{ place: '/k:4: users', expected: 'a list' }, '/k:4: users: expected a list.'],
    [
      { flag: '--tls-config', place: '/web.yaml:2: key', expected: 'a text' },
      '--tls-config /web.yaml:2: key: expected a text.',
    ],
    [
      { expected: 'a file', got: 'It is gone.', hint: 'name another' },
      'expected a file, got It is gone; name another.',
    ],
    [{ expected: 'a text', got: '' }, 'expected a text, got nothing.'],
  ];
  for (const [fields, sentence] of rows) {
    it(`is ${sentence}`, () => expect(sentenceOf(fields)).to.equal(sentence));
  }

  for (const Kind of [ConfigError, StartError]) {
    it(`is the message of a ${Kind.name}, beside its fields and its cause`, () => {
      const fields = { flag: ['--a', '--b'], place: 'p', expected: 'süß', got: 'g', hint: 'h' };
      const error = new Kind(fields, { cause: 1 });
      expect(error).to.deep.include({ ...fields, name: Kind.name, cause: 1 });
      expect(error.message).to.equal(sentenceOf(fields));
    });

    it(`is one line in a ${Kind.name}, whatever its fields hold`, () => {
      const hostile = 'a\n{"level":"info"}\r\u001b[2J\u009b31m\u007f\u0085\u2028\u2029 é';
      const fields = { flag: [hostile], place: hostile, expected: hostile, got: hostile };
      const { message, ...kept } = new Kind({ ...fields, hint: hostile });
      const texts = [message, ...Object.values(kept).flat()];
      expect(texts.join('')).to.match(/^[^\p{Cc}\u2028\u2029]+$/u);
    });
  }
});

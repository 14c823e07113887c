// What expressions of CEL give, what is wrong with them, and where they are stopped.
import { expect } from 'chai';
import fc from 'fast-check';
import { evaluationMsMax, stepsMax, textCharsMax } from '../../src/custom/cel/budget.ts';
import { bracketsMax, nodesMax } from '../../src/custom/cel/syntax.ts';
import { CelError, type CelResult, compileCel, expressionCharsMax } from '../../src/custom/cel.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { KubeObject } from '../../src/metrics/object.ts';

const object = {
  apiVersion: 'example.com/v1',
  kind: 'Foo',
  metadata: { name: 'foo', labels: { app: 'web' } },
  spec: {
    replicas: 3,
    ratio: 0.5,
    cpu: '250m',
    nothing: null,
    order: ['b', 'a'],
    __proto__: null,
  },
  status: {
    ready: 2,
    conditions: [
      { type: 'Synced', status: 'False' },
      { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  },
} as unknown as KubeObject;

async function resultOf(text: string, self = object, clock?: Clock): Promise<CelResult> {
  return (await compileCel(text, clock && { clock })).evaluate(self);
}

async function errorOf(text: string, self = object, clock?: Clock): Promise<CelError> {
  try {
    const value = await resultOf(text, self, clock);
    throw new Error(`${text} gives ${JSON.stringify(value)}, expected an error`);
  } catch (error) {
    if (error instanceof CelError) return error;
    throw error;
  }
}

const ready = 'self.status.conditions.exists(c, c.type == "Ready" && c.status == "True")';

// biome-ignore format: one row per expression
const values: readonly (readonly [string, CelResult])[] = [
  ['self.spec.replicas', 3],
  ['self.spec["replicas"] - self.status.ready', 1],
  ['self.spec.replicas / 2', 1],
  ['double(self.spec.replicas) / 2.0', 1.5],
  ['self.spec.replicas * self.spec.ratio', 1.5],
  ['self.spec.ratio + 1', 1.5],
  ['self.spec.ratio < 1', true],
  ['self.spec.replicas == 3 && self.spec.replicas == 3.0', true],
  [`${ready} ? 1 : 0`, 1],
  ['self.status.conditions.filter(c, c.type == "Ready")[0].status', 'True'],
  ['self.status.conditions.map(c, c.status == "True", c.type)', ['Ready']],
  ['self.status.conditions.exists_one(c, c.status == "True")', true],
  ['self.status.conditions.all(c, c.type != "")', true],
  ['self.metadata.labels.map(key, key + "=" + self.metadata.labels[key])', ['app=web']],
  ['has(self.status.missing)', false],
  ['has(self.spec.nothing)', false],
  ['self.spec.nothing == null', true],
  ['has(self.status.missing) ? self.status.missing : 7', 7],
  ['"app" in self.metadata.labels', true],
  ['"a" in self.spec.order', true],
  ['size(self.spec.order) + self.spec.order.size() + size("añ😀")', 7],
  ['self.spec.order.join(", ")', 'b, a'],
  ['self.spec.order.join()', 'ba'],
  ['[3, 1.5, 2].sum()', 6.5],
  ['[3, 1, 2].max() - [3, 1, 2].min()', 2],
  ['self.spec.order.max()', 'b'],
  ['"a.b.c".split(".")', ['a', 'b', 'c']],
  ['"a.b.c".split(".", 2)', ['a', 'b.c']],
  ['"a.b.c".replace(".", "--")', 'a--b--c'],
  ['"a.b.c".replace(".", "", 1)', 'ab.c'],
  ['"Ab".lowerAscii() + "Ab".upperAscii() + " x ".trim() + "abc".substring(1, 2)', 'abABxb'],
  ['"abc".indexOf("c")', 2],
  ['"%s has %d".format([self.metadata.name, self.spec.replicas])', 'foo has 3'],
  ['"v1beta2".matches("^v[0-9]+(beta[0-9]+)?$")', true],
  ['timestamp(self.status.conditions[1].lastTransitionTime)', '2026-01-01T00:00:00Z'],
  ['int(timestamp("2026-01-01T00:00:00Z"))', 1767225600],
  ['timestamp(1767225600)', '2026-01-01T00:00:00Z'],
  ['timestamp("2026-01-01T00:01:30Z") - timestamp("2026-01-01T00:00:00Z")', 90],
  ['duration("1h1m0.5s")', 3660.5],
  ['quantity(self.spec.cpu) + quantity("1Gi") + quantity(2)', 1073741826.25],
  ['isQuantity("1Gi") && !isQuantity("1Gu")', true],
  ['int("-12") + int(2.9)', -10],
  ['double("1e3")', 1000],
  ['string(self.spec.replicas) + string(1.5) + string(true)', '31.5true'],
  ['type(self.spec.replicas) == int', true],
  ['type(self.spec.ratio)', 'double'],
  ['9007199254740993', 9007199254740993n],
  ['18446744073709551615u', 18446744073709551615n],
  ['{"a": 1, "b": [self.spec.ratio, null]}', { a: 1, b: [0.5, null] }],
  ['b"abc"', 'YWJj'],
  ['[[1], [2]].map(x, x + [3])', [[1, 3], [2, 3]]],
  ['[1, 2, 3].map(x, [x].map(y, y * x))', [[1], [4], [9]]],
  ['self.spec.order', ['b', 'a']],
  ['self.metadata', { name: 'foo', labels: { app: 'web' } }],
];

// biome-ignore format: one row per expression
const faults: readonly (readonly [text: string, place: string, message: RegExp, hint?: RegExp])[] = [
  ['self.spec ++ 1', 'syntax 1:11', /found \+/],
  ['self.spec\n  )', 'syntax 2:3', /found \)/],
  ['', 'syntax 1:1', /end of input/],
  ['slf.spec', 'type 1:1', /no variable slf$/, /did you mean self/],
  ['self.a.exists(x, y)', 'type 1:18', /no variable y$/],
  ['"añ😀" + slf', 'type 1:10', /no variable slf$/],
  ['size(self) + "a"', 'type 1:12', /^\+ takes no int and string$/],
  ['self.a +\n  slf', 'type 2:3', /no variable slf/],
  ['sise(self.a)', 'type 1:1', /no function sise/, /did you mean size/],
  ['self.a.startWith("b")', 'type 1:8', /no method startWith/, /did you mean startsWith/],
  ['self.a.startsWith(1)', 'type 1:8', /no dyn\.startsWith\(int\)/, /string\.startsWith\(string\)/],
  ['self.a.map(1, 2)', 'type 1:8', /map expects a name/, /\.map\(x, …\)/],
  ['"a".b', 'type 1:5', /string has no field b/],
  ['[1].b', 'type 1:5', /list\(int\) has no field b/, /\[0\]/],
  ['1[0]', 'type 1:2', /int has no elements/],
  ['self.a ? 1 : (1 ? 2 : 3)', 'type 1:15', /expected a bool, got int/],
  ['self.a && 1', 'type 1:11', /expected a bool, got int/],
  ['1.exists(x, x)', 'type 1:3', /list or a map to go through, got int/],
  ['self.status.missing.deeper', 'missing 1:13', /no field missing/],
  ['self.spec.order[7]', 'missing 1:1', /no element 7/],
  ['self.metadata.name + self.spec.replicas', 'runtime 1:20', /^\+ takes no string and int$/],
  ['self.metadata.name.join("")', 'runtime 1:20', /^there is no string\.join\(string\)$/],
  ['1 / (self.spec.replicas - 3)', 'runtime 1:3', /divide by zero/],
  ['self.spec.order.all(x, x > 1)', 'runtime 1:26', /^> takes no string and int$/],
  ['double("abc")', 'runtime 1:1', /expected a number, got "abc"/],
  ['int("1.5")', 'runtime 1:1', /expected a whole number of 64 bits, got "1.5"/],
  ['int("9223372036854775808")', 'runtime 1:1', /64 bits/],
  ['quantity("1Gu")', 'runtime 1:1', /expected a quantity/],
  ['[].max()', 'runtime 1:4', /not empty/],
  ['[1, "a"].max()', 'runtime 1:10', /list of numbers, or of strings/],
  ['["a", 1].join()', 'runtime 1:10', /list of strings/],
  ['"a".matches("(")', 'type 1:13', /missing closing/],
  ['"a".matches(self.metadata.name + "(")', 'runtime 1:5', /missing closing/],
  [`"a".matches("${'a'.repeat(501)}")`, 'type 1:13', /at most 500 characters/],
];

const big = {
  metadata: { name: 'big' },
  texts: Array.from({ length: 2_000 }, (_, i) => `item ${i}`),
  objects: Array.from({ length: 2_000 }, (_, i) => ({ name: `item ${i}`, ports: [i, i + 1] })),
  text: 'a'.repeat(200_000),
} as unknown as KubeObject;

const doubled = (text: string, times: number): string => `${text}${'.map(x, x + x)'.repeat(times)}`;

const runaways: Readonly<Record<string, string>> = {
  'loops in loops': 'self.texts.map(a, self.texts.map(b, self.texts.map(c, a + b + c)))',
  'loops that end early': 'self.texts.all(a, self.texts.all(b, self.texts.exists(c, c == b)))',
  'loops that go on after errors': 'self.texts.all(a, self.texts.all(b, self.texts.all(c, c < 1)))',
  'loops inside of ||': 'true && self.texts.all(a, self.texts.all(b, a + b == "" || b.x))',
  'comparisons of large values': 'self.texts.all(a, self.texts.all(b, self == self))',
  'comparisons of lists': 'self.texts.all(a, self.objects == self.objects.map(o, o))',
  'searches in lists': 'self.texts.all(a, self.texts.all(b, !("no" in self.texts)))',
  'loops over keys': '[self].map(o, self.objects.map(p, self.objects.map(q, p.map(k, k))))',
  'texts that double': doubled('[self.text]', 20),
  'lists that double': doubled('[self.texts]', 20),
  'bytes that double': doubled('[bytes(self.text)]', 20),
  'texts joined': 'self.texts.map(t, self.text).join()',
  'texts replaced': 'self.text.replace("a", self.text)',
  'texts formatted':
    '"%s%s%s%s%s%s".format([self.text, self.text, self.text, self.text, self.text, self.text])',
  'texts split': 'self.texts.map(t, self.text.split(""))',
  'lists formatted': '"%s".format([self.texts.map(t, self.text)])',
  'expressions that backtrack': 'self.texts.all(a, self.text.matches("^(a+)+b$") || true)',
  'expressions with many states': 'self.text.matches("(\\\\pL{300}){3}b")',
};

/** A clock that goes on by so many milliseconds with each look. */
const ticking = (ms: number): Clock => {
  let now = 0;
  return { now: () => (now += ms), wall: () => now, sleep: async () => {}, turn: async () => {} };
};

describe('An expression of CEL', () => {
  for (const [text, expected] of values) {
    it(`gives ${text}`, async () => expect(await resultOf(text)).to.deep.equal(expected));
  }

  for (const [text, expected, message, hint] of faults) {
    it(`fails: ${text.slice(0, 60)}`, async () => {
      const error = await errorOf(text);
      const { line, column } = error;
      expect(`${error.kind} ${line}:${column}`).to.equal(expected);
      expect(error.message).to.match(message);
      if (hint !== undefined) expect(error.hint).to.match(hint);
    });
  }

  it('knows the type of what it gives', async () => {
    const typeOf = async (text: string) => (await compileCel(text)).type;
    expect(await typeOf('self.spec')).to.equal('dyn');
    expect(await typeOf('size(self.spec)')).to.equal('int');
    expect(await typeOf('"a,b".split(",")')).to.equal('list(string)');
    expect(await typeOf('timestamp(self.a)')).to.equal('timestamp');
    expect(await typeOf('[1, 2].filter(x, x > 1)')).to.equal('list(int)');
  });

  it('leaves the object as it is, and reads only its own fields', async () => {
    const before = structuredClone(object);
    await resultOf('self.status.conditions.map(c, c)');
    expect(object).to.deep.equal(before);
    expect((await errorOf('self.constructor')).kind).to.equal('missing');
    expect(await resultOf('has(self.toString)')).to.equal(false);
  });

  it('may be evaluated inside of nothing but itself, again and again', async () => {
    const program = await compileCel('self.spec.replicas');
    for (let i = 0; i < 3; i++) expect(program.evaluate(object)).to.equal(3);
  });
});

describe('Any text as an expression', () => {
  const words = fc.constantFrom(
    ...[
      'self',
      '.',
      'spec',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '?',
      ':',
      '+',
      '-',
      '/',
      '%',
      '&&',
      '||',
    ],
    ...[
      '!',
      '==',
      '<',
      'in',
      '1',
      '0u',
      '1.5',
      '"a"',
      "'",
      'b"a"',
      'r"',
      '\\',
      '\n',
      ' ',
      ',',
      'x',
    ],
    ...['.map(x, ', '.exists(x, ', 'has(', 'size(', 'timestamp(', '.matches(', '.format(', 'null'],
  );

  it('gives a value or a CelError, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(words, { maxLength: 12 }), async (parts) => {
        try {
          await resultOf(parts.join(''));
        } catch (error) {
          if (!(error instanceof CelError)) throw error;
          expect(error.message).to.not.equal('');
        }
      }),
      { numRuns: 1_000 },
    );
  }).timeout(20_000);
});

describe('The limits of an expression', () => {
  for (const [name, text] of Object.entries(runaways)) {
    it(`stop ${name}`, async () => {
      expect(await errorOf(text, big)).to.include({ kind: 'limit' });
    }).timeout(10_000);
  }

  const shapes: Readonly<Record<string, string>> = {
    characters: `"${'a'.repeat(expressionCharsMax)}"`,
    brackets: `${'('.repeat(bracketsMax + 1)}1${')'.repeat(bracketsMax + 1)}`,
    conditions: `${'true ? 1 : '.repeat(bracketsMax + 1)}1`,
    depth: `${'1 + '.repeat(300)}1`,
    nodes: `[${'1,'.repeat(nodesMax)}1]`,
  };
  for (const [name, text] of Object.entries(shapes)) {
    it(`refuse too many ${name}`, async () => {
      expect(await errorOf(text)).to.include({ kind: 'limit' });
    });
  }

  it('count no brackets inside of texts', async () => {
    expect(await resultOf(`size("${'('.repeat(bracketsMax + 1)}")`)).to.equal(bracketsMax + 1);
    expect(await resultOf(`size(r'${'['.repeat(bracketsMax + 1)}\\')`)).to.equal(bracketsMax + 2);
  });

  it('stop what takes too long, however few its steps are', async () => {
    const error = await errorOf('self.texts.all(a, a != "")', big, ticking(evaluationMsMax + 1));
    expect(error).to.include({ kind: 'limit' });
    expect(error.message).to.match(/ms/);
  });

  it('are far from what a usual expression takes', async () => {
    expect(await resultOf('self.objects.map(o, o.name).size()', big)).to.equal(2_000);
    expect(await resultOf('self.objects.all(o, self.texts[0] != o.name || true)', big)).to.equal(
      true,
    );
    expect(await resultOf('self.text.matches("^a+$")', big)).to.equal(true);
    expect([stepsMax, textCharsMax]).to.deep.equal([100_000, 1_000_000]);
  });

  it('hold for objects that are nested without end', async () => {
    let nested: unknown = 1;
    for (let i = 0; i < 20_000; i++) nested = { nested };
    const self = { metadata: { name: 'deep' }, nested } as unknown as KubeObject;
    expect(await resultOf('has(self.nested.nested.nested)', self)).to.equal(true);
    expect(['limit', 'runtime']).to.include((await errorOf('self.nested', self)).kind);
    expect(['limit', 'runtime']).to.include(
      (await errorOf('self.nested == [self][0].nested.nested', self)).kind,
    );
  });
});

// YamlText: the lines that it names, and that its errors repeat nothing of the file.
import { expect } from 'chai';
import { YamlError, YamlText } from '../../src/lib/yaml.ts';

describe('YamlText', () => {
  const text = ['a:', '  - x: 1', '  - y: &there', '      z: 2', 'b: *there', ''].join('\n');

  // biome-ignore format: one row per path
  const lines: readonly [path: readonly PropertyKey[], line: number][] = [
    [[], 1],
    [['a', 0], 2],
    [['a', 1, 'y', 'z'], 4],
    [['b'], 5],
    [['b', 'z'], 4],
    [['a', 1, 'missing'], 3],
  ];
  for (const [path, line] of lines) {
    it(`finds ${path.join('.') || 'the whole'} in line ${line}`, () => {
      expect(new YamlText(text).lineOf(path)).to.equal(line);
    });
  }

  it('has an error with the line and without the words of the file', () => {
    const wrong = (): unknown => new YamlText('a: 1\npassword: "secret\n');
    expect(wrong).to.throw(YamlError).with.property('line', 3);
    expect(wrong).not.to.throw(/secret/);
  });

  it('has an error with the line of an unknown alias', () => {
    const yaml = new YamlText('a: 1\nb: *none\n');
    expect(() => yaml.entries())
      .to.throw(YamlError)
      .with.property('line', 2);
    expect(() => yaml.value()).to.throw(YamlError);
  });

  it('has entries only of a map', () => {
    expect(new YamlText('- a\n').entries()).to.equal(undefined);
    expect(new YamlText('a: 1\n').entries()).to.deep.equal([{ key: 'a', line: 1, value: 1 }]);
  });

  it('finds keys, values and places inside of texts by line and column', () => {
    const yaml = new YamlText('a: {bc: "def"}\ng: |\n    one\n      two\nh: >\n  folded\n');
    const at = ({ line, column }: { line: number; column: number }) => `${line}:${column}`;
    expect(at(yaml.positionOf(['a', 'bc'], 'key'))).to.equal('1:5');
    expect(at(yaml.positionOf(['a', 'bc'], 'value'))).to.equal('1:9');
    expect(at(yaml.positionOf(['a', 'missing'], 'value'))).to.equal('1:4');
    expect(at(yaml.positionIn(['a', 'bc'], { line: 1, column: 3 }))).to.equal('1:12');
    expect(at(yaml.positionIn(['g'], { line: 2, column: 3 }))).to.equal('4:7');
    expect(at(yaml.positionIn(['h'], { line: 1, column: 3 }))).to.equal('5:4');
  });

  it('gives scalars as they are written', () => {
    const yaml = new YamlText(
      '{a: 1.0, b: yes, c: 0x1, d: ~, e: "1", f: [True, 1e3], g: &g 01, h: *g}',
    );
    expect(yaml.texts()).to.deep.equal({
      ...{ a: '1.0', b: 'yes', c: '0x1', d: null, e: '1', f: ['True', '1e3'], g: '01', h: '01' },
    });
  });

  it('reads the first of several documents where that is asked for', () => {
    const text = 'a: 1\n---\nb: 2\n';
    expect(() => new YamlText(text)).to.throw(YamlError);
    const yaml = new YamlText(text, { first: true });
    expect(yaml.value()).to.deep.equal({ a: 1 });
    expect(yaml.rest).to.deep.equal({ line: 2, column: 1 });
  });
});

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
});

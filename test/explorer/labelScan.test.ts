// What one family's labels are: read of its text, compared with a reader that is written plainly.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { LabelScan, labelsMax } from '../../src/explorer/labelScan.ts';
import { countSeriesIn, countZeros } from '../../src/explorer/lineCounts.ts';
import { parseExposition } from '../http/parse.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const lines = (count: number, line: (i: number) => string): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, i) => `${line(i)}\n`).join(''));

const odd = [
  'kube_x{namespace="shop",pod="a",note="say \\"hi\\", {you}"} 1',
  'kube_x{namespace="shop",pod="b",note=""} 0',
  'kube_x{pod="c",namespace="web",note="back\\\\"} 0.5',
  'kube_x{namespace="web",pod="d",more="x=y,z=\\"1\\"",note="ö\\n"} 1e+06',
  'kube_x{} 0',
];

describe('the labels of a family', () => {
  it('are those that a plain reader finds, whatever stands in their values', () => {
    const scan = new LabelScan(odd.length);
    // In two parts, as segments come.
    scan.read(Buffer.from(`${odd.slice(0, 3).join('\n')}\n`));
    scan.read(Buffer.from(`${odd.slice(3).join('\n')}\n`));
    const { labels, zeros, samples, namespaces, moreLabels } = scan.result;
    const [family] = parseExposition(`${odd.join('\n')}\n`);
    const expected = new Map<string, Map<string, number>>();
    for (const { labels: of } of family?.samples ?? []) {
      for (const [name, value] of of) {
        const values = expected.get(name) ?? new Map<string, number>();
        expected.set(name, values.set(value, (values.get(value) ?? 0) + 1));
      }
    }
    expect(labels.map(({ name }) => name)).to.deep.equal([...expected.keys()]);
    for (const { name, values, exact, top } of labels) {
      expect(exact).to.equal(true);
      expect(values, name).to.equal(expected.get(name)?.size);
      expect(new Map(top.map(({ value, series }) => [value, series]))).to.deep.equal(
        expected.get(name),
      );
    }
    expect(zeros).to.equal(2);
    expect(moreLabels).to.equal(0);
    expect(samples).to.deep.equal(odd);
    const bytesOf = (namespace: string): number =>
      odd
        .filter((line) => line.includes(`namespace="${namespace}"`))
        .reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    expect(namespaces).to.deep.equal([
      { namespace: 'shop', series: 2, bytes: bytesOf('shop') },
      { namespace: 'web', series: 2, bytes: bytesOf('web') },
    ]);
  });

  it('have samples from all over the family, cut where they are long', () => {
    const scan = new LabelScan(1_000);
    scan.read(
      lines(1_000, (i) => `kube_x{i="${i}",long="${'x'.repeat(i === 500 ? 5_000 : 1)}"} 1`),
    );
    const { samples } = scan.result;
    expect(samples).to.have.length(10);
    expect(samples.map((one) => /i="(\d+)"/.exec(one)?.[1])).to.deep.equal(
      Array.from({ length: 10 }, (_, i) => String(i * 100)),
    );
    expect(samples[5]).to.have.length(2_001);
  });

  it('are told apart up to a bound, and said to be more', () => {
    const scan = new LabelScan(1);
    const many = Array.from({ length: labelsMax + 5 }, (_, i) => `label_${i}="v"`).join(',');
    scan.read(Buffer.from(`kube_x{${many}} 1\n`));
    expect(scan.result.labels).to.have.length(labelsMax);
    expect(scan.result.moreLabels).to.equal(5);
  });

  it('stay within their memory with a million values in three labels', () => {
    const scan = new LabelScan(1_000_000);
    collect();
    const before = process.memoryUsage();
    for (let part = 0; part < 100; part++) {
      scan.read(
        lines(10_000, (i) => {
          const id = part * 10_000 + i;
          return `kube_x{namespace="ns-${id % 7}",pod="pod-${id}",uid="${id}-uid",ip="10.${id}"} 1`;
        }),
      );
    }
    const { labels } = scan.result;
    for (const name of ['pod', 'uid', 'ip']) {
      const label = labels.find((one) => one.name === name);
      expect(label?.exact, name).to.equal(false);
      expect(label?.values, name).to.be.within(970_000, 1_030_000);
    }
    expect(labels[0]).to.include({ name: 'namespace', values: 7, exact: true });
    collect();
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(grown).to.be.below(24 * 1024 * 1024);
  });
});

describe('lines', () => {
  it('are counted, and those of the value 0', () => {
    const text = Buffer.from('a{b=" 0"} 10\na{b="x"} 0\na{b="y"} 0.5\na 0\n');
    expect(countZeros(text)).to.deep.equal({ series: 4, zeros: 2 });
    expect(countZeros(Buffer.alloc(0))).to.deep.equal({ series: 0, zeros: 0 });
  });

  it('are counted by their namespace, which no other label is taken for', () => {
    const ours = ['a{namespace="shop",pod="x"} 1', 'a{pod="x",namespace="shop"} 1'];
    const others = [
      'a{exported_namespace="shop",namespace="web"} 1',
      'a{namespace="shop-2"} 1',
      'a{note="namespace=\\"shop\\"",namespace="web"} 1',
      'a{note=",namespace=\\"shop\\""} 1',
    ];
    const text = Buffer.from([others[0], ours[0], ...others.slice(1), ours[1], ''].join('\n'));
    expect(countSeriesIn(text, 'shop')).to.deep.equal({
      series: 2,
      bytes: ours.reduce((sum, line) => sum + line.length + 1, 0),
    });
    expect(countSeriesIn(text, 'none')).to.deep.equal({ series: 0, bytes: 0 });
  });
});

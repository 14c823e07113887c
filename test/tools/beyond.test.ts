// The table of docs/opt-in.md, from results written by hand; and what the bench turns on for it.
import { expect } from 'chai';
import { features } from '../../bench/lib/beyond.ts';
import type { Row } from '../../bench/lib/question.ts';
import { selectBy } from '../../src/app/pipeline.ts';
import { parseCommandLine } from '../../src/config/flags.ts';
import { flags } from '../../src/config/options.ts';
import { beyondPart } from '../../tools/generate/beyond.ts';
import { resultOf } from '../bench/resultOf.ts';

const rows: readonly Row[] = [
  { what: 'nothing', series: 1_000_000, textMb: 150, residentMb: 200, start: 9.5, flip: 0.5 },
  { what: '`events`', series: 9, textMb: 0.001, residentMb: 2.25, start: -0.1, flip: 0 },
];

const result = resultOf('beyond', rows, { pods: 20_000 });

describe('the table of what it costs to turn things on', () => {
  it('has the first row as it is, and differences with their sign', () => {
    const [conditions, , head, , ...lines] = beyondPart({ beyond: result }).split('\n');
    expect(conditions).to.match(/^20,000 pods, 50 status flips a second; Abacus/);
    expect(head).to.equal(
      '| turned on | series | text, MB | resident, MB | CPU of the start, s | CPU of a flip, ms |',
    );
    expect(lines).to.deep.equal([
      '| nothing | 1,000,000 | 150.00 | 200.0 | 9.50 | 0.500 |',
      '| `events` | +9 | +0.00 | +2.3 | -0.10 | 0.000 |',
    ]);
  });

  it('has no column in which nothing stands', () => {
    const older = { ...result, rows: rows.map((one) => ({ ...one, flip: undefined })) };
    expect(beyondPart({ beyond: older })).to.include('| CPU of the start, s |\n');
  });

  it('says where nothing was measured', () => {
    expect(beyondPart({})).to.equal('It has not been measured and kept yet.');
  });

  for (const { what, flags: given } of features) {
    it(`turns something on that is off by default: ${what}`, async () => {
      const familiesOf = async (...args: readonly string[]): Promise<Set<string>> => {
        const { values } = parseCommandLine(flags, [...args]);
        const { resources, idleExpressions } = await selectBy(values);
        expect(idleExpressions).to.deep.equal([]);
        return new Set(
          resources.flatMap(({ resource, choices }) =>
            Object.keys(resource.families).filter((name) => choices.enabled(name)),
          ),
        );
      };
      const bare = await familiesOf();
      const more = await familiesOf(...given);
      const isFamily = given.every((flag) => !flag.startsWith('--promote-labels'));
      if (isFamily) expect(more.size, 'more families').to.be.greaterThan(bare.size);
      expect([...bare].filter((name) => !more.has(name))).to.deep.equal([]);
    });
  }
});

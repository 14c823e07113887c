// The axis of a chart: it holds all values, and does not make a step of noise.
import { expect } from 'chai';
import { axisOf } from '../../../explorer/logic/axis.ts';

describe('The axis of a chart', () => {
  const rows: [string, number[], boolean, { least: number; most: number }][] = [
    ['from zero', [3, 9], true, { least: 0, most: 9 }],
    ['as wide as values that differ', [100, 250], false, { least: 100, most: 250 }],
    [
      'a hundredth of values that hardly do',
      [10_000, 9_998],
      false,
      { least: 9_949, most: 10_049 },
    ],
    ['around values that are all the same', [2_000, 2_000], false, { least: 1_990, most: 2_010 }],
    ['not below zero', [0, 0], false, { least: 0, most: 0 }],
  ];
  for (const [title, values, fromZero, expected] of rows) {
    it(`is ${title}`, () => expect(axisOf(values, fromZero)).to.deep.equal(expected));
  }
});

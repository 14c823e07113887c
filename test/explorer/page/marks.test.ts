// Marks: what a reader wants to cut, changed by hand or by groups, and carried by the address.
import { expect } from 'chai';
import fc from 'fast-check';
import {
  cutFamilies,
  cutOfMarks,
  cutsFamily,
  isEmpty,
  keepFamilies,
  keepOnly,
  type Marks,
  noMarks,
  toggleNamespace,
} from '../../../explorer/logic/marks.ts';
import { addressCharsMax, familiesText, marksOf } from '../../../explorer/logic/marksAddress.ts';
import { resources } from '../../../src/resources/index.ts';

const everyFamily = Object.values(resources).flatMap(({ families }) => Object.keys(families));

describe('the marks of a cut', () => {
  it('cut what is dropped, and all that is not kept', () => {
    const dropping = cutFamilies(noMarks, ['b', 'a', 'b']);
    expect(dropping).to.deep.equal({ mode: 'drop', families: ['a', 'b'], namespaces: [] });
    expect(['a', 'b', 'c'].filter(cutsFamily(dropping))).to.deep.equal(['a', 'b']);
    const keeping = keepOnly(noMarks, ['a']);
    expect(['a', 'b', 'c'].filter(cutsFamily(keeping))).to.deep.equal(['b', 'c']);
  });

  it('take a family back, whichever way they are written', () => {
    for (const marks of [cutFamilies(noMarks, ['a', 'b']), keepOnly(noMarks, ['c'])]) {
      const back = keepFamilies(marks, ['a']);
      expect(['a', 'b', 'c'].filter(cutsFamily(back)), marks.mode).to.deep.equal(['b']);
      const again = cutFamilies(back, ['a']);
      expect(['a', 'b', 'c'].filter(cutsFamily(again)), marks.mode).to.deep.equal(['a', 'b']);
    }
  });

  it('are empty where nothing is cut; to keep no family is to cut all', () => {
    expect(isEmpty(noMarks)).to.equal(true);
    expect(isEmpty(keepOnly(noMarks, []))).to.equal(false);
    expect(isEmpty(toggleNamespace(noMarks, 'shop'))).to.equal(false);
    expect(isEmpty(toggleNamespace(toggleNamespace(noMarks, 'shop'), 'shop'))).to.equal(true);
  });

  it('become a cut of the families that are served', () => {
    const marks = toggleNamespace(keepOnly(noMarks, ['a', 'gone']), 'shop');
    expect(cutOfMarks(marks, ['a', 'b'])).to.deep.equal({
      kept: ['a'],
      dropped: ['b'],
      deniedNamespaces: ['shop'],
    });
  });
});

describe('the marks in an address', () => {
  it('name what names share once', () => {
    const marks = cutFamilies(noMarks, ['kube_pod_labels', 'kube_pod_info', 'kube_node_info']);
    expect(familiesText(marks)).to.equal('drop.0kube_node_info.5pod_info.9labels');
    expect(familiesText(noMarks)).to.equal(undefined);
    expect(familiesText(keepOnly(noMarks, []))).to.equal('keep');
  });

  it('come back as they went', () => {
    const name = fc.stringMatching(/^[a-zA-Z_:][\w:]{0,90}$/);
    fc.assert(
      fc.property(fc.constantFrom('drop', 'keep'), fc.array(name), (mode, families) => {
        const marks: Marks = { mode, families: [...new Set(families)].sort(), namespaces: ['a'] };
        expect(marksOf(familiesText(marks) ?? null, 'a')).to.deep.equal({ marks });
      }),
    );
  });

  it('are short enough for every chat, even where all families of all resources are named', () => {
    expect(everyFamily).to.have.length.above(330);
    const text = familiesText(cutFamilies(noMarks, everyFamily)) ?? '';
    expect(text).to.match(/^[\w.:]+$/);
    expect(text.length).to.be.below(addressCharsMax * 0.8);
  });

  for (const [what, text, namespaces, wrong] of [
    ['another word than drop or keep', 'loose.0a', null, /begins with "loose"/],
    ['no name', 'drop.0', null, /"0" makes no name/],
    ['a share that the name before does not have', 'drop.0ab.9c', null, /"9c" makes no name/],
    ['characters that no name has', 'drop.0<b>', null, /"0<b>" makes no name/],
    ['a namespace that is none', 'drop', 'shop,<b>', /no namespace/],
  ] as const) {
    it(`are left out, with a sentence, where they hold ${what}`, () => {
      const read = marksOf(text, namespaces);
      expect(read.wrong).to.match(wrong);
      expect(read.marks.families).to.deep.equal([]);
    });
  }
});

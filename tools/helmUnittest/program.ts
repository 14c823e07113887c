// helm-unittest, by which the chart's own suites are run: what it is built from, and where it is.
import { type GoModule, goProgram } from '../goModule.ts';

export const helmUnittestModule: GoModule = {
  folder: import.meta.dirname,
  programs: { 'helm-unittest': 'github.com/helm-unittest/helm-unittest/cmd/helm-unittest' },
};

/** The program, as a path; there is one only after the module was built. */
export const helmUnittest = goProgram(helmUnittestModule, 'helm-unittest');

// helm-unittest, which runs the suites of the chart: its module and program.
import { type GoModule, goProgram } from '../goModule.ts';

export const helmUnittestModule: GoModule = {
  folder: import.meta.dirname,
  programs: { 'helm-unittest': 'github.com/helm-unittest/helm-unittest/cmd/helm-unittest' },
};

/** The path of the program, which exists once the module was built. */
export const helmUnittest = goProgram(helmUnittestModule, 'helm-unittest');

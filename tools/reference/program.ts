// kube-state-metrics, which the judge compares with: its module and program.
import { type GoModule, goProgram } from '../goModule.ts';

export const referenceModule: GoModule = {
  folder: import.meta.dirname,
  programs: { 'kube-state-metrics': 'k8s.io/kube-state-metrics/v2' },
};

/** The path of the program, which exists once the module was built. */
export const reference = goProgram(referenceModule, 'kube-state-metrics');

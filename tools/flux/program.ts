// Flux's helm-controller, which installs what HelmReleases say: its module and program.
import { type GoModule, goProgram } from '../goModule.ts';

export const fluxModule: GoModule = {
  folder: import.meta.dirname,
  programs: { 'helm-controller': 'github.com/fluxcd/helm-controller' },
};

/** The path of the program, which exists once the module was built. */
export const helmController = goProgram(fluxModule, 'helm-controller');

// Prometheus with discovery in Kubernetes, which Debian's package is built without.
import { type GoModule, goProgram } from '../goModule.ts';

export const prometheusModule: GoModule = {
  folder: import.meta.dirname,
  programs: { prometheus: 'github.com/prometheus/prometheus/cmd/prometheus' },
  tags: ['remove_all_sd', 'enable_kubernetes_sd'],
};

/** The program, as a path; there is one only after the module was built. */
export const prometheus = goProgram(prometheusModule, 'prometheus');

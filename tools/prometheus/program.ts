// Prometheus with Kubernetes service discovery, which Debian's package lacks.
import { type GoModule, goProgram } from '../goModule.ts';

export const prometheusModule: GoModule = {
  folder: import.meta.dirname,
  programs: { prometheus: 'github.com/prometheus/prometheus/cmd/prometheus' },
  tags: ['remove_all_sd', 'enable_kubernetes_sd'],
};

/** The path of the program, which exists once the module was built. */
export const prometheus = goProgram(prometheusModule, 'prometheus');

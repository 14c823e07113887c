// The Prometheus operator, which turns monitors and rules into what Prometheus reads: its module.
import { type GoModule, goProgram } from '../goModule.ts';

export const prometheusOperatorModule: GoModule = {
  folder: import.meta.dirname,
  programs: {
    'prometheus-operator': 'github.com/prometheus-operator/prometheus-operator/cmd/operator',
  },
};

/** The path of the program, which exists once the module was built. */
export const prometheusOperator = goProgram(prometheusOperatorModule, 'prometheus-operator');

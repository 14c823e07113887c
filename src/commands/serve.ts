// `kubestate`, with no word behind it: watch a cluster and serve its state until told to stop.

import { flags } from '../options.ts';
import { command } from './command.ts';
import { aborted, logLevel, sayIgnored } from './process.ts';

export const serve = command({
  summary: 'Watch a cluster and serve its state; what is done without a command.',
  about:
    'kubestate watches the Kubernetes API server and serves the state of the cluster as metrics ' +
    'for Prometheus: a drop-in replacement for kube-state-metrics. The cluster is the one of ' +
    '--kubeconfig, or the one this process runs in.',
  flags,
  lasts: true,
  async run(edge, { values, given }) {
    // The other commands do without the program, and so without its libraries.
    const [{ openLog }, { run }] = await Promise.all([import('../log.ts'), import('../run.ts')]);
    const log = openLog(logLevel(values.v));
    sayIgnored(flags, given, log);
    const running = await run(values, { ...edge, log });
    await aborted(edge.stop);
    await running.stop();
    return 0;
  },
});

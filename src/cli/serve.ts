// `kubestate` without a command: watch a cluster and serve its state until a signal stops it.
import { flags } from '../config/options.ts';
import { aborted } from '../lib/deadline.ts';
import { LogRing } from '../lib/logRing.ts';
import { command } from './command.ts';
import { logLevel, sayIgnored, startWithSignals } from './process.ts';
import { routeStrays } from './strays.ts';

export const serve = command({
  summary: 'Watch a cluster and serve its state; the default command.',
  about:
    'kubestate watches the Kubernetes API server and serves the state of the cluster as metrics ' +
    'for Prometheus: a drop-in replacement for kube-state-metrics. The cluster is the one of ' +
    '--kubeconfig, or the one this process runs in, through the proxy of HTTPS_PROXY where that ' +
    'is set.',
  flags,
  lasts: true,
  async run(context, { values, given }) {
    // Imported here, so that the other commands start without these libraries.
    const { openLog } = await import('../lib/log.ts');
    const logRing = new LogRing();
    const log = openLog(logLevel(values.v), undefined, logRing);
    routeStrays(log);
    sayIgnored(flags, given, log);
    const running = await startWithSignals(context, log, async () => {
      const { run } = await import('../app/run.ts');
      return run(values, { ...context, log, logRing });
    });
    await aborted(context.stop);
    await running.stop();
    return 0;
  },
});

// connect makes the client of the API server that the flags name.
import type { Options } from '../config/options.ts';
import { Client } from '../kube/client.ts';
import { fileLimitIn } from '../kube/reachability.ts';
import { openTransport } from '../kube/transport.ts';
import type { WatchTicks } from '../kube/watchTicks.ts';
import type { TimeSlicer } from '../lib/timeSlicer.ts';
import type { RunContext } from './pipeline.ts';

type ClusterOptions = Pick<Options, 'kubeconfig' | 'context' | 'apiserver'>;

interface ConnectParts extends RunContext {
  readonly timeSlicer: TimeSlicer;
  readonly ticks: WatchTicks;
}

/** A client of the API server that the options name, and its end. */
export function connect(options: ClusterOptions, parts: ConnectParts) {
  const { clock, timeSlicer, ticks, log, build } = parts;
  const transport = openTransport(
    { kubeconfig: options.kubeconfig, context: options.context, apiserver: options.apiserver },
    parts,
    { clock, log },
  );
  const userAgent = `kubestate/${build.version} (${build.platform}/${build.arch})`;
  const limit = fileLimit(parts);
  return {
    client: new Client({
      transport,
      userAgent,
      clock,
      timeSlicer,
      ticks,
      log,
      fileLimit: limit,
    }),
    close: () => transport.close(),
  };
}

/** Read at the start: once the limit is reached, no file can be opened to read it. */
function fileLimit({ readFile }: Pick<ConnectParts, 'readFile'>): number | undefined {
  try {
    return fileLimitIn(readFile('/proc/self/limits').toString('utf8'));
  } catch {
    // Only Linux has this file.
    return undefined;
  }
}

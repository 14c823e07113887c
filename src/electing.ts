// Which replica serves: what --leader-elect and the names of our pod make of it.
import type { Clock } from './clock.ts';
import { ConfigError } from './errors.ts';
import { Elector } from './leader/elector.ts';
import type { LeaderApi } from './leader/requests.ts';
import type { Logger } from './log.ts';
import type { Options } from './options.ts';

const leaseName = 'kube-state-metrics';
/** The value of a label, and a name in the API's own words. */
const nameCharsMax = 63;
const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const durationMsMin = 3_000;
const durationMsMax = 300_000;

export interface ElectingParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly api: LeaderApi;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Whether we could serve. */
  readonly canLead: () => boolean;
  /** We led and do no more. */
  readonly onStepDown: () => void;
}

type ElectingOptions = Pick<
  Options,
  | 'leader-elect'
  | 'leader-elect-resource-name'
  | 'leader-elect-lease-duration'
  | ('pod' | 'pod-namespace' | 'shard' | 'total-shards')
>;

/** An elector that is not started yet; undefined without --leader-elect. Throws ConfigError. */
export function openElector(options: ElectingOptions, parts: ElectingParts): Elector | undefined {
  if (!options['leader-elect']) return undefined;
  const { env, ...rest } = parts;
  const name = options.pod ?? env.POD_NAME;
  const namespace = options['pod-namespace'] ?? env.POD_NAMESPACE;
  if (!name || !namespace) {
    const missing = name ? 'POD_NAMESPACE' : 'POD_NAME';
    throw new ConfigError(
      `--leader-elect: expected the name and the namespace of our pod, got no ${missing}; set ` +
        'POD_NAME and POD_NAMESPACE from metadata.name and metadata.namespace of the pod.',
    );
  }
  return new Elector({
    ...rest,
    pod: { name, namespace },
    lease: leaseOf(options),
    durationMs: durationOf(options),
  });
}

/** Replicas of one shard share a lease, shards must not. */
function leaseOf(options: ElectingOptions): string {
  const { 'leader-elect-resource-name': given, shard, 'total-shards': total } = options;
  const name = given ?? (total > 1 ? `${leaseName}-shard-${shard}` : leaseName);
  if (name.length <= nameCharsMax && namePattern.test(name)) return name;
  throw new ConfigError(
    '--leader-elect-resource-name: expected a name of small letters, digits and -, ' +
      `${nameCharsMax} at the most, got "${name}".`,
  );
}

function durationOf({ 'leader-elect-lease-duration': ms }: ElectingOptions): number {
  if (ms >= durationMsMin && ms <= durationMsMax && ms % 1_000 === 0) return ms;
  throw new ConfigError(
    '--leader-elect-lease-duration: expected whole seconds from ' +
      `${durationMsMin / 1_000}s to ${durationMsMax / 1_000}s, got ${ms / 1_000}s.`,
  );
}

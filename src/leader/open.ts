// openElector makes the elector of --leader-elect and its flags.
import type { Options } from '../config/options.ts';
import { ConfigError } from '../lib/errors.ts';
import { Elector, type ElectorOptions } from './elector.ts';

const leaseName = 'kube-state-metrics';
/** The name is also the value of a label. */
const nameCharsMax = 63;
const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const durationMsMin = 3_000;
const durationMsMax = 300_000;

export interface ElectorParts extends Omit<ElectorOptions, 'pod' | 'lease' | 'durationMs'> {
  readonly env: Readonly<Record<string, string | undefined>>;
}

type ElectorFlags = Pick<
  Options,
  | 'leader-elect'
  | 'leader-elect-resource-name'
  | 'leader-elect-lease-duration'
  | ('pod' | 'pod-namespace' | 'shard' | 'total-shards')
>;

type LeaseFlags = Pick<ElectorFlags, 'leader-elect-resource-name' | 'shard' | 'total-shards'>;

/** An elector that is not started yet; undefined without --leader-elect. Throws ConfigError. */
export function openElector(options: ElectorFlags, parts: ElectorParts): Elector | undefined {
  const { env, ...rest } = parts;
  const candidate = candidateOf(options, env);
  return candidate && new Elector({ ...rest, ...candidate });
}

/** What the flags say of this candidate; undefined without --leader-elect. Throws ConfigError. */
export function candidateOf(
  options: ElectorFlags,
  env: ElectorParts['env'],
): Pick<ElectorOptions, 'pod' | 'lease' | 'durationMs'> | undefined {
  if (!options['leader-elect']) return undefined;
  const name = options.pod ?? env.POD_NAME;
  const namespace = options['pod-namespace'] ?? env.POD_NAMESPACE;
  if (!name || !namespace) {
    const missing = name ? 'POD_NAMESPACE' : 'POD_NAME';
    throw new ConfigError({
      flag: '--leader-elect',
      expected: "the name and the namespace of kubestate's pod",
      got: `no ${missing}`,
      hint: 'set POD_NAME and POD_NAMESPACE from metadata.name and metadata.namespace of the pod',
    });
  }
  return { pod: { name, namespace }, lease: leaseOf(options), durationMs: durationOf(options) };
}

/** Replicas of one shard share a lease; shards must not. */
export function leaseOf(options: LeaseFlags): string {
  const { 'leader-elect-resource-name': given, shard, 'total-shards': total } = options;
  const name = given ?? (total > 1 ? `${leaseName}-shard-${shard}` : leaseName);
  if (name.length <= nameCharsMax && namePattern.test(name)) return name;
  throw new ConfigError({
    flag: '--leader-elect-resource-name',
    expected: `a name of small letters, digits and -, ${nameCharsMax} at the most`,
    got: `"${name}"`,
  });
}

function durationOf({ 'leader-elect-lease-duration': ms }: ElectorFlags): number {
  if (ms >= durationMsMin && ms <= durationMsMax && ms % 1_000 === 0) return ms;
  throw new ConfigError({
    flag: '--leader-elect-lease-duration',
    expected: `whole seconds from ${durationMsMin / 1_000}s to ${durationMsMax / 1_000}s`,
    got: `${ms / 1_000}s`,
  });
}

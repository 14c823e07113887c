// Discovery asks the API server which kinds of a group it serves.
import type { ServedKind } from '../custom/types.ts';
import type { Client } from '../kube/client.ts';
import { asRecord } from '../kube/objects.ts';
import type { Clock } from '../lib/clock.ts';
import { Deadline } from '../lib/deadline.ts';
import { errorMessage, httpStatusOf, isNotFound } from '../lib/errors.ts';

/** How long one question may take: as long as a refusal is waited for. */
const askMsMax = 30_000;
/** What has to be possible with objects of a kind. */
const verbsNeeded = ['list', 'watch'];

/** The kinds of a group, or why they are not known. */
export type Discovered =
  | { readonly kinds: readonly ServedKind[] }
  /**
   * Where `answered`, an aggregated API has failed, or hangs: neither other groups nor readiness
   * wait for that. Else the server was not reached.
   */
  | { readonly error: string; readonly answered: boolean };

/** As `discover`, but never rejects. */
export async function tryDiscover(
  client: Pick<Client, 'get'>,
  clock: Clock,
  group: string,
  versions: readonly string[] | 'all',
  signal: AbortSignal,
): Promise<Discovered> {
  const deadline = new Deadline(clock, askMsMax, 'no answer');
  try {
    const either = AbortSignal.any([signal, deadline.signal]);
    return { kinds: await discover(client, group, versions, either) };
  } catch (error) {
    const answered = httpStatusOf(error) !== undefined || deadline.signal.aborted;
    return { error: errorMessage(error), answered };
  } finally {
    deadline.end();
  }
}

/** The kinds of a group in these versions, or in all; none where it is not served. */
export async function discover(
  client: Pick<Client, 'get'>,
  group: string,
  versions: readonly string[] | 'all',
  signal: AbortSignal,
): Promise<readonly ServedKind[]> {
  const asked = versions === 'all' ? await versionsOf(client, group, signal) : versions;
  const kinds = await Promise.all(asked.map((version) => kindsIn(client, group, version, signal)));
  return kinds.flat();
}

async function versionsOf(
  client: Pick<Client, 'get'>,
  group: string,
  signal: AbortSignal,
): Promise<string[]> {
  const path = group === '' ? '/api' : `/apis/${encodeURIComponent(group)}`;
  const { versions } = asRecord(await got(client, path, signal));
  if (!Array.isArray(versions)) return [];
  // Those of the core group are texts, those of others objects.
  const names = versions.map((one) => (typeof one === 'string' ? one : asRecord(one).version));
  return names.filter((name) => typeof name === 'string');
}

async function kindsIn(
  client: Pick<Client, 'get'>,
  group: string,
  version: string,
  signal: AbortSignal,
): Promise<ServedKind[]> {
  const at = group === '' ? '/api' : `/apis/${encodeURIComponent(group)}`;
  const answer = await got(client, `${at}/${encodeURIComponent(version)}`, signal);
  const { resources } = asRecord(answer);
  if (!Array.isArray(resources)) return [];
  return resources.map(asRecord).flatMap(({ name, kind, namespaced, verbs }): ServedKind[] => {
    if (typeof name !== 'string' || typeof kind !== 'string') return [];
    const able = Array.isArray(verbs) && verbsNeeded.every((verb) => verbs.includes(verb));
    // A name with a slash is that of a subresource.
    if (!able || name.includes('/')) return [];
    const scope = namespaced === true ? 'namespace' : 'cluster';
    return [{ group, version, kind, plural: name, scope }];
  });
}

/** The document at a path; undefined where there is none. */
async function got(
  client: Pick<Client, 'get'>,
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return await client.get(path, signal);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

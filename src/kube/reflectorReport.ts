// reportOf says where a reflector stands, for the page on the telemetry port.
import type { RelistContext } from './initialList.ts';
import type { Content } from './syncState.ts';
import type { ReflectorReport } from './types.ts';

/** The report of a reflector that has come to this content, and up to `version`. */
export function reportOf(
  { client, collection }: Pick<RelistContext, 'client' | 'collection'>,
  content: Content,
  version: string,
): ReflectorReport {
  const { namespace, fieldSelector, representation = 'object' } = collection;
  return {
    namespace,
    fieldSelector,
    resourceVersion: content.synced ? version : undefined,
    listedBy: content.synced ? content.by : undefined,
    wireFormat: client.wireFormatOf(collection),
    representation: typeof representation === 'object' ? 'table' : representation,
  };
}

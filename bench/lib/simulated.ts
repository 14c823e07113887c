// The child process with the simulated API server: `node simulated.ts CONTENTS`.
import { builtinKinds } from '../../src/demo/apiserver/kinds.ts';
import type { Listening } from './cluster.ts';
import { type Contents, holding } from './contents.ts';
import { protobufOf } from './protobuf.ts';
import { podsPerCopy, streaming } from './streamed.ts';

const server = serverOf(JSON.parse(process.argv[2] ?? '') as Contents);
const { url } = await server.listen(0, '127.0.0.1');

process.on('message', () => {
  // As after a restored backup: open watches end, and the versions that clients know are gone.
  for (const { resource } of Object.values(builtinKinds)) {
    const storage = server.storage(resource);
    storage.restore(storage.itemsAt(storage.version) ?? []);
  }
});
// What making the objects has left behind.
globalThis.gc?.();
process.on('disconnect', () => process.exit(0));
process.send?.({ url } satisfies Listening);

function serverOf(contents: Contents) {
  if (!contents.streamed) return holding(contents);
  return contents.pods > podsPerCopy ? streaming(contents) : holding(contents, protobufOf);
}

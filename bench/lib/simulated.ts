// The child process with the simulated API server: `node simulated.ts CONTENTS`.
import { builtinKinds } from '../../src/demo/apiserver/kinds.ts';
import type { Listening } from './cluster.ts';
import { type Contents, holding } from './contents.ts';

const server = holding(JSON.parse(process.argv[2] ?? '') as Contents);
const { url } = await server.listen(0, '127.0.0.1');

process.on('message', () => {
  // As after a restored backup: open watches end, and the versions that clients know are gone.
  for (const { resource } of Object.values(builtinKinds)) {
    const storage = server.storage(resource);
    storage.restore(storage.itemsAt(storage.version) ?? []);
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.({ url } satisfies Listening);

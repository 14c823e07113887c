// whileZlibFails makes one call of the codec throw, as where there is no memory.
import { PersistentCodec } from '../../src/store/codec.ts';

export async function whileZlibFails(
  call: 'deflate' | 'inflateInto',
  act: () => Promise<unknown>,
): Promise<void> {
  const codec = PersistentCodec.prototype;
  const { deflate, inflateInto } = codec;
  const fail = (): never => {
    throw new Error('out of memory');
  };
  Object.assign(codec, { [call]: fail });
  try {
    await act();
  } finally {
    Object.assign(codec, { deflate, inflateInto });
  }
}

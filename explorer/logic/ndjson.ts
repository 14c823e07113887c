// resultOf reads a slow answer: lines of progress as they come, then the result.
import type { Slow } from '../../src/explorer/api.ts';

/** A refusal by the server, in its own sentence. */
export class Refusal extends Error {}

/** The result of a stream of lines; throws what the server says went wrong. */
export async function resultOf<T>(
  chunks: AsyncIterable<Uint8Array>,
  onProgress: (part: number) => void,
): Promise<T> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line) as Slow<T>;
      if ('result' in message) return message.result;
      if ('error' in message) throw new Refusal(message.error);
      onProgress(message.progress);
    }
  }
  throw new Refusal('The answer ended before its result: kubestate was stopped meanwhile.');
}

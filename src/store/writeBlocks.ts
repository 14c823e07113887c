// writeBlocks splices pending changes into the text of their blocks.
import type { Block } from './block.ts';
import type { FlushTools } from './flush.ts';
import type { BlockText } from './segment.ts';
import type { Changes } from './segmentWriter.ts';

/** The new texts of blocks, which are hot as far as the budget goes. */
export async function writeBlocks(
  work: readonly { readonly block: Block; readonly changes: Changes }[],
  { writer, cooler, now, pause }: FlushTools,
): Promise<BlockText[]> {
  const nowMs = now();
  const blocks = new Set(work.map(({ block }) => block));
  for (const block of blocks) cooler.touch(block);
  const texts: BlockText[] = [];
  /** Hot text that is added by the blocks written so far. */
  let addedBytes = 0;
  for (const { block, changes } of work) {
    const from = block.text;
    let text = writer.write({ from, lengths: block.textIndex, changes, nowMs });
    while (!cooler.hasRoom(addedBytes + text.hotBytes - from.hotBytes)) {
      if (!cooler.coolOldest(blocks)) {
        text = writer.compress(text);
        break;
      }
      await pause();
    }
    addedBytes += text.hotBytes - from.hotBytes;
    texts.push(text);
    await pause();
  }
  return texts;
}

// textRenderer is a Renderer of families that a test makes up, with the texts that it gives them.
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Rendered, Renderer } from '../../src/metrics/render.ts';
import { TextBytes } from '../../src/metrics/textBytes.ts';
import { familyHeader } from './familyHeader.ts';

export function textRenderer(
  names: readonly string[],
  render: (object: KubeObject) => string[],
): Renderer {
  return {
    families: names.map(familyHeader),
    render,
    renderAll: (object) => ({ ...renderedOf(render(object)), taken: undefined }),
  };
}

/** These texts as a renderer gives them. */
function renderedOf(texts: readonly string[]): Rendered {
  const bytes = new TextBytes();
  const starts = new Uint32Array(texts.length);
  const lengths = new Uint32Array(texts.length);
  for (const [i, text] of texts.entries()) {
    starts[i] = bytes.end;
    bytes.addText(text);
    lengths[i] = bytes.end - (starts[i] as number);
    bytes.pad();
  }
  const series = Uint32Array.from(texts, (text) => text.split('\n').length - 1);
  return { bytes, starts, lengths, series };
}

// Rendered is the texts of one object by family, as bytes.
import type { KubeObject } from './object.ts';
import type { FamilyHeader, Renderer } from './render.ts';
import { bytes } from './seriesLines.ts';
import type { TextBytes } from './textBytes.ts';

/**
 * The texts of one object, one for each family, in the order of the renderer. Whatever is rendered
 * next overwrites all of it.
 */
export interface Rendered {
  readonly bytes: TextBytes;
  /** Offsets in `bytes`, each a multiple of four. */
  readonly starts: Uint32Array;
  /** In bytes; 0 where the object has no series, `leftOut` where the text is not there. */
  readonly lengths: Uint32Array;
  /** The number of series. */
  readonly series: Uint32Array;
}

/** Stands for the length of a text that is left out; no text is so long. */
export const leftOut = 0xffff_ffff;

export const textsOf = ({ bytes, starts, lengths }: Rendered): string[] =>
  Array.from(starts, (start, i) => bytes.text(start, start + (lengths[i] as number)));

/** Texts that were rendered before, as if they had been rendered last; undefined is left out. */
export function renderedOf(texts: readonly (string | undefined)[]): Rendered {
  const starts = new Uint32Array(texts.length);
  const lengths = new Uint32Array(texts.length);
  const series = new Uint32Array(texts.length);
  bytes.clear();
  for (const [i, text] of texts.entries()) {
    starts[i] = bytes.end;
    if (text === undefined) {
      lengths[i] = leftOut;
      continue;
    }
    bytes.addText(text);
    lengths[i] = bytes.end - (starts[i] as number);
    series[i] = linesOf(text);
    bytes.pad();
  }
  return { bytes, starts, lengths, series };
}

/** Label values are escaped, so that a newline ends a series and stands nowhere else. */
function linesOf(text: string): number {
  let lines = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lines++;
  return lines;
}

/** A renderer of what is text already. */
export const rendererOfTexts = (
  families: readonly FamilyHeader[],
  render: (object: KubeObject) => string[],
): Renderer => ({
  families,
  render,
  renderAll: (object) => ({ ...renderedOf(render(object)), taken: undefined }),
});

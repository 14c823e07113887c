// textRenderer is a Renderer of families that a test makes up, with the texts that it gives them.
import type { KubeObject } from '../../src/metrics/object.ts';
import type { Renderer } from '../../src/metrics/render.ts';
import { rendererOfTexts } from '../../src/metrics/rendered.ts';
import { familyHeader } from './familyHeader.ts';

export const textRenderer = (
  names: readonly string[],
  render: (object: KubeObject) => string[],
): Renderer => rendererOfTexts(names.map(familyHeader), render);

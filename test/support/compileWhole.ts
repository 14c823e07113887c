// compileWhole is compile for tests of one object: its counted families are rendered as the others.
import { compile, type Renderer } from '../../src/metrics/render.ts';
import { rendererOfTexts } from '../../src/metrics/rendered.ts';
import { formatNumber } from '../../src/metrics/text.ts';

/** The counted families come last, and have what the one object counts. */
export const compileWhole: typeof compile = (...parameters): Renderer => {
  const renderer = compile(...parameters);
  const { counted } = renderer;
  if (counted === undefined) return renderer;
  return rendererOfTexts([...renderer.families, ...counted.families], (object) => {
    const counts = counted.collect(object);
    const texts = counted.families.map(({ name }, i) =>
      counts
        .filter(({ family }) => family === i)
        .map(({ labels, value }) => `${name}{${labels}} ${formatNumber(value)}\n`)
        .join(''),
    );
    return [...renderer.render(object), ...texts];
  });
};

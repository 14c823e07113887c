// podRenderer renders pods as the program does where no flag is given.
import { compile, type Renderer } from '../../src/metrics/render.ts';
import { pods } from '../../src/resources/pods.ts';

export function podRenderer(): Renderer {
  const choices = { enabled: () => true, labels: undefined, annotations: undefined };
  return compile(pods, choices, (_family, _object, error) => {
    throw error;
  });
}

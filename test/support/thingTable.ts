// thingTable is a table of made-up things, with the families that a test gives them.
import { everyKey } from '../../src/metrics/labels.ts';
import type { KubeObject } from '../../src/metrics/object.ts';
import {
  compile,
  type LabelSources,
  type RenderChoices,
  type Renderer,
} from '../../src/metrics/render.ts';
import type { Resource } from '../../src/metrics/resource.ts';
import type { AnyResource } from '../../src/metrics/select.ts';

/** Things are known by namespace and name, unless `identity` says otherwise. */
export const thingTable = <T = KubeObject>(
  families: Resource<T>['families'],
  identity: Resource<T>['identity'] = {
    namespace: (o) => o.metadata.namespace,
    thing: (o) => o.metadata.name,
  },
): Resource<T> => ({
  group: '',
  version: 'v1',
  kind: 'Thing',
  scope: 'namespace',
  default: true,
  identity,
  families,
});

/** A renderer of all families with all labels, unless `choices` say otherwise; rows throw. */
export const compileAll = (
  table: AnyResource,
  choices: Partial<RenderChoices> = {},
  sources?: LabelSources,
): Renderer =>
  compile(
    table,
    { enabled: () => true, labels: everyKey, annotations: everyKey, ...choices },
    (family, _, error) => {
      throw new Error(family, { cause: error });
    },
    sources,
  );

// ObjectSelectors reads --object-selector and --namespace-selector: which objects are served.
import { ConfigError } from '../lib/errors.ts';
import { parseLabelSelector, SelectorError } from '../lib/labelSelector.ts';

/** What the flags say. */
export interface SelectorChoices {
  /** Label selectors by resource: `pods:team=a,tier!=db`. */
  readonly objectSelectors?: readonly string[];
  /** The label selector of namespaces. */
  readonly namespaceSelector?: string | undefined;
}

export interface ObjectSelectors {
  /** For the resource that goes by any of these names; undefined where all objects are served. */
  of(names: readonly string[]): string | undefined;
  /** Those that were for none of the names so far. */
  unused(): readonly ObjectSelector[];
}

interface ObjectSelector {
  readonly resource: string;
  readonly selector: string;
}

/** Throws ConfigError where one is malformed; `checkResource` does where there is no such one. */
export function objectSelectors(
  { objectSelectors: given = [], namespaceSelector }: SelectorChoices,
  checkResource: (flag: string, resource: string) => void,
): ObjectSelectors {
  const selectors = given.map((text) => {
    const [resource, selector] = splitAt(text, text.indexOf(':'));
    checkResource(objectFlag, resource);
    return { resource, selector: checked(objectFlag, selector) };
  });
  const ofNamespaces =
    namespaceSelector === undefined ? [] : [checked('--namespace-selector', namespaceSelector)];
  const used = new Set<ObjectSelector>();
  return {
    of(names) {
      const own = selectors.filter(({ resource }) => names.includes(resource));
      for (const one of own) used.add(one);
      const all = own.map(({ selector }) => selector);
      if (names.includes('namespaces')) all.push(...ofNamespaces);
      return all.length === 0 ? undefined : all.join(',');
    },
    unused: () => selectors.filter((one) => !used.has(one)),
  };
}

const objectFlag = '--object-selector';

function splitAt(text: string, colon: number): [resource: string, selector: string] {
  const resource = text.slice(0, colon).trim();
  if (colon > 0 && resource !== '') return [resource, text.slice(colon + 1)];
  throw new ConfigError({
    flag: objectFlag,
    expected: 'a resource and its label selector such as pods:team=a',
    got: JSON.stringify(text),
  });
}

/** The selector, trimmed; throws ConfigError where the API server would refuse it. */
function checked(flag: string, text: string): string {
  const selector = text.trim();
  try {
    if (parseLabelSelector(selector).length > 0) return selector;
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    const { expected, got } = error;
    throw new ConfigError({ flag, expected, got: `${got} in ${JSON.stringify(selector)}` });
  }
  throw new ConfigError({
    flag,
    expected: 'a label selector such as team=a,tier!=db',
    got: 'nothing',
    hint: 'leave the flag out to select everything',
  });
}

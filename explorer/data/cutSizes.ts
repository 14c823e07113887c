// useCutSizes is what a cut is reckoned with: sizes of families, of namespaces, and of both.
import { useEffect, useState } from 'preact/hooks';
import type {
  Families,
  FamilySize,
  NamespaceFamilies,
  Namespaces,
} from '../../src/explorer/api.ts';
import type { Sizes } from '../../src/explorer/cut.ts';
import { type Answer, dataOf, useAnswer } from './answers.ts';
import { requestSlow, sentenceAbout } from './request.ts';

const everyMs = 15_000;
/** Families are asked for in so many of the namespaces that are cut; others are estimated. */
const namespacesMax = 20;

export interface CutSizes {
  readonly families: Answer<Families>;
  readonly namespaces: Answer<Namespaces>;
  /** Undefined until families and namespaces have been answered. */
  readonly sizes: (Sizes & { readonly families: readonly FamilySize[] }) | undefined;
  /** Why the families of a namespace that is cut are not known. */
  readonly problem: string | undefined;
}

export function useCutSizes(cutNamespaces: readonly string[]): CutSizes {
  const families = useAnswer<Families>('api/v1/families', everyMs);
  const namespaces = useAnswer<Namespaces>('api/v1/namespaces', everyMs);
  const [inNamespaces, setInNamespaces] = useState<readonly NamespaceFamilies[]>([]);
  const [problem, setProblem] = useState<string>();
  const wanted = cutNamespaces
    .slice(0, namespacesMax)
    .filter((name) => !inNamespaces.some(({ namespace }) => namespace === name));
  const [next] = wanted;
  useEffect(() => {
    if (next === undefined) return;
    const left = new AbortController();
    const path = `api/v1/namespaces/${encodeURIComponent(next)}/families`;
    requestSlow<NamespaceFamilies>(path, left.signal, () => undefined).then(
      (result) => {
        if (left.signal.aborted) return;
        setProblem(undefined);
        setInNamespaces((before) => [...before, { ...result, namespace: next }]);
      },
      (error: unknown) => {
        if (!left.signal.aborted) setProblem(sentenceAbout(error));
      },
    );
    return () => left.abort();
  }, [next]);
  const [ofFamilies, ofNamespaces] = [dataOf(families), dataOf(namespaces)];
  const sizes =
    ofFamilies === undefined || ofNamespaces === undefined
      ? undefined
      : { families: ofFamilies.families, namespaces: ofNamespaces.namespaces, inNamespaces };
  return { families, namespaces, sizes, problem };
}

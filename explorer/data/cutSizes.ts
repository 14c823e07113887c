// useCutSizes is what a cut is reckoned with: sizes of families, of namespaces, and of both.
import { useEffect, useRef, useState } from 'preact/hooks';
import type {
  Families,
  FamilySize,
  NamespaceFamilies,
  Namespaces,
} from '../../src/explorer/api.ts';
import type { Sizes } from '../../src/explorer/cut.ts';
import { amountOf } from '../../src/explorer/cut.ts';
import { type Answer, dataOf, useAnswer } from './answers.ts';
import { requestSlow, sentenceAbout } from './request.ts';

const everyMs = 15_000;
/** Families are asked for in so many of the namespaces that are cut; others are estimated. */
const namespacesMax = 20;
/** They are asked for again once the series of the namespace have changed by more than this. */
const changedShare = 0.01;

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
  const [asked, setAsked] = useState<ReadonlyMap<string, Asked>>(new Map());
  const [ofFamilies, ofNamespaces] = [dataOf(families), dataOf(namespaces)];
  // Of now, also for an answer that took longer than a round.
  const round = useRef(0);
  if ('atMs' in namespaces) round.current = namespaces.atMs;
  const names = cutNamespaces.slice(0, namespacesMax);
  const next =
    ofNamespaces &&
    names.find((name) => isWanted(asked.get(name), name, ofNamespaces, round.current));
  useEffect(() => {
    if (next === undefined) return;
    const left = new AbortController();
    const know = (answer: Omit<Asked, 'round'>): void => {
      if (left.signal.aborted) return;
      const about = { round: round.current, ...answer };
      setAsked((before) => new Map(before).set(next, { ...before.get(next), ...about }));
    };
    const path = `api/v1/namespaces/${encodeURIComponent(next)}/families`;
    requestSlow<NamespaceFamilies>(path, left.signal, () => undefined).then(
      (result) => know({ families: result.families, problem: undefined }),
      (error: unknown) => know({ problem: sentenceAbout(error) }),
    );
    return () => left.abort();
    // Not with each round: a slow answer may take longer than one.
  }, [next]);
  const sizes =
    ofFamilies === undefined || ofNamespaces === undefined
      ? undefined
      : {
          families: ofFamilies.families,
          namespaces: ofNamespaces.namespaces,
          isComplete: ofNamespaces.more.namespaces === 0,
          inNamespaces: names.flatMap((namespace) => {
            const known = asked.get(namespace)?.families;
            return known === undefined ? [] : [{ namespace, families: known }];
          }),
        };
  const problem = names.map((name) => asked.get(name)?.problem).find(Boolean);
  return { families, namespaces, sizes, problem };
}

/** What was asked for of a namespace that is cut. */
interface Asked {
  /** When the sizes came that it was asked after: once for each. */
  readonly round: number;
  readonly families?: NamespaceFamilies['families'];
  readonly problem?: string | undefined;
}

/** Whether the families of a namespace are to be asked for, again if it has changed since. */
function isWanted(
  before: Asked | undefined,
  name: string,
  sizes: Namespaces,
  round: number,
): boolean {
  if (before?.round === round) return false;
  const size = sizes.namespaces.find(({ namespace }) => namespace === name);
  if (size === undefined && sizes.more.namespaces === 0) return false;
  if (before?.families === undefined || size === undefined) return before?.families === undefined;
  const { series } = amountOf(before.families);
  return Math.abs(series - size.series) > changedShare * size.series;
}

// Page is what every view is given: the address, links that keep the cut, and ways to change both.
import { createContext } from 'preact';
import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Marks } from '../logic/marks.ts';
import { type Address, addressOf, hashOf, type Route } from '../logic/route.ts';

export interface Page extends Address {
  /** The address of another view, with the same cut. */
  href(route: Route): string;
  /** Opens another view. */
  open(route: Route): void;
  /** The whole address, to be sent. */
  readonly url: string;
  /** Changes what the view shows without a new step in the browser's history. */
  show(route: Route): void;
  setMarks(marks: Marks): void;
  setPrice(price: number | undefined): void;
}

/** Browsers refuse to have the address changed as often as one types. */
const writeMs = 150;

const PageContext = createContext<Page | undefined>(undefined);
export const PageProvider = PageContext.Provider;

export function usePage(): Page {
  const page = useContext(PageContext);
  if (page === undefined) throw new Error('expected a view inside of the page');
  return page;
}

/** The page of the address that the browser shows. */
export function useAddress(): Page {
  const [hash, setHash] = useState(location.hash);
  const writing = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const changed = (): void => {
      clearTimeout(writing.current);
      setHash(location.hash);
    };
    addEventListener('hashchange', changed);
    // It may have changed since the first rendering.
    changed();
    return () => removeEventListener('hashchange', changed);
  }, []);
  return useMemo(() => {
    const address = addressOf(hash);
    const replace = (next: Address): void => {
      const hash = hashOf(next);
      setHash(hash);
      clearTimeout(writing.current);
      writing.current = setTimeout(() => history.replaceState(null, '', hash), writeMs);
    };
    return {
      ...address,
      url: new URL(hash || '#/', location.href).href,
      href: (route) => hashOf({ ...address, route }),
      open: (route) => {
        location.hash = hashOf({ ...address, route });
      },
      show: (route) => replace({ ...address, route }),
      setMarks: (marks) => replace({ ...address, marks }),
      setPrice: (price) => replace({ ...address, price }),
    };
  }, [hash]);
}

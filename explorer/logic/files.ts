// readFiles reads dashboards and rules: which families each uses, or why it cannot be read.
import { usedFamilies } from '../../src/explorer/usedFamilies.ts';
import { errorMessage } from '../../src/lib/errors.ts';

/** One text or file, and what was found in it. */
export type ReadFile =
  | {
      readonly name: string;
      readonly families: readonly string[];
      /** Dashboards and rules in it. */
      readonly readers: number;
      /** What a reader should know before trusting this. */
      readonly notes: readonly string[];
    }
  | { readonly name: string; readonly error: string };

export interface GivenFile {
  readonly name: string;
  readonly text: string;
}

/** `served` are all families; the first of two files of one name counts no more. */
export const readFiles = (
  files: readonly GivenFile[],
  served: readonly string[],
): Promise<ReadFile[]> => Promise.all(files.map((file) => readFile(file, served)));

async function readFile({ name, text }: GivenFile, served: readonly string[]): Promise<ReadFile> {
  try {
    const uses = await usedFamilies(text, name, served);
    const all = uses.find(({ readsAll }) => readsAll !== undefined);
    const recorded = [...new Set(uses.flatMap((use) => use.recorded))];
    const panels = [...new Set(uses.flatMap((use) => use.libraryPanels))];
    const open = uses.find(({ unreadable }) => unreadable !== undefined);
    const notes = [
      all === undefined ? '' : `“${all.name}” reads every family, by ${all.readsAll}.`,
      open === undefined
        ? ''
        : `“${open.name}” may read more: this is not closed: ${open.unreadable}`,
      recorded.length === 0
        ? ''
        : `It reads what rules record (${few(recorded)}): give these rules too.`,
      panels.length === 0 ? '' : `It shows library panels that are not in it: ${few(panels)}.`,
    ];
    return {
      name,
      families: [...new Set(uses.flatMap(({ families }) => families))],
      readers: uses.length,
      notes: notes.filter(Boolean),
    };
  } catch (error) {
    return { name, error: errorMessage(error) };
  }
}

const few = (names: readonly string[]): string =>
  names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;

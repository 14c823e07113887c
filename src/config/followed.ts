// Files that are followed by their content, however they are replaced: in place, or by symlink.

/** A file's content, or why there is none. */
export type Content = { readonly text: string } | { readonly error: unknown };

/** What was read of each path. */
export type Contents = ReadonlyMap<string, Content>;

/** Reads a file; throws where it cannot be read. */
export type ReadFile = (path: string) => Buffer;

/** Reads the paths now; what cannot be read is told in its place. */
export function contentsOf(paths: readonly string[], readFile: ReadFile): Contents {
  return new Map(paths.map((path) => [path, contentOf(path, readFile)]));
}

function contentOf(path: string, readFile: ReadFile): Content {
  try {
    return { text: readFile(path).toString('utf8') };
  } catch (error) {
    return { error };
  }
}

/**
 * Tells when files have changed. Content is looked at, not the file system's events: a ConfigMap's
 * symlinks are swapped, mounts differ in what they tell, and some tell nothing.
 */
export class FollowedFiles {
  readonly #readFile: ReadFile;
  #taken: Contents;
  #seen: Contents;

  /** `contents` is what the caller has acted upon already. */
  constructor(contents: Contents, readFile: ReadFile) {
    this.#readFile = readFile;
    this.#taken = contents;
    this.#seen = contents;
  }

  /** Told what the caller acted upon, where it read more than it was given. */
  took(contents: Contents): void {
    this.#taken = contents;
    this.#seen = contents;
  }

  /**
   * The contents of the paths, where they differ from those last returned and were the same at the
   * look before: a file that is still being written is not taken.
   */
  changed(paths: readonly string[]): Contents | undefined {
    const now = contentsOf(paths, this.#readFile);
    const settled = sameContents(now, this.#seen);
    this.#seen = now;
    if (!settled || sameContents(now, this.#taken)) return undefined;
    this.#taken = now;
    return now;
  }
}

/** Whether the same paths have the same texts; which error stands for a text does not matter. */
export function sameContents(a: Contents, b: Contents): boolean {
  if (a.size !== b.size) return false;
  return [...a].every(([path, content]) => {
    const other = b.get(path);
    return other !== undefined && textIn(content) === textIn(other);
  });
}

/** The text of a content, undefined where there is none. */
export const textIn = (content: Content | undefined): string | undefined =>
  content !== undefined && 'text' in content ? content.text : undefined;

// printable keeps texts of others from commanding a terminal.

/** The text without what a terminal takes for commands: others wrote it. */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Bidi_C}\u2028\u2029]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

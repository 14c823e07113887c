// Simple commands of a shell text: as much of bash's grammar as the documentation uses.

/** One program with its arguments. */
export interface ShellCommand {
  readonly words: readonly string[];
  /** Of the line on which it ends; empty where there is none. */
  readonly comment: string;
}

/** A quoted part, an escaped character, a comment, an operator, space, plain characters. */
const TOKEN = new RegExp(
  [
    /'(?<single>[^']*)'/,
    /"(?<double>(?:[^"\\]|\\.)*)"/,
    /(?<continued>\\\n)/,
    /\\(?<escaped>.)/,
    /(?<!\S)#(?<comment>[^\n]*)/,
    /(?<operator>&&|\|\||[|;&()\n])/,
    /(?<space>[^\S\n]+)/,
    /(?<plain>[^\s'"\\|;&()]+)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gsy',
);

/** The commands of a text in their order. */
export function commandsIn(text: string): ShellCommand[] {
  const commands: { words: string[]; comment: string }[] = [];
  let words: string[] = [];
  let word: string | undefined;
  let onThisLine = 0;
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) commands.push({ words, comment: '' });
    words = [];
  };
  for (const { groups = {} } of text.matchAll(TOKEN)) {
    const { single, double, continued, escaped, comment, operator, space, plain } = groups;
    if (comment !== undefined) {
      endCommand();
      for (const command of commands.slice(onThisLine)) command.comment = comment.trim();
    } else if (operator !== undefined) {
      endCommand();
      if (operator === '\n') onThisLine = commands.length;
    } else if (space !== undefined || continued !== undefined) {
      endWord();
    } else {
      const quoted = single ?? double?.replaceAll(/\\(["\\$`])/g, '$1');
      word = `${word ?? ''}${quoted ?? escaped ?? plain}`;
    }
  }
  endCommand();
  return commands;
}

/** Where the words of a program begin, behind assignments such as `KUBECONFIG=x`. */
export const programOf = ({ words }: ShellCommand): readonly string[] =>
  words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word)));

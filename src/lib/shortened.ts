// shortened cuts a text that a message, a log line or a page shows.

/** The text, or so many characters of it and an ellipsis. Half a character is not shown. */
export const shortened = (text: string, charsMax: number): string =>
  text.length > charsMax ? `${text.slice(0, charsMax).toWellFormed()}…` : text;

// A function of one text that remembers its answers, as long as they are few.

/**
 * `make`, computed once for each text. Past `entriesMax` texts all are forgotten at once: whoever
 * invents texts costs time, never memory.
 */
export function remember<T>(entriesMax: number, make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined) {
      value = make(text);
      if (known.size >= entriesMax) known.clear();
      known.set(text, value);
    }
    return value;
  };
}

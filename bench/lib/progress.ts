// Prints progress: on a terminal in one line that is overwritten, otherwise line by line.

const tickMs = 500;

export interface Progress {
  say(doing: string): void;
  /** Clears the progress line, so that something else can be printed. */
  clear(): void;
}

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Progress of a question, with the elapsed seconds. */
export function openProgress(out: Output, name: string): Progress {
  const start = performance.now();
  const line = (doing: string): string => {
    const seconds = Math.round((performance.now() - start) / 1_000);
    return `${name} ${String(seconds).padStart(4)} s  ${doing}`;
  };
  if (!out.isTTY) {
    return {
      say: (doing) => void out.write(`${line(doing)}\n`),
      clear: () => undefined,
    };
  }
  let doing = '';
  const draw = (): void => {
    out.write(`\r\x1b[K${line(doing).slice(0, (out.columns ?? 80) - 1)}`);
  };
  const ticking = setInterval(draw, tickMs);
  return {
    say(now) {
      doing = now;
      draw();
    },
    clear() {
      clearInterval(ticking);
      out.write('\r\x1b[K');
    },
  };
}

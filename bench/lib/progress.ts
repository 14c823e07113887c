// Says what is being done: on a terminal in one line that moves, else line by line.

const tickMs = 500;

export interface Progress {
  say(doing: string): void;
  /** Ends the moving line, so that something can be printed. */
  clear(): void;
}

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Lines behind the name of a question, with the seconds that have gone by. */
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

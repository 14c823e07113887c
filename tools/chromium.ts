// Runs Debian's Chromium headless: screenshots, the HTML of a loaded page, a browser to drive.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import puppeteer, { type Browser } from 'puppeteer-core';

const timeoutMs = 60_000;
const outputBytesMax = 64 * 2 ** 20;
const run = promisify(execFile);

/** The size of the window, in CSS pixels. */
export interface Sight {
  readonly width: number;
  readonly height: number;
}

/** Writes a screenshot of the top of a page as PNG. */
export async function picture(url: string, file: string, { width, height }: Sight): Promise<void> {
  const size = `--window-size=${width},${height}`;
  await chromium([`--screenshot=${file}`, size, '--hide-scrollbars', url]);
}

/** The HTML of a loaded page, and the errors on the console. */
export async function opened(url: string): Promise<{ html: string; complaints: string[] }> {
  const { stdout, stderr } = await chromium(['--dump-dom', '--enable-logging=stderr', url]);
  // Chromium's own pages complain of a machine that is slow.
  const isOurs = (line: string): boolean =>
    line.includes('CONSOLE') && !line.includes('source: chrome://');
  const complaints = stderr.split('\n').filter(isOurs);
  return { html: stdout, complaints };
}

// Chromium has no sandbox as root, and /dev/shm of a container is small.
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

/** A browser that a test or a tool drives. */
export const launchChromium = (): Promise<Browser> =>
  puppeteer.launch({ executablePath: '/usr/bin/chromium', args: quiet, pipe: true });

async function chromium(args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const profile = mkdtempSync(join(tmpdir(), 'kubestate-chromium-'));
  try {
    return await run(
      'chromium',
      ['--headless=new', ...quiet, `--user-data-dir=${profile}`, ...args],
      {
        timeout: timeoutMs,
        maxBuffer: outputBytesMax,
      },
    );
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}

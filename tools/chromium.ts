// Runs Debian's Chromium headless: takes screenshots, and returns the HTML of a loaded page.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const timeoutMs = 60_000;

/** The size of the window, in CSS pixels. */
export interface Sight {
  readonly width: number;
  readonly height: number;
}

/** Writes a screenshot of the top of a page as PNG. */
export function picture(url: string, file: string, { width, height }: Sight): void {
  chromium([`--screenshot=${file}`, `--window-size=${width},${height}`, '--hide-scrollbars', url]);
}

/** The HTML of a loaded page, and the errors on the console. */
export function opened(url: string): { html: string; complaints: string[] } {
  const { stdout, stderr } = chromium(['--dump-dom', '--enable-logging=stderr', url]);
  const complaints = stderr.split('\n').filter((line) => line.includes('CONSOLE'));
  return { html: stdout, complaints };
}

function chromium(args: readonly string[]): { stdout: string; stderr: string } {
  const profile = mkdtempSync(join(tmpdir(), 'kubestate-chromium-'));
  // Chromium has no sandbox as root, and /dev/shm of a container is small.
  const quiet = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
  const run = spawnSync('chromium', [...quiet, `--user-data-dir=${profile}`, ...args], {
    encoding: 'utf8',
    timeout: timeoutMs,
  });
  rmSync(profile, { recursive: true, force: true });
  if (run.error) throw new Error(`chromium could not be started: ${run.error.message}`);
  if (run.status !== 0) throw new Error(`chromium ended with ${run.status}: ${run.stderr}`);
  return run;
}

// Debian's Chromium without a window: what a page looks like, and what it has become.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const timeoutMs = 60_000;

/** As a display of a common laptop shows it; height in CSS pixels. */
export interface Sight {
  readonly width: number;
  readonly height: number;
}

/** Writes a PNG of the top of a page. */
export function picture(url: string, file: string, { width, height }: Sight): void {
  chromium([`--screenshot=${file}`, `--window-size=${width},${height}`, '--hide-scrollbars', url]);
}

/** The page's HTML once it is loaded, and what the browser complained about. */
export function opened(url: string): { html: string; complaints: string[] } {
  const { stdout, stderr } = chromium(['--dump-dom', '--enable-logging=stderr', url]);
  const complaints = stderr.split('\n').filter((line) => line.includes('CONSOLE'));
  return { html: stdout, complaints };
}

function chromium(args: readonly string[]): { stdout: string; stderr: string } {
  const profile = mkdtempSync(join(tmpdir(), 'kubestate-chromium-'));
  // Root has no sandbox, and a container no large /dev/shm.
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

// Takes the screenshot of the page on port 8081 of a new demo, for the docs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { picture } from './chromium.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '..');
const file = join(root, 'docs/images/telemetry-page.png');
/** Shows the top of the page; the table is cut off. */
const sight = { width: 900, height: 760 };
const [port, telemetryPort] = [28_480, 28_481];
const readyWithinMs = 30_000;

const flags = [`--port=${port}`, `--telemetry-port=${telemetryPort}`];
const demo = spawn(process.execPath, [join(root, 'dist/kubestate.cjs'), 'demo', ...flags], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
const ended = once(demo, 'exit');
try {
  await until('the demo was ready', isReady, readyWithinMs);
  await picture(`http://127.0.0.1:${telemetryPort}/`, file, sight);
  process.stdout.write(`${file} written.\n`);
} finally {
  demo.kill();
  await ended;
}

async function isReady(): Promise<true | undefined> {
  // Otherwise another program may be listening on that port.
  if (demo.exitCode !== null) throw new Error(`the demo ended with ${demo.exitCode}`);
  try {
    return (await fetch(`http://127.0.0.1:${telemetryPort}/readyz`)).ok || undefined;
  } catch {
    // Not listening yet.
    return undefined;
  }
}

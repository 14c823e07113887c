// startDemo runs a demo of its own on free ports, for the pictures of its pages.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, ServerProcess } from './serverProcess.ts';

const bundle = join(import.meta.dirname, '../dist/kubestate.cjs');

/** A demo that is ready. */
export interface Demo {
  /** The pages on the ports that are 8080 and 8081 by default. */
  readonly page: string;
  readonly telemetryPage: string;
  stop(): Promise<void>;
}

/** Starts the bundle with these flags, and waits until all is synced. */
export async function startDemo(...flags: readonly string[]): Promise<Demo> {
  const [port = 0, telemetry = 0] = await freePorts(2);
  const ports = [`--port=${port}`, `--telemetry-port=${telemetry}`];
  const telemetryPage = `http://127.0.0.1:${telemetry}/`;
  const folder = mkdtempSync(join(tmpdir(), 'kubestate-pictures-'));
  const demo = new ServerProcess(
    'the demo',
    join(folder, 'demo.log'),
    () => [process.execPath, bundle, 'demo', ...flags, ...ports],
    () =>
      fetch(`${telemetryPage}readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
  );
  await demo.start();
  return {
    page: `http://127.0.0.1:${port}/`,
    telemetryPage,
    async stop() {
      await demo.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

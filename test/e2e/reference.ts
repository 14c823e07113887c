// kube-state-metrics against an API server: it is started, scraped and ended as ours is.
import { reference } from '../../tools/reference/program.ts';
import { freePorts } from '../../tools/serverProcess.ts';
import { Program } from './program.ts';

export class Reference {
  readonly program: Program;
  readonly metricsUrl: string;

  private constructor(program: Program, metricsUrl: string) {
    this.program = program;
    this.metricsUrl = metricsUrl;
  }

  /** Starts it with these flags and variables, and waits until its ports answer. */
  static async start(
    flags: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Reference> {
    const [metricsPort = 0, telemetryPort = 0] = await freePorts(2);
    const program = new Program('env', [
      ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
      reference,
      '--host=127.0.0.1',
      `--port=${metricsPort}`,
      '--telemetry-host=127.0.0.1',
      `--telemetry-port=${telemetryPort}`,
      ...flags,
    ]);
    const url = `http://127.0.0.1:${metricsPort}`;
    await program.answers(`${url}/healthz`);
    return new Reference(program, `${url}/metrics`);
  }

  async stop(): Promise<number | null> {
    return this.program.stop();
  }
}

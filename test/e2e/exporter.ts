// The built program against a real API server: its ports, what it serves, and every scrape between.
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { freePorts } from '../../tools/serverProcess.ts';
import { get, reachable } from './get.ts';
import { kubestate, Program } from './program.ts';

const unzip = promisify(gunzip);

const READY_TIMEOUT_MS = 40_000;
const CHANGE_TIMEOUT_MS = 20_000;
const SCRAPE_EVERY_MS = 100;

export class Exporter {
  readonly program: Program;
  readonly metricsUrl: string;
  readonly #telemetry: string;

  constructor(program: Program, metricsPort: number, telemetryPort: number) {
    this.program = program;
    this.metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
    this.#telemetry = `http://127.0.0.1:${telemetryPort}`;
  }

  /** Starts it with these flags and waits until it is synced. */
  static start(kubeconfig: string, ...flags: string[]): Promise<Exporter> {
    return Exporter.startIn({}, kubeconfig, flags);
  }

  /** The same with these variables in its environment. */
  static async startIn(
    env: Readonly<Record<string, string>>,
    kubeconfig: string,
    flags: readonly string[],
  ): Promise<Exporter> {
    const [metricsPort = 0, telemetryPort = 0] = await freePorts(2);
    const program = new Program('env', [
      ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
      kubestate,
      `--kubeconfig=${kubeconfig}`,
      '--host=127.0.0.1',
      `--port=${metricsPort}`,
      '--telemetry-host=127.0.0.1',
      `--telemetry-port=${telemetryPort}`,
      ...flags,
    ]);
    return Exporter.ready(program, metricsPort, telemetryPort);
  }

  /** Waits until a program that was started is synced; says what is not where it takes too long. */
  static async ready(
    program: Program,
    metricsPort: number,
    telemetryPort: number,
  ): Promise<Exporter> {
    const exporter = new Exporter(program, metricsPort, telemetryPort);
    try {
      const isReady = async () => ((await exporter.readyz())?.status === 200 ? true : undefined);
      await program.until('it was ready', isReady, READY_TIMEOUT_MS);
    } catch (error) {
      const said = (await exporter.readyz())?.text ?? 'nothing';
      await program.stop('SIGKILL');
      const missing = said.split('\n').filter((line) => !line.includes(' synced '));
      throw new Error(`${error}\n/readyz: ${missing.join('\n')}`);
    }
    return exporter;
  }

  /** What `/readyz` says, or undefined where nobody listens yet. */
  async readyz(): Promise<{ status: number | undefined; text: string } | undefined> {
    const answer = await reachable(`${this.#telemetry}/readyz`);
    return answer && { status: answer.status, text: answer.body.toString() };
  }

  /** The text of one scrape; its status is 200 or it is an error. */
  async scrape(encoding: 'gzip' | 'identity' = 'identity'): Promise<string> {
    const asked = { accept: 'text/plain', 'accept-encoding': encoding };
    const { status, headers, body } = await get(this.metricsUrl, asked);
    if (status !== 200) throw new Error(`a scrape was answered ${status}: ${body}`);
    const zipped = headers['content-encoding'] === 'gzip';
    if (zipped !== (encoding === 'gzip')) throw new Error(`a scrape was not sent as ${encoding}`);
    return (zipped ? await unzip(body) : body).toString();
  }

  /** The sum of a self-metric's series whose labels hold this text. */
  async own(family: string, holding = ''): Promise<number> {
    const lines = (await this.telemetry()).split('\n');
    const ofFamily = lines.filter((line) => /^\w+/.exec(line)?.[0] === family);
    if (ofFamily.length === 0)
      throw new Error(`expected ${family} on the telemetry port, got none`);
    const found = ofFamily.filter((line) => line.includes(holding));
    return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** What it says about itself. */
  async telemetry(): Promise<string> {
    return (await get(`${this.#telemetry}/metrics`)).body.toString();
  }

  /** Waits for a scrape that `holds`; tells what the exporter said where none does. */
  async shows(
    what: string,
    holds: (text: string) => boolean,
    withinMs = CHANGE_TIMEOUT_MS,
  ): Promise<void> {
    const probe = async () => holds(await this.scrape()) || undefined;
    await this.program.until(what, probe, withinMs);
  }

  /**
   * Scrapes all the while that `work` goes on, and returns how many scrapes there were. A scrape
   * that `isWhole` does not take, or one that fails, is an error.
   */
  async scrapedThrough(
    isWhole: (text: string) => boolean,
    work: () => Promise<void>,
  ): Promise<number> {
    let working = true;
    let scrapes = 0;
    const scraping = (async () => {
      while (working) {
        const text = await this.scrape();
        scrapes++;
        if (!isWhole(text)) throw new Error(`scrape ${scrapes} was short: ${text.length} bytes`);
        await sleep(SCRAPE_EVERY_MS);
      }
    })();
    const worked = work().finally(() => {
      working = false;
    });
    await Promise.all([worked, scraping]);
    return scrapes;
  }

  async stop(): Promise<number | null> {
    return this.program.stop();
  }
}

// RecipeRun follows recipes of docs/recipes.md on a real API server, and ends what tests start.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { programPath } from '../../tools/apiserver/programs.ts';
import { type RealCluster, startApiServer } from '../../tools/apiserver/start.ts';
import { execute } from '../../tools/execute.ts';
import { Installed, NODE } from './installed.ts';
import { type Block, isRunBy, type Recipe, recipes } from './recipePage.ts';
import { define, NAME } from './stacks.ts';
import { helm } from './tools.ts';

const root = join(import.meta.dirname, '../..');

export class RecipeRun {
  readonly cluster: RealCluster;
  /** Where the files of recipes are written, beside the chart. */
  readonly folder: string;
  readonly #suite: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #followed = new Set<string>();
  #ending: (() => Promise<unknown>)[] = [];

  private constructor(suite: string, cluster: RealCluster) {
    this.#suite = suite;
    this.cluster = cluster;
    this.folder = mkdtempSync(join(tmpdir(), 'kubestate-recipe-'));
    symlinkSync(join(root, 'helm'), join(this.folder, 'helm'));
    const programs = [helm, programPath('kubectl')].map(dirname);
    this.#env = {
      PATH: [...programs, process.env.PATH].join(':'),
      HOME: this.folder,
      KUBECONFIG: cluster.kubeconfig(),
    };
  }

  /** Starts a cluster that has a node, these namespaces and the kinds of the stacks. */
  static async start(suite: string, namespaces: readonly string[]): Promise<RecipeRun> {
    const cluster = await startApiServer();
    await cluster.must('POST', '/api/v1/nodes', { metadata: { name: NODE } });
    for (const name of namespaces) {
      await cluster.must('POST', '/api/v1/namespaces', { metadata: { name } });
    }
    await define(cluster);
    return new RecipeRun(suite, cluster);
  }

  /** Writes the files of a recipe and runs its commands, in order; returns what they print. */
  async follow({ heading, blocks }: Recipe): Promise<string> {
    this.#followed.add(heading);
    let said = '';
    for (const block of blocks) {
      this.#write(block);
      if (isRunBy(this.#suite, block)) said += await this.shell(block.text);
    }
    return said;
  }

  /** Writes the files of a recipe alone. */
  write({ blocks }: Recipe): void {
    for (const block of blocks) this.#write(block);
  }

  #write({ info, text }: Block): void {
    const [, file] = /^file=(\S+)$/.exec(info) ?? [];
    if (file !== undefined) writeFileSync(join(this.folder, file), text);
  }

  /** Runs helm and kubectl as the administrator, as a user would who has followed the recipe. */
  shell(commands: string): Promise<string> {
    const script = `cd '${this.folder}' && ${commands}`;
    return execute('bash', ['-eo', 'pipefail', '-c', script], { env: this.#env });
  }

  uninstall(namespace: string): Promise<string> {
    return this.shell(`helm uninstall ${NAME} -n ${namespace}`);
  }

  /** Runs the program that is installed there, until the test ends. */
  async run(namespace: string): Promise<void> {
    const installed = await Installed.run(this.cluster, namespace, NAME);
    this.atEnd(() => installed.stop());
  }

  /** A step at the end of the test, before those that were given earlier. */
  atEnd(step: () => Promise<unknown>): void {
    this.#ending.push(step);
  }

  async endTest(): Promise<void> {
    const steps = this.#ending.toReversed();
    this.#ending = [];
    for (const step of steps) await step();
  }

  /** The recipes with commands that the suite runs, but has not followed. */
  unfollowed(): string[] {
    return recipes
      .filter(({ blocks }) => blocks.some((block) => isRunBy(this.#suite, block)))
      .map(({ heading }) => heading)
      .filter((heading) => !this.#followed.has(heading));
  }

  async stop(): Promise<void> {
    rmSync(this.folder, { recursive: true });
    await this.cluster.stop();
  }
}

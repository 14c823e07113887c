// A simulated cluster of labelled objects, and programs on it that serve all, or what is selected.
import { expect } from 'chai';
import type { ApiServer } from '../../src/demo/apiserver/apiserver.ts';
import type { ApiObject } from '../../src/demo/objects.ts';
import { clusterOf, node, TestProgram } from '../support/program.ts';
import { fastClock } from '../support/start.ts';
import { until } from '../support/until.ts';

/** Ten times faster than real time. */
const clock = fastClock(10);

export type Labels = Record<string, string>;

/** Objects are called o1, o2 and so on, each once, so that series tell whose they are. */
export const called = (kind: string, n: number, namespace: string, labels: Labels = {}) =>
  ({
    apiVersion: kind === 'ReplicaSet' ? 'apps/v1' : 'v1',
    kind,
    metadata: { name: `o${n}`, namespace, labels },
    spec: kind === 'Pod' ? { containers: [{ name: 'c', image: 'i' }], nodeName: 'n1' } : {},
    ...(kind === 'Secret' && { type: 'Opaque' }),
    status: {},
  }) as unknown as ApiObject;

export const namespaceOf = (name: string, labels: Labels = {}): ApiObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
  status: { phase: 'Active' },
});

export const resources = '--resources=pods,secrets,configmaps,replicasets,nodes,namespaces';

export const seriesOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .sort();
export const objectIn = (series: string): string => /="(o\d+)"/.exec(series)?.[1] ?? '';
export const namespaceIn = (series: string): string =>
  /[{,]namespace="(.*?)"/.exec(series)?.[1] ?? '';

/** Three namespaces with the same objects in each: `a` and `b` have these labels, `c` has none. */
export class LabelledCluster {
  readonly server: ApiServer;
  readonly #url: string;
  readonly #programs: TestProgram[] = [];

  static async open(): Promise<LabelledCluster> {
    const kinds = ['Pod', 'Secret', 'ConfigMap', 'ReplicaSet'];
    const objects = ['a', 'b', 'c'].flatMap((name, i) =>
      kinds.flatMap((kind, j) => [
        called(kind, 100 * i + 10 * j, name, { team: 'a', tier: 'web' }),
        called(kind, 100 * i + 10 * j + 1, name, { team: 'a', tier: 'db' }),
        called(kind, 100 * i + 10 * j + 2, name),
      ]),
    );
    const labelled = ['a', 'b'].map((team) => namespaceOf(team, { team }));
    const all = [node('n1'), ...labelled, namespaceOf('c'), ...objects];
    const { server, url } = await clusterOf(...all);
    return new LabelledCluster(server, url);
  }

  private constructor(server: ApiServer, url: string) {
    this.server = server;
    this.#url = url;
  }

  async close(): Promise<void> {
    for (const program of this.#programs) await program.stop();
    await this.server.close();
  }

  async start(...args: string[]): Promise<TestProgram> {
    const program = new TestProgram(undefined, clock);
    this.#programs.push(program);
    await program.start(`--apiserver=${this.#url}`, ...args);
    return program;
  }

  async synced(...args: string[]): Promise<TestProgram> {
    const program = await this.start(...args);
    await until(async () => !(await program.scrape()).startsWith('503'));
    return program;
  }

  /** Waits until the program serves the other's series of what is selected, and no more. */
  async servesOf(
    program: TestProgram,
    whole: TestProgram,
    selects: (series: string) => boolean,
  ): Promise<void> {
    const look = async (): Promise<{ got: string[]; expected: string[] }> => ({
      got: seriesOf(await program.scrape()),
      expected: seriesOf(await whole.scrape()).filter(selects),
    });
    const same = async (): Promise<boolean> => {
      const { got, expected } = await look();
      return got.join('\n') === expected.join('\n');
    };
    await until(same, 10_000).catch(async () => {
      const { got, expected } = await look();
      expect(got).to.deep.equal(expected);
    });
  }

  relabel(resource: string, space: string | undefined, name: string, labels: Labels): void {
    const now = this.server.get<ApiObject>(resource, space, name) as ApiObject;
    this.server.update({ ...now, metadata: { ...now.metadata, labels } });
  }

  /** The names of the objects whose labels are selected. */
  named(resource: string, selects: (labels: Labels) => boolean): Set<string> {
    return new Set(
      [...this.server.objects(resource)]
        .filter(({ metadata }) => selects(metadata.labels ?? {}))
        .map(({ metadata }) => metadata.name),
    );
  }
}

// What scrapes show of pods, beside what the API server has: by namespace, name and uid.
import type { RealCluster } from '../../tools/apiserver/start.ts';
import type { Exporter } from './exporter.ts';

const pageItems = 500;
/** A failure names so many pods. */
const namedMax = 10;

/** Series that come and go with what a pod does, not with its being there. */
const comesAndGoes = /^kube_pod_status_(container_)?ready_time$/;

/** What scrapes have shown of the pods that were there at first. */
export class Shown {
  scrapes = 0;
  /** In how many scrapes each was, its series in the last one, and how many it lost at the most. */
  readonly #pods: Map<string, { seen: number; series: number; lost: number }>;
  /** How many series there were of all but pods. */
  readonly #others = new Set<number>();

  constructor(pods: Iterable<string>) {
    const unseen = () => ({ seen: 0, series: 0, lost: 0 });
    this.#pods = new Map([...pods].map((pod) => [pod, unseen()]));
  }

  add(text: string): void {
    this.scrapes += 1;
    const counts = seriesOf(text);
    this.#others.add(counts.get('') ?? 0);
    for (const [pod, count] of counts) {
      const shown = this.#pods.get(pod);
      if (shown === undefined) continue;
      shown.seen += 1;
      shown.lost = Math.max(shown.lost, shown.series - count);
      shown.series = count;
    }
  }

  /** A sentence for each of these that a scrape did not have, or with fewer series than before. */
  shortOf(pods: Iterable<string>): string[] {
    return [...pods].flatMap((pod) => {
      const { seen, lost } = this.#pods.get(pod) ?? { seen: 0, lost: 0 };
      if (seen === this.scrapes && lost === 0) return [];
      return [`${pod}: in ${seen} of ${this.scrapes} scrapes, ${lost} series lost`];
    });
  }

  /** The numbers of series of all else that scrapes had: one number where nothing else changed. */
  get others(): number[] {
    return [...this.#others];
  }
}

/** The number of series of each pod, whatever their values; that of all else by ''. */
function seriesOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  const series = /^(?!#)(\w+)(?:\{namespace="(.*?)",pod="(.*?)",uid="(.*?)")?/gm;
  for (const [, family = '', namespace, name, uid] of text.matchAll(series)) {
    if (comesAndGoes.test(family)) continue;
    const isPods = family.startsWith('kube_pod_');
    const pod = isPods ? `${namespace}/${name}/${uid}` : '';
    counts.set(pod, (counts.get(pod) ?? 0) + 1);
  }
  return counts;
}

/**
 * Waits until what is served is what the server has, the same pods, ready or not, with the same
 * restarts, and returns that; nothing may change meanwhile.
 */
export async function showsTheServer(
  exporter: Exporter,
  server: RealCluster,
): Promise<ReadonlyMap<string, string>> {
  const had = await podsOfServer(server);
  let wrong: string[] = [];
  const same = (text: string): boolean => {
    wrong = differences(podsShown(text), had);
    return wrong.length === 0;
  };
  await exporter.shows('what the server has', same).catch((error: unknown) => {
    throw new Error(`${wrong.slice(0, namedMax).join('\n')}\n${error}`);
  });
  return had;
}

const stateSeries = new RegExp(
  '^kube_pod_(info|status_ready|container_status_restarts_total)' +
    '\\{namespace="(.*?)",pod="(.*?)",uid="(.*?)"' +
    '(?:,(?:container|condition)="(.*?)")?.*\\} (\\d+)$',
  'gm',
);

/** Of each pod that a scrape shows whether it is ready, and its containers' restarts. */
function podsShown(text: string): Map<string, string> {
  const pods = new Map<string, { ready: string; restarts: string[] }>();
  for (const [, family, namespace, name, uid, label, value] of text.matchAll(stateSeries)) {
    const key = `${namespace}/${name}/${uid}`;
    const pod = pods.get(key) ?? { ready: '', restarts: [] };
    pods.set(key, pod);
    if (family === 'status_ready' && value === '1') pod.ready = label ?? '';
    if (family?.startsWith('container')) pod.restarts.push(`${label}=${value}`);
  }
  return new Map([...pods].map(([key, { ready, restarts }]) => [key, stateOf(ready, restarts)]));
}

const stateOf = (ready: string, restarts: readonly string[]): string =>
  [`ready ${ready}`, ...restarts.toSorted()].join(' ');

interface PodList {
  readonly metadata: { readonly continue?: string };
  readonly items: readonly {
    readonly metadata: { readonly namespace: string; readonly name: string; readonly uid: string };
    readonly status: {
      readonly conditions?: readonly { readonly type: string; readonly status: string }[];
      readonly containerStatuses?: readonly {
        readonly name: string;
        readonly restartCount: number;
      }[];
    };
  }[];
}

/** The same of each pod that the server has, all as of one moment. */
async function podsOfServer(server: RealCluster): Promise<Map<string, string>> {
  const pods = new Map<string, string>();
  let rest = '';
  do {
    const path = `/api/v1/pods?limit=${pageItems}&continue=${encodeURIComponent(rest)}`;
    const { metadata, items } = await server.must<PodList>('GET', path);
    for (const { metadata, status } of items) {
      const { namespace, name, uid } = metadata;
      const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status ?? '';
      const restarts = status.containerStatuses?.map((one) => `${one.name}=${one.restartCount}`);
      pods.set(`${namespace}/${name}/${uid}`, stateOf(ready.toLowerCase(), restarts ?? []));
    }
    rest = metadata.continue ?? '';
  } while (rest !== '');
  return pods;
}

/** A sentence for each pod that one of the two lacks, or has in another state. */
export function differences(
  shown: ReadonlyMap<string, string>,
  had: ReadonlyMap<string, string>,
): string[] {
  return [...new Set([...shown.keys(), ...had.keys()])]
    .filter((pod) => shown.get(pod) !== had.get(pod))
    .map((pod) => `${pod}: shown ${shown.get(pod) ?? 'not'}, had ${had.get(pod) ?? 'not'}`);
}

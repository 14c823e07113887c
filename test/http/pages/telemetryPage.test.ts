// The page of :8081 in each state: what it says of resources, memory, work, log and configuration.
import { expect } from 'chai';
import type Koa from 'koa';
import type { StatusReport } from '../../../src/http/pages/statusReport.ts';
import { type TelemetryPage, telemetryPage } from '../../../src/http/pages/telemetryPage.ts';
import type { ResourceStatus } from '../../../src/http/readiness.ts';
import { nowMs, reportOf, resourceOf } from './reportOf.ts';

const status = (resource: string, more: Partial<ResourceStatus> = {}): ResourceStatus => ({
  resource,
  synced: true,
  refused: false,
  detail: 'watching',
  ...more,
});

/** The page's HTML. */
function htmlOf(given: Partial<StatusReport>, page: Partial<TelemetryPage> = {}): string {
  const ctx = { protocol: 'http', hostname: 'host', set: () => undefined, type: '', body: '' };
  telemetryPage(ctx as unknown as Koa.Context, {
    report: reportOf(given),
    metricsPort: 8080,
    statuses: [status('pods')],
    profiling: false,
    ...page,
  });
  return ctx.body;
}

/** The words of the page, or of one section, without tags. */
function textOf(html: string, id?: string): string {
  const section = id === undefined ? html : html.split(`id="${id}"`)[1]?.split('</section>')[0];
  const words = String(section?.replace(/<style>.*?<\/style>/s, '').replaceAll(/<[^>]*>/g, ' '));
  return words
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
    .replaceAll(/\s+/g, ' ');
}

const said = (given: Partial<StatusReport>, id?: string): string => textOf(htmlOf(given), id);

describe('the page of the telemetry port', () => {
  it('tells the versions, since when it runs, and when it was read', () => {
    const html = htmlOf({});
    const text = textOf(html);
    expect(text)
      .to.include('kubestate 1.2.3')
      .and.include('Read at 2026-11-30 06:05:04 UTC Read again')
      .and.include('Running for 2 h, since 2026-11-30 04:03:24 UTC')
      .and.include('Node v26.10.0, linux x64')
      .and.include('API server v1.34.1 at https://10.96.0.1:443, asked 12 s ago');
    expect(html).to.not.match(/<script|http-equiv="refresh"/);
    expect(html, 'works below any prefix of a proxy').to.not.include('href="/');
    for (const [, id] of html.matchAll(/href="#(\w+)"/g)) expect(html).to.include(`id="${id}"`);
  });

  it('tells why the version of the API server is not known', () => {
    const server = 'https://x';
    const failed = { server, version: undefined, failure: '<403>', atMs: nowMs };
    expect(said({ apiServer: undefined })).to.include('API server it was not asked yet');
    expect(said({ apiServer: failed })).to.include(
      'API server https://x, asked 0 s ago for its version: <403>',
    );
  });

  describe('of resources', () => {
    const pods = (given: Parameters<typeof resourceOf>[0] = {}): string =>
      said({ resources: new Map([['pods', resourceOf(given)]]) }, 'resources');

    it('has objects, the last event, and how each is listed and watched', () => {
      expect(pods()).to.include(
        'pods synced 1,234 3 s ago watching All namespaces resourceVersion 4711, WatchList, ' +
          'protobuf, whole objects Last bookmark 42 s ago ' +
          'Lists 1 (start 1); the last 2 h ago: start Watches opened again none',
      );
    });

    it('puts what is wrong first', () => {
      const html = htmlOf(
        {},
        {
          statuses: [
            status('a'),
            status('b', { synced: false, optional: 'absent' }),
            status('c', { behind: { untilMs: 0, ageMs: 90_000, why: 'x' } }),
            status('d', { synced: false }),
            status('e', { synced: false, refused: true }),
            status('f'),
          ],
        },
      );
      const names = [...html.matchAll(/<th scope="row">(\w)<\/th>/g)].map(([, name]) => name);
      expect(names.join('')).to.equal('edcafb');
    });

    it('shows unusual lists and restarts beside the detail, with the last reason', () => {
      const relists = {
        byValue: new Map([
          ['start', 1],
          ['gone', 2],
          ['drift', 0],
        ]),
        last: { value: 'gone', atMs: nowMs - 180_000 },
      };
      const watchRestarts = {
        byValue: new Map([
          ['closed', 40],
          ['reset', 3],
        ]),
        last: { value: 'closed', atMs: nowMs - 1_000 },
      };
      expect(pods({ relists, watchRestarts }))
        .to.include('watching listed again 2×, last 3 min ago: gone; watch lost 3× All namespaces')
        .and.include('Lists 3 (start 1, gone 2); the last 3 min ago: gone')
        .and.include('Watches opened again 43 (closed 40, reset 3); the last 1 s ago: closed');
    });

    it('has a line for each collection, up to a limit', () => {
      const [one] = resourceOf().reflectors;
      if (one === undefined) throw new Error('expected a reflector');
      const reflectors = Array.from({ length: 25 }, (_, i) => ({
        ...one,
        namespace: `ns-${i}`,
        resourceVersion: i === 0 ? undefined : '7',
        listedBy: i === 0 ? undefined : ('LIST in pages' as const),
        representation: 'metadata' as const,
      }));
      expect(pods({ reflectors }))
        .to.include('ns-0 no list yet, protobuf, metadata alone ns-1 resourceVersion 7, LIST in')
        .and.include('ns-19 ')
        .and.include('and 5 more collections')
        .and.not.include('ns-20');
    });

    it('has no numbers of a kind that is not installed', () => {
      const html = htmlOf(
        {},
        { statuses: [status('x', { synced: false, optional: 'absent', detail: 'gone' })] },
      );
      expect(textOf(html, 'resources')).to.include('x absent – – gone');
    });
  });

  describe('of memory', () => {
    it('has each owner with its share, and the limits', () => {
      expect(said({}, 'memory')).to.include(
        'Container 110 MiB of 256 MiB, 43 % Old generation of V8 40 MiB of 150 MiB, 27 %',
      );
      expect(said({}, 'memory'))
        .to.include('Served text, cold (compressed) 40 MiB 40 %')
        .and.include('Index: objects, blocks and segments ≈ 10 MiB 10 %')
        .and.include('In all 100 MiB 100 %');
    });

    it('marks a limit that is nearly reached, and shows what is negative as that', () => {
      const { memory } = reportOf();
      const use = { usedBytes: 95, limitBytes: 100 };
      const owners = [{ name: 'The rest', bytes: -(2 ** 20), estimate: false }];
      const html = htmlOf({ memory: { ...memory, container: use, heap: use, owners } });
      expect(html.match(/<strong class="bad">95 B of 100 B, 95 %/g)).to.have.length(2);
      expect(textOf(html, 'memory')).to.include('The rest −1.0 MiB −1 %');
      expect(html).to.include('--share: 0.0%');
      expect(said({ memory: { ...memory, container: undefined } }, 'memory')).to.include(
        'no limit',
      );
    });
  });

  it('tells of the event loop, the store and the scrapes', () => {
    expect(said({}, 'work')).to.include(
      'Event loop, longest delay 12 ms in the last minute, 1.3 s since the start ' +
        'Event loop, longest run (CPU time) 4.1 ms in the last minute, 212 ms since the start ' +
        'Oldest change that no scrape shows none Flushes 1,000, 1.5 ms each ' +
        'Segments 12,345 written, 2,345 compressed, 345 decompressed ' +
        'Scrapes in flight 1; 2 were rejected, 3 cut off Last scrapes none',
    );
    const { scrapes, storeWork } = reportOf();
    const last = [
      { method: 'get' as const, seconds: 0.0123, endedMs: nowMs - 5_000 },
      { method: 'head' as const, seconds: 0, endedMs: nowMs + 5_000 },
    ];
    const busy = said(
      {
        stalenessMs: 90_000,
        scrapes: { ...scrapes, last },
        storeWork: { ...storeWork, flushes: 0, seconds: 0 },
      },
      'work',
    );
    expect(busy)
      .to.include('Oldest change that no scrape shows 1 min Flushes 0, 0 ms each')
      .and.include('Last scrapes 12 ms, 5 s ago 0 ms, 0 s ago (HEAD)');
  });

  it('tells how far changes of inherited labels have come, where there were any', () => {
    const { storeWork } = reportOf();
    const of = (waiting: number, changed: number): string =>
      said({ storeWork: { ...storeWork, promotion: { waiting, changed } } }, 'work');
    expect(of(0, 0)).to.not.include('inherited labels');
    expect(of(1_234, 0)).to.include(
      'Changes of inherited labels 1,234 objects are left, 0 done since the start',
    );
    expect(of(0, 5_000)).to.include('no object is left, 5,000 done since the start');
  });

  describe('of the log', () => {
    const line = (i: number) => ({
      level: i % 2 === 0 ? 'warn' : 'error',
      time: `2026-11-30T06:00:00.${String(i).padStart(3, '0')}Z`,
      message: `line ${i}`,
      fields: [['resource', '<b>pods</b>']] as const,
      lostFields: undefined,
    });

    it('says that there was nothing', () => {
      expect(said({}, 'log')).to.include('No warning and no error since the start.');
      expect(said({})).to.include('Warnings none since the start');
    });

    it('has the lines in their order, escapes them, and folds all but the first ten', () => {
      const lines = Array.from({ length: 12 }, (_, i) => line(i));
      const html = htmlOf({ log: { lines, total: 1_250 } });
      expect(html).to.not.include('<b>pods');
      const text = textOf(html, 'log');
      expect(text)
        .to.include(
          'Warnings and errors since the start: 1,250. The newest first; the last 12 are kept.',
        )
        .and.include('2026-11-30T06:00:00.000Z, 5 min ago warn line 0 resource <b>pods</b> 2026')
        .and.match(/error line 9 .* 2 older lines .* warn line 10 .* error line 11/);
      expect(html).to.include('<time datetime="2026-11-30T06:00:00.000Z">');
      expect(textOf(html)).to.include('Warnings 1,250, the last 5 min ago');
    });

    it('says where a line was cut', () => {
      const lines = [{ ...line(0), lostFields: 3 }];
      expect(said({ log: { lines, total: 1 } }, 'log')).to.include(
        'Cut: 3 more fields are in the log',
      );
    });
  });

  it('has flags that are not at their defaults, and files with their hashes', () => {
    expect(said({}, 'configuration').match(/None\./g)).to.have.length(2);
    const text = said(
      {
        changedOptions: [{ flag: '--resources', value: 'pods,<x>' }],
        configFiles: [
          { filename: '/a', inForce: true, hash: 281474976710655, sinceMs: nowMs },
          { filename: '/b', inForce: false, hash: 7, sinceMs: nowMs },
          { filename: '/c', inForce: false, hash: undefined, sinceMs: undefined },
        ],
      },
      'configuration',
    );
    expect(text)
      .to.include('--resources pods,<x>')
      .and.include('/a in force since 2026-11-30 06:05:04 UTC , hash 281474976710655')
      .and.include('hash 7, its new content was refused; see the log')
      .and.include('/c left out: it is wrong; see the log');
  });

  it('names the pages of profiles where they are on', () => {
    expect(htmlOf({})).to.not.include('/debug/profile');
    expect(htmlOf({}, { profiling: true }))
      .to.include('href="debug/profile/cpu?seconds=10"')
      .and.include('href="debug/profile/heap"');
  });
});

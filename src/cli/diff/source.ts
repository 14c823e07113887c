// Source is where an exposition is read from: a URL, a file or stdin, each as often as needed.
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, gzipSync } from 'node:zlib';
import { ConfigError, errorMessage } from '../../lib/errors.ts';
import { openRemote, type RemoteOptions } from '../remote.ts';
import { ExpositionProblem, ExpositionReader, type ExpositionSink } from './expositionReader.ts';

/** What is kept of stdin, compressed, to be read again. */
const keptBytesMax = 1024 * 1024 * 1024;
const fastest = { level: 1 };

/** What Prometheus 3 sends. */
const accept =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,' +
  'application/openmetrics-text;version=0.0.1;q=0.4,' +
  'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';

export interface Source {
  /** The URL without a password, or the path. */
  readonly shown: string;
  /** Whether a second reading may give something else. */
  readonly isLive: boolean;
  /** The whole exposition into the sink; rejects with ConfigError. */
  read(sink: ExpositionSink): Promise<ReadExposition>;
  close(): Promise<void>;
}

export interface ReadExposition {
  readonly format: 'text' | 'OpenMetrics';
}

type Chunks = AsyncIterable<Uint8Array>;

export interface SourceOptions extends RemoteOptions {
  stdin(): Chunks;
}

const expected = 'an exposition in the text format or OpenMetrics';

/** The source that a word of the command line names. */
export function openSource(word: string, options: SourceOptions): Source {
  if (word === '-') return stdinSource(options.stdin());
  if (/^https?:\/\//i.test(word)) return urlSource(word, options);
  return {
    shown: word,
    isLive: false,
    read: (sink) => readAll(word, createReadStream(word), sink),
    close: () => Promise.resolve(),
  };
}

function urlSource(word: string, options: SourceOptions): Source {
  const remote = openRemote(word, { ...options, fail: (fields) => new ConfigError(fields) });
  const path = remote.base.pathname === '/' ? 'metrics' : '';
  const shown = `${remote.shown}${path}`;
  return {
    shown,
    isLive: true,
    async read(sink) {
      const { body, contentType } = await remote.get(path, { expected, accept });
      if (/^text\/html\b/.test(contentType)) {
        throw new ConfigError({ place: shown, expected, got: 'a page of HTML' });
      }
      return readAll(shown, body, sink, /^application\/openmetrics-text\b/.test(contentType));
    },
    close: () => remote.close(),
  };
}

/** Keeps what it reads the first time. */
function stdinSource(stdin: Chunks): Source {
  const kept: Uint8Array[] = [];
  let isKept = false;
  async function* keeping(): Chunks {
    let bytes = 0;
    for await (const chunk of stdin) {
      // Members of gzip behind each other are gzip as well.
      const compressed = gzipSync(chunk, fastest);
      bytes += compressed.length;
      if (bytes > keptBytesMax) throw new Error(`more than ${keptBytesMax} bytes, compressed`);
      kept.push(compressed);
      yield chunk;
    }
    isKept = true;
  }
  const shown = 'stdin';
  return {
    shown,
    isLive: false,
    read: (sink) => {
      const again = (): Chunks => gunzipped(Readable.from(kept));
      return readAll(shown, isKept ? again() : keeping(), sink);
    },
    close: () => Promise.resolve(),
  };
}

async function readAll(
  place: string,
  chunks: Chunks,
  sink: ExpositionSink,
  mustBeOpenMetrics = false,
): Promise<ReadExposition> {
  const reader = new ExpositionReader(sink);
  try {
    for await (const chunk of plain(chunks)) reader.push(chunk);
    reader.end();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    if (!(error instanceof ExpositionProblem)) {
      throw new ConfigError({ place, expected, got: errorMessage(error) });
    }
    const { line, got } = error;
    throw new ConfigError({ place: `${place}:${line}`, expected: error.expected, got });
  }
  if (mustBeOpenMetrics && !reader.isOpenMetrics) {
    throw new ConfigError({ place, expected: '# EOF at the end of OpenMetrics', got: 'none' });
  }
  return { format: reader.isOpenMetrics ? 'OpenMetrics' : 'text' };
}

/** The bytes, decompressed where they begin as gzip does. */
async function* plain(chunks: Chunks): Chunks {
  const iterator = chunks[Symbol.asyncIterator]();
  let first = await iterator.next();
  while (!first.done && first.value.length < 2) {
    const next = await iterator.next();
    if (next.done) break;
    first = { done: false, value: Buffer.concat([first.value, next.value]) };
  }
  const all: Chunks = {
    async *[Symbol.asyncIterator]() {
      if (!first.done) yield first.value;
      yield* { [Symbol.asyncIterator]: () => iterator };
    },
  };
  const isGzip = !first.done && first.value[0] === 0x1f && first.value[1] === 0x8b;
  yield* isGzip ? gunzipped(all) : all;
}

function gunzipped(chunks: Chunks): Chunks {
  const gunzip = createGunzip();
  // Whoever reads `gunzip` gets the error as well.
  pipeline(Readable.from(chunks), gunzip).catch(() => undefined);
  return gunzip;
}

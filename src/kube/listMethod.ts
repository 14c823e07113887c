// ListMethod reads full lists by the cheapest request that the server takes: WatchList, else LIST.
import { isUnacceptable } from './apiError.ts';
import {
  type RelistContext,
  type Relisted,
  type RelistTry,
  relistByList,
  relistByWatch,
} from './initialList.ts';
import { ListLength, UnfinishedError } from './listPace.ts';
import { SilenceError } from './watch.ts';

/** So many streamed lists may end unfinished before ordinary lists are asked for instead. */
const unfinishedMax = 2;

/** Once the server has not been able to stream, only ordinary lists are asked for. */
type Method = { readonly by: 'stream'; readonly unfinished: number } | { readonly by: 'list' };

/** The lists of one collection, one after the other. */
export class ListMethod {
  readonly #context: RelistContext;
  readonly #length = new ListLength();
  #method: Method = { by: 'stream', unfinished: 0 };

  constructor(context: RelistContext) {
    this.#context = context;
  }

  /** Reads one full list, no older than its version, into the sink, and commits it. */
  async read(asked: Omit<RelistTry, 'length'>): Promise<Relisted> {
    const { signal } = asked;
    const { traits } = this.#context.client;
    const attempt = { ...asked, length: this.#length };
    while (this.#method.by === 'stream' && traits.watchList !== 'refused') {
      try {
        const relisted = await relistByWatch(this.#context, attempt);
        traits.watchList = 'works';
        this.#method = { by: 'stream', unfinished: 0 };
        return relisted;
      } catch (error) {
        if (signal.aborted || !this.#rulesStreamsOut(error)) throw error;
      }
    }
    return relistByList(this.#context, attempt);
  }

  /** Whether the failure of a streamed list means that ordinary lists are to be asked for. */
  #rulesStreamsOut(error: unknown): boolean {
    const { traits } = this.#context.client;
    if (error instanceof UnfinishedError && this.#method.by === 'stream') {
      const unfinished = this.#method.unfinished + 1;
      this.#method = unfinished < unfinishedMax ? { by: 'stream', unfinished } : { by: 'list' };
      return unfinished >= unfinishedMax;
    }
    if (!isUnacceptable(error) && !(error instanceof SilenceError)) return false;
    this.#method = { by: 'list' };
    if (traits.watchList === 'untried') traits.watchList = 'refused';
    return true;
  }
}

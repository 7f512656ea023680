import type { Clock } from '../../outside/clock/clock.ts';
import type { Thread, Threads } from '../../outside/threads/threads.ts';
import { type BlockHeader, encodeBlockHeader } from '../../protocol/primitives/block-header.ts';
import { NonceKernel } from './kernel/nonce-kernel.ts';
import {
  InProcessSearch,
  LAST_NONCE,
  type NonceResult,
  type NonceSearch,
  type SearchLimits,
} from './nonce-search.ts';
import { SearchError } from './search-error.ts';
import { board, type SearchAnswer, type SearchJob, searchProgram } from './search-program.ts';

/** So many nonces are tried right here first: on regression tests' chains that is enough. */
const FIRST_TRIES = 2048;

/** A thread has its next job before it is done with the last one, and so never waits. */
const JOBS_A_THREAD = 2;

/**
 * Jobs are small in the beginning, lest a thread searches far behind where the lowest nonce is, grow
 * with what has been searched, to a tenth of a second, and are small again in the end, lest one thread
 * works while the others wait.
 */
const LEAST_JOB = 65_536;
const MOST_JOB = 1_048_576;

export interface ThreadSearchOptions {
  /** How many threads to start. */
  readonly threads: number;
  readonly clock: Clock;
  /** Whether WebAssembly has vectors. Found out unless told. */
  readonly hasVectors?: boolean;
}

/** A search that threads are at. */
interface Search {
  readonly header: BlockHeader;
  readonly encoded: Uint8Array;
  /** Nonces from here on are not for this search. */
  readonly end: number;
  readonly isAnyWanted: boolean;
  readonly memory: SharedArrayBuffer;
  readonly board: Uint32Array;
  /** Where the jobs that are under way begin, by their numbers. */
  readonly jobs: Map<number, number>;
  readonly finish: (result: NonceResult | SearchError) => void;
  /** Nonces before this have been given to threads. */
  next: number;
  found: number | undefined;
}

interface WorkerThread {
  readonly thread: Thread;
  jobs: number;
}

/**
 * Searches on threads of their own, with WebAssembly's vectors; where these are missing, in process.
 *
 * Each search is cut into jobs, ranges of nonces, which go to the threads in their order. Several
 * searches take turns. The threads are started by the first search that needs them.
 *
 * @example
 * const search = new ThreadSearch(new SystemThreads(), { threads: 2, clock });
 * const result = await search.search(block.header, { maxTries: Infinity, wanted: 'any', signal });
 */
export class ThreadSearch implements NonceSearch {
  readonly threads: number;
  readonly #outside: Threads;
  readonly #inProcess: NonceSearch;
  readonly #hasVectors: boolean;
  readonly #workers: WorkerThread[] = [];
  /** In the order of their turns. */
  readonly #searches = new Set<Search>();
  readonly #searchOf = new Map<number, Search>();
  #jobNumber = 0;
  #fault: SearchError | undefined;

  constructor(outside: Threads, options: ThreadSearchOptions) {
    const { threads, clock, hasVectors = NonceKernel.isAvailable() } = options;
    if (!Number.isInteger(threads) || threads < 1) {
      throw new RangeError(`${threads} threads to search for nonces: allowed are one and more`);
    }
    this.threads = threads;
    this.#outside = outside;
    this.#inProcess = new InProcessSearch(clock);
    this.#hasVectors = hasVectors;
  }

  async search(header: BlockHeader, limits: SearchLimits): Promise<NonceResult> {
    const { maxTries, signal } = limits;
    if (this.#fault !== undefined) throw this.#fault;
    if (!this.#hasVectors) return this.#inProcess.search(header, limits);
    const firstTries = Math.min(FIRST_TRIES, maxTries);
    const first = await this.#inProcess.search(header, { maxTries: firstTries, signal });
    const isOver = first.tries === maxTries || signal?.aborted === true;
    if (first.kind !== 'gave-up' || isOver) return first;
    if (this.#fault !== undefined) throw this.#fault;
    const rest = { ...header, nonce: header.nonce + first.tries };
    const result = await this.#searchOnThreads(rest, {
      ...limits,
      maxTries: maxTries - firstTries,
    });
    return { ...result, tries: result.tries + first.tries };
  }

  async close(): Promise<void> {
    this.#stop(new SearchError('closed', 'the search for nonces has been closed'));
    await Promise.all(this.#workers.map(({ thread }) => thread.terminate()));
  }

  #searchOnThreads(header: BlockHeader, limits: SearchLimits): Promise<NonceResult> {
    const { maxTries, signal, wanted } = limits;
    return new Promise((resolve, reject) => {
      const memory = new SharedArrayBuffer(board.size);
      const stop = (): void => finish({ kind: 'gave-up', tries: triesOf(search) });
      const finish = (result: NonceResult | SearchError): void => {
        signal?.removeEventListener('abort', stop);
        Atomics.store(search.board, board.limit, 0);
        this.#searches.delete(search);
        if (this.#searches.size === 0) this.#setBusy(false);
        if (result instanceof SearchError) reject(result);
        else resolve(result);
      };
      const search: Search = {
        ...{ header, memory, finish },
        encoded: encodeBlockHeader(header).slice(),
        end: Math.min(LAST_NONCE, header.nonce + maxTries),
        isAnyWanted: wanted === 'any',
        board: new Uint32Array(memory),
        jobs: new Map(),
        next: header.nonce,
        found: undefined,
      };
      Atomics.store(search.board, board.limit, LAST_NONCE);
      signal?.addEventListener('abort', stop, { once: true });
      this.#searches.add(search);
      this.#startWorkers();
      this.#setBusy(true);
      this.#send();
    });
  }

  /** Gives every thread as much as it may have, one job of each search in turn. */
  #send(): void {
    for (const worker of this.#workers) {
      while (worker.jobs < JOBS_A_THREAD) {
        const search = this.#nextSearch();
        if (search === undefined) return;
        this.#sendJob(search, worker);
      }
    }
  }

  #nextSearch(): Search | undefined {
    for (const search of this.#searches) {
      if (search.found !== undefined || search.next >= search.end) continue;
      this.#searches.delete(search);
      this.#searches.add(search);
      return search;
    }
    return undefined;
  }

  #sendJob(search: Search, worker: WorkerThread): void {
    const { encoded, memory, next } = search;
    const job = this.#jobNumber++;
    const end = Math.min(search.end, next + jobSize(search, this.threads));
    const message: SearchJob = { job, header: encoded, from: next, end, board: memory };
    search.next = end;
    search.jobs.set(job, next);
    this.#searchOf.set(job, search);
    worker.jobs++;
    worker.thread.post(message);
  }

  #hear({ job, nonce }: SearchAnswer, worker: WorkerThread): void {
    if (this.#fault !== undefined) return;
    const search = this.#searchOf.get(job) as Search;
    this.#searchOf.delete(job);
    search.jobs.delete(job);
    worker.jobs--;
    if (this.#searches.has(search)) {
      if (nonce !== undefined) noteFound(search, nonce);
      conclude(search);
    }
    this.#send();
  }

  #startWorkers(): void {
    while (this.#workers.length < this.threads) {
      const worker: WorkerThread = {
        jobs: 0,
        thread: this.#outside.start(searchProgram, {
          message: (message) => this.#hear(message as SearchAnswer, worker),
          failed: (error) => this.#break(error),
        }),
      };
      this.#workers.push(worker);
    }
  }

  #setBusy(isBusy: boolean): void {
    for (const { thread } of this.#workers) thread.setBusy(isBusy);
  }

  #break(error: Error): void {
    this.#stop(new SearchError('broken', error.message, error));
    for (const { thread } of this.#workers) void thread.terminate();
  }

  #stop(fault: SearchError): void {
    this.#fault ??= fault;
    for (const search of [...this.#searches]) search.finish(fault);
  }
}

function jobSize({ header, next, end }: Search, threads: number): number {
  const shares = JOBS_A_THREAD * threads;
  const share = Math.min((next - header.nonce) / shares, (end - next) / shares, MOST_JOB);
  return Math.max(Math.floor(share), LEAST_JOB);
}

/** From here on other nonces matter only where they may be lower. */
function noteFound(search: Search, nonce: number): void {
  search.found = Math.min(nonce, search.found ?? nonce);
  Atomics.store(search.board, board.limit, search.isAnyWanted ? 0 : search.found);
}

/** Jobs are sent in the order of their nonces, so only those under way can change what was found. */
function conclude(search: Search): void {
  const { header, found, isAnyWanted, jobs, next, end, finish } = search;
  if (found !== undefined) {
    const mayBeLower = [...jobs.values()].some((from) => from < found);
    if (mayBeLower && !isAnyWanted) return;
    const tries = isAnyWanted ? triesOf(search) : found - header.nonce;
    finish({ kind: 'found', header: { ...header, nonce: found }, tries });
  } else if (next >= end && jobs.size === 0) {
    finish({ kind: end === LAST_NONCE ? 'exhausted' : 'gave-up', tries: triesOf(search) });
  }
}

function triesOf(search: Search): number {
  return Atomics.load(search.board, board.tries);
}

import { curveBackend } from '#curve';
import type { Thread, Threads } from '../../outside/threads/threads.ts';
import { scriptFailure } from '../../protocol/consensus/script-job.ts';
import { ScriptError } from '../../protocol/script/script-error.ts';
import { BatchMemory, BatchPacker } from './batch-packer.ts';
import { jobName } from './job-name.ts';
import { cancelBatch, type ScriptBatch } from './script-batch.ts';
import type {
  BlockScripts,
  ScriptCache,
  ScriptFailure,
  ScriptVerifier,
} from './script-verifier.ts';
import { VerifierError } from './verifier-error.ts';
import {
  type BatchMessage,
  type FailedInput,
  type ThreadAnswer,
  verifyProgram,
} from './verify-program.ts';

/**
 * So many batches are under way at once: enough that no thread waits while the main thread is busy
 * with the next blocks, and the bound of the memory that is shared (a MiB each, unless a single
 * transaction is larger).
 */
const MOST_BATCHES = 8;

export interface ThreadVerifierOptions {
  /** How many threads to start. */
  readonly threads: number;
  readonly cache?: ScriptCache | undefined;
}

/** A block on its way. */
interface Work {
  readonly scripts: BlockScripts;
  readonly packer: BatchPacker;
  readonly resolve: (failure: ScriptFailure | undefined) => void;
  readonly reject: (error: VerifierError) => void;
  /** Of its batches, how many are under way. */
  batches: number;
  failure: FailedInput | undefined;
}

/** A batch that some threads are at. */
interface Flight {
  readonly work: Work;
  readonly batch: ScriptBatch;
  threads: number;
}

interface WorkerThread {
  readonly thread: Thread;
  /** The batches that it has been sent and not answered, the oldest first. */
  readonly batches: number[];
}

/**
 * Runs scripts on threads of their own.
 *
 * A block goes to all of them at once, as memory that they share: see `script-batch.ts`. Blocks are
 * begun in the order in which they come.
 *
 * @example
 * const verifier = new ThreadVerifier(new SystemThreads(), { threads: 3 });
 * const failure = await verifier.verify({ block, raw, jobs: connected.scriptJobs });
 */
export class ThreadVerifier implements ScriptVerifier {
  readonly threads: number;
  readonly #outside: Threads;
  readonly #cache: ScriptCache | undefined;
  readonly #memory = new BatchMemory();
  readonly #workers: WorkerThread[] = [];
  /** All blocks that are not answered yet, and of those, in their order, the ones to be packed. */
  readonly #works = new Set<Work>();
  readonly #queue: Work[] = [];
  readonly #flights = new Map<number, Flight>();
  #batchNumber = 0;
  #fault: VerifierError | undefined;

  constructor(outside: Threads, { threads, cache }: ThreadVerifierOptions) {
    if (!Number.isInteger(threads) || threads < 1) {
      throw new RangeError(`${threads} threads to verify scripts: allowed are one and more`);
    }
    this.#outside = outside;
    this.threads = threads;
    this.#cache = cache;
  }

  /**
   * Starts the threads, which takes them a tenth of a second. Otherwise the first block does; a node
   * whose blocks all come from its own mempool never needs them.
   */
  warmUp(): void {
    if (this.#fault === undefined) this.#startWorkers();
  }

  verify(scripts: BlockScripts): Promise<ScriptFailure | undefined> {
    if (this.#fault !== undefined) return Promise.reject(this.#fault);
    const packer = new BatchPacker(scripts, this.#cache);
    if (packer.isDone) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const work = { scripts, packer, resolve, reject, batches: 0, failure: undefined };
      if (this.#works.size === 0) this.#setBusy(true);
      this.#works.add(work);
      this.#queue.push(work);
      this.#send();
    });
  }

  async close(): Promise<void> {
    this.#stop(new VerifierError('closed', 'the verification of scripts has been closed'));
    await Promise.all(this.#workers.map(({ thread }) => thread.terminate()));
  }

  /** Sends off as much as may be under way. */
  #send(): void {
    for (let work = this.#queue[0]; work !== undefined; work = this.#queue[0]) {
      if (work.packer.isDone) {
        this.#queue.shift();
        continue;
      }
      if (this.#flights.size >= MOST_BATCHES) return;
      try {
        this.#sendBatch(work);
      } catch (error) {
        const name = jobName(work.scripts, undefined);
        this.#break(`sending ${name} to the threads failed: ${String(error)}`, error);
      }
    }
  }

  #sendBatch(work: Work): void {
    const batch = work.packer.pack(this.#memory);
    const workers = this.#choose(batch.chunks);
    const number = this.#batchNumber++;
    this.#flights.set(number, { work, batch, threads: workers.length });
    work.batches++;
    const message: BatchMessage = { batch: number, memory: batch.memory };
    for (const worker of workers) {
      worker.batches.push(number);
      worker.thread.post(message);
    }
  }

  /** No more workers than there are chunks, and those who have the least to do. */
  #choose(chunks: number): readonly WorkerThread[] {
    this.#startWorkers();
    if (chunks >= this.threads) return this.#workers;
    return this.#workers.toSorted((a, b) => a.batches.length - b.batches.length).slice(0, chunks);
  }

  #startWorkers(): void {
    while (this.#workers.length < this.threads) this.#startWorker();
  }

  #startWorker(): void {
    const batches: number[] = [];
    const thread = this.#outside.start(verifyProgram, {
      message: (message) => this.#hear(message as ThreadAnswer, batches),
      failed: (error) => this.#break(`${error.message}${this.#whileAt(batches)}`, error),
    });
    thread.setBusy(this.#works.size > 0);
    this.#workers.push({ thread, batches });
  }

  #hear(answer: ThreadAnswer, batches: number[]): void {
    if (this.#fault !== undefined) return;
    if (answer.kind === 'ready') {
      const backend = curveBackend();
      if (answer.backend === backend) return;
      this.#break(`a thread verifies with the ${answer.backend} curve, and not the ${backend} one`);
      return;
    }
    const flight = this.#flights.get(answer.batch) as Flight;
    if (answer.kind === 'broken') {
      const name = jobName(flight.work.scripts, answer.job);
      this.#break(`verifying ${name} failed: ${answer.reason}`, answer.error);
      return;
    }
    batches.shift();
    if (answer.failure !== undefined) this.#noteFailure(flight.work, answer.batch, answer.failure);
    if (--flight.threads === 0) this.#land(answer.batch, flight);
  }

  /** Behind a failure nothing matters; before it there may be an earlier one. */
  #noteFailure(work: Work, number: number, failure: FailedInput): void {
    if (work.failure !== undefined && !isBefore(failure, work.failure)) return;
    work.failure = failure;
    work.packer.stop();
    for (const [other, flight] of this.#flights) {
      if (flight.work === work && other > number) cancelBatch(flight.batch);
    }
  }

  #land(number: number, { work, batch }: Flight): void {
    this.#flights.delete(number);
    this.#memory.giveBack(batch.memory);
    work.batches--;
    if (work.batches === 0 && work.packer.isDone) this.#finish(work);
    this.#send();
  }

  #finish(work: Work): void {
    this.#works.delete(work);
    if (this.#works.size === 0) this.#setBusy(false);
    work.resolve(work.failure === undefined ? undefined : toScriptFailure(work.failure));
  }

  #setBusy(busy: boolean): void {
    for (const { thread } of this.#workers) thread.setBusy(busy);
  }

  #whileAt([first]: readonly number[]): string {
    const flight = first === undefined ? undefined : this.#flights.get(first);
    return flight === undefined ? '' : `, while at ${jobName(flight.work.scripts, undefined)}`;
  }

  #break(message: string, cause?: unknown): void {
    this.#stop(new VerifierError('broken', message, cause));
    for (const { thread } of this.#workers) void thread.terminate();
  }

  /** Nothing that is under way will come to an end, and nothing is begun any more. */
  #stop(fault: VerifierError): void {
    if (this.#fault !== undefined) return;
    this.#fault = fault;
    for (const { batch } of this.#flights.values()) cancelBatch(batch);
    for (const { reject } of this.#works) reject(fault);
    this.#works.clear();
    this.#queue.length = 0;
    this.#flights.clear();
  }
}

function isBefore(a: FailedInput, b: FailedInput): boolean {
  return a.job < b.job || (a.job === b.job && a.input < b.input);
}

/** As the same failure is told where it happened. */
function toScriptFailure({ job, code }: FailedInput): ScriptFailure {
  return { job, error: scriptFailure(new ScriptError(code)) };
}

import type { ScriptJob } from '../../protocol/consensus/script-job.ts';
import { BatchWriter, type ScriptBatch } from './script-batch.ts';
import type { BlockScripts, ScriptCache } from './script-verifier.ts';
import { TransactionBytes } from './transaction-bytes.ts';

/** A batch that has reached this size is sent off. Larger ones hold a single transaction. */
const BATCH_BYTES = 960 * 1024;
/** Nearly every batch fits: it is over the limit by less than a transaction. */
const MEMORY_BYTES = 1024 * 1024;

/** Cuts the scripts of a block into batches, one at a time. */
export class BatchPacker {
  readonly #jobs: readonly ScriptJob[];
  readonly #bytes: TransactionBytes;
  readonly #capacity: number;
  readonly #isKnown: (job: ScriptJob) => boolean;
  #next = 0;

  constructor({ block, raw, jobs }: BlockScripts, cache: ScriptCache | undefined) {
    this.#jobs = jobs;
    this.#bytes = new TransactionBytes(block, raw);
    // What is spent comes on top, and is shorter than what spends it.
    this.#capacity = Math.min(raw.length + (raw.length >>> 1), MEMORY_BYTES);
    this.#isKnown = ({ tx, flags }) => cache?.has(tx, flags) === true;
    this.#passOver();
  }

  /** Whether there is nothing more to pack. */
  get isDone(): boolean {
    return this.#next >= this.#jobs.length;
  }

  /** Packs no more of this block. */
  stop(): void {
    this.#next = this.#jobs.length;
  }

  /** The next batch. */
  pack(memory: BatchMemory): ScriptBatch {
    const writer = new BatchWriter(this.#capacity);
    for (let job = this.#jobs[this.#next]; job !== undefined; job = this.#jobs[this.#next]) {
      writer.add(this.#next, job, this.#bytes.next(job.tx));
      this.#next++;
      this.#passOver();
      if (writer.length >= BATCH_BYTES) break;
    }
    return writer.finish((size) => memory.take(size));
  }

  /** Goes on to the next job that has to be run. */
  #passOver(): void {
    for (let job = this.#jobs[this.#next]; job !== undefined; job = this.#jobs[this.#next]) {
      if (!this.#isKnown(job)) return;
      this.#next++;
    }
  }
}

/** The memory of batches. It is used again, so that blocks in their thousands leave nothing behind. */
export class BatchMemory {
  readonly #free: SharedArrayBuffer[] = [];

  take(size: number): SharedArrayBuffer {
    if (size > MEMORY_BYTES) return new SharedArrayBuffer(size);
    return this.#free.pop() ?? new SharedArrayBuffer(MEMORY_BYTES);
  }

  giveBack(memory: SharedArrayBuffer): void {
    if (memory.byteLength === MEMORY_BYTES) this.#free.push(memory);
  }
}

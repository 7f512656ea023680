/**
 * Scripts on their way to the threads: a piece of shared memory that is written once and read by
 * every thread.
 *
 * It begins with a few numbers, then come the chunks as a table, then a record for each transaction.
 * Threads take chunks one after the other by counting up `NEXT`, so that none is idle while another
 * has work left, however slow its core, and without a word from the main thread. A chunk is a run of
 * transactions, or some of the inputs of one that has many.
 */
import { vector } from '../../protocol/bytes/codec.ts';
import { Reader } from '../../protocol/bytes/reader.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import type { ScriptJob } from '../../protocol/consensus/script-job.ts';
import { readTx, txOutCodec } from '../../protocol/primitives/transaction.ts';

/** The next chunk that nobody has taken. */
const NEXT = 0;
/** Chunks from this one on need not be run any more. */
const STOP = 1;
/** Where the records begin. */
const RECORDS_AT = 2;
const HEADER_WORDS = 3;
/** Where a chunk's records begin and end, and which inputs are meant: 0 and 0 for all of them. */
const CHUNK_WORDS = 4;

/** Taking a chunk costs well under a microsecond, so they can be small: the last one is soon over. */
const CHUNK_INPUTS = 32;
const CHUNK_BYTES = 32 * 1024;
/** A transaction with so many inputs is shared out, though every thread then has to decode it. */
const MANY_INPUTS = 4 * CHUNK_INPUTS;

const spentOutputsCodec = vector(txOutCodec);

export interface ScriptBatch {
  readonly memory: SharedArrayBuffer;
  readonly chunks: number;
}

/** A batch in the making. */
export class BatchWriter {
  readonly #records: Writer;
  readonly #table: number[] = [];
  #chunkStart = 0;
  #chunkInputs = 0;

  constructor(capacity: number) {
    this.#records = new Writer(capacity);
  }

  /** How many bytes the records take so far. */
  get length(): number {
    return this.#records.length;
  }

  /** Adds a job under a number. `raw` are the bytes of its transaction. */
  add(number: number, { tx, spentOutputs, flags }: ScriptJob, raw: Uint8Array): void {
    const inputs = tx.inputs.length;
    if (inputs >= MANY_INPUTS) this.#endChunk();
    const records = this.#records;
    records.u32(number);
    records.u32(flags);
    records.bytes(raw);
    spentOutputsCodec.write(records, spentOutputs);
    if (inputs >= MANY_INPUTS) {
      this.#shareOut(inputs);
      return;
    }
    this.#chunkInputs += inputs;
    const bytes = records.length - this.#chunkStart;
    if (this.#chunkInputs >= CHUNK_INPUTS || bytes >= CHUNK_BYTES) this.#endChunk();
  }

  /** Puts the batch into memory that `allocate` gives, of the size that it is asked for or more. */
  finish(allocate: (size: number) => SharedArrayBuffer): ScriptBatch {
    this.#endChunk();
    const records = this.#records.finish();
    const recordsAt = 4 * (HEADER_WORDS + this.#table.length);
    const memory = allocate(recordsAt + records.length);
    const chunks = this.#table.length / CHUNK_WORDS;
    const words = new Int32Array(memory, 0, HEADER_WORDS + this.#table.length);
    words[NEXT] = 0;
    words[STOP] = chunks;
    words[RECORDS_AT] = recordsAt;
    words.set(this.#table, HEADER_WORDS);
    new Uint8Array(memory).set(records, recordsAt);
    return { memory, chunks };
  }

  /** Makes chunks of the inputs of a single record. */
  #shareOut(inputs: number): void {
    for (let from = 0; from < inputs; from += CHUNK_INPUTS) {
      const to = Math.min(from + CHUNK_INPUTS, inputs);
      this.#table.push(this.#chunkStart, this.#records.length, from, to);
    }
    this.#startChunk();
  }

  #endChunk(): void {
    if (this.#records.length === this.#chunkStart) return;
    this.#table.push(this.#chunkStart, this.#records.length, 0, 0);
    this.#startChunk();
  }

  #startChunk(): void {
    this.#chunkStart = this.#records.length;
    this.#chunkInputs = 0;
  }
}

/** Some inputs of a transaction, to be run one after the other. */
export interface NumberedJob extends ScriptJob {
  readonly number: number;
  readonly fromInput: number;
  readonly toInput: number;
}

/** A batch as one of the threads sees it. */
export class BatchReader {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  #shared: { readonly start: number; readonly job: NumberedJob } | undefined;
  #chunk = -1;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, memory.byteLength >>> 2);
    this.#bytes = new Uint8Array(memory);
  }

  /** Takes the next chunk that is to be run, and answers with its jobs; undefined if there is none. */
  takeChunk(): readonly NumberedJob[] | undefined {
    const words = this.#words;
    const chunk = Atomics.add(words, NEXT, 1);
    if (chunk >= Atomics.load(words, STOP)) return undefined;
    this.#chunk = chunk;
    const row = HEADER_WORDS + CHUNK_WORDS * chunk;
    const [start = 0, end = 0, from = 0, to = 0] = words.subarray(row, row + CHUNK_WORDS);
    return to === 0 ? this.#readRecords(start, end) : [this.#readPart(start, end, from, to)];
  }

  /** Lets all threads pass over what comes behind the chunk that was taken last. */
  stopBehindChunk(): void {
    let stop = Atomics.load(this.#words, STOP);
    while (this.#chunk < stop) {
      const found = Atomics.compareExchange(this.#words, STOP, stop, this.#chunk);
      if (found === stop) return;
      stop = found;
    }
  }

  #readPart(start: number, end: number, fromInput: number, toInput: number): NumberedJob {
    // Its parts follow each other, so that a thread that takes several decodes it once.
    if (this.#shared?.start !== start) {
      this.#shared = { start, job: this.#readRecords(start, end)[0] as NumberedJob };
    }
    return { ...this.#shared.job, fromInput, toInput };
  }

  #readRecords(start: number, end: number): readonly NumberedJob[] {
    const recordsAt = this.#words[RECORDS_AT] as number;
    // A copy, because not all that works on bytes works on shared ones; and they are read often.
    const reader = new Reader(this.#bytes.slice(recordsAt + start, recordsAt + end));
    const jobs: NumberedJob[] = [];
    while (reader.remaining > 0) jobs.push(readRecord(reader));
    return jobs;
  }
}

/** Lets all threads pass over the rest of a batch. */
export function cancelBatch({ memory }: ScriptBatch): void {
  Atomics.store(new Int32Array(memory, 0, HEADER_WORDS), STOP, 0);
}

function readRecord(reader: Reader): NumberedJob {
  const number = reader.u32();
  const flags = reader.u32();
  const tx = readTx(reader);
  const spentOutputs = spentOutputsCodec.read(reader);
  return { number, flags, tx, spentOutputs, fromInput: 0, toInput: tx.inputs.length };
}

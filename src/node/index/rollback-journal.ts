import {
  type Codec,
  decode,
  encode,
  struct,
  u32,
  varBytes,
  vector,
} from '../../protocol/bytes/codec.ts';
import { Reader } from '../../protocol/bytes/reader.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { KeyValueStore } from '../storage/key-value-store.ts';
import { WriteBatch } from '../storage/write-batch.ts';
import type { InverseChange } from './changes.ts';
import type { Pace } from './pace.ts';
import {
  type BlockPlace,
  decodePlace,
  encodePlace,
  JOURNAL_RANGE,
  journalKey,
  readJournalKey,
  TIP_KEY,
} from './store-keys.ts';

/** The changes of a step are written in parts of so many. */
const PART = 1000;

/** Which step a part belongs to: the number of its first part, and where taking it back leads to. */
const headCodec = struct({ step: u32, before: varBytes });

const inverseCodec: Codec<InverseChange> = {
  minSize: 2,
  read(reader) {
    const key = reader.varBytes();
    return { key, value: reader.u8() === 0 ? undefined : reader.varBytes() };
  },
  write(writer, { key, value }) {
    writer.varBytes(key);
    writer.u8(value === undefined ? 0 : 1);
    if (value !== undefined) writer.varBytes(value);
  },
};

const partCodec = struct({ head: headCodec, changes: vector(inverseCodec) });

const NOTHING = new Uint8Array(0);

interface Step {
  /** The numbers of its parts: from the first to before the second. */
  readonly from: number;
  readonly to: number;
  /** Where taking it back leads to; undefined is an index without any block. */
  readonly before: BlockPlace | undefined;
}

/**
 * What takes the latest changes of an index back, kept in its own store.
 *
 * The chain makes durable what it knows of blocks from time to time only, while an index writes at
 * once. So after a crash the chain may never have heard of the block that an index ends with, and
 * cannot help to take it back. That is why an index which is ahead of what the chain has made durable
 * keeps the old values of all that it changes, for as long as it is.
 */
export class RollbackJournal {
  readonly #steps: Step[] = [];
  #next = 0;

  /** The journal that is in a store. */
  static async load(store: KeyValueStore): Promise<RollbackJournal> {
    const journal = new RollbackJournal();
    for await (const [key, bytes] of store.iterate(JOURNAL_RANGE)) {
      const { step, before } = headCodec.read(new Reader(bytes));
      journal.#next = readJournalKey(key) + 1;
      if (journal.#steps.at(-1)?.from === step) journal.#steps.pop();
      journal.#steps.push({ from: step, to: journal.#next, before: placeOf(before) });
    }
    return journal;
  }

  /** How many steps can be taken back. */
  get size(): number {
    return this.#steps.length;
  }

  /** Adds to a batch what will take it back. */
  async add(
    batch: WriteBatch,
    inverse: readonly InverseChange[],
    before: BlockPlace | undefined,
    pace: Pace,
  ): Promise<void> {
    const from = this.#next;
    const head = { step: from, before: before === undefined ? NOTHING : encodePlace(before) };
    for (let at = 0; at === 0 || at < inverse.length; at += PART) {
      if (pace.isDue) await pace.turn();
      const changes = inverse.slice(at, at + PART);
      batch.put(journalKey(this.#next++), encode(partCodec, { head, changes }));
    }
    this.#steps.push({ from, to: this.#next, before });
  }

  /**
   * The chain will find certain blocks again, whatever happens: removes the steps back from the last
   * such block that the index was at.
   *
   * @param durable the last of these blocks; the others are below it
   * @param tip where the index is
   */
  trim(batch: WriteBatch, durable: BlockNode, tip: BlockPlace | undefined): void {
    const states = [...this.#steps.map(({ before }) => before), tip];
    const last = states.findLastIndex(
      (place) => place === undefined || durable.ancestor(place.height)?.hasHash(place.hash),
    );
    for (const { from, to } of this.#steps.splice(0, Math.max(0, last))) {
      for (let number = from; number < to; number++) batch.delete(journalKey(number));
    }
  }
}

/** Takes the last step back that is in a store. False if there is none. */
export async function takeBackLastStep(store: KeyValueStore): Promise<boolean> {
  const batch = new WriteBatch();
  let last: number | undefined;
  for await (const [key, bytes] of store.iterate({ ...JOURNAL_RANGE, reverse: true })) {
    const { head, changes } = decode(partCodec, bytes);
    last ??= head.step;
    if (head.step !== last) break;
    batch.delete(key);
    if (head.before.length === 0) batch.delete(TIP_KEY);
    else batch.put(TIP_KEY, head.before);
    for (const change of changes) {
      if (change.value === undefined) batch.delete(change.key);
      else batch.put(change.key, change.value);
    }
  }
  if (batch.size === 0) return false;
  await store.write(batch);
  return true;
}

function placeOf(bytes: Uint8Array): BlockPlace | undefined {
  return bytes.length === 0 ? undefined : decodePlace(bytes);
}

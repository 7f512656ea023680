import { TaskQueue } from '../../node/storage/task-queue.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { fromReversedHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import { decodeTx, encodeTx, type Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { isNotFound } from './chain-reader.ts';
import type { SourceEvent } from './chain-source.ts';
import { type NodeLine, type Reply, resultOf } from './node-line.ts';
import { fieldOf, hashOf, listOf, transactionOf, wholeOf } from './read-answer.ts';

/** Most are a quarter of a kilobyte, the longest 400. */
const TRANSACTIONS_AT_ONCE = 100;

interface Entry {
  /** Bytes: a pool may have a hundred thousand of them, and few are ever looked at again. */
  readonly raw: Uint8Array;
  /** The look that found it. */
  readonly since: number;
  /** Whether a block has come that has it. */
  isMined: boolean;
}

export interface PoolWatchParts {
  readonly line: NodeLine;
  readonly tell: (event: SourceEvent) => void;
  /** The last block that was told of: who is not in the pool any more may be in a later one. */
  readonly toldTip: () => Uint8Array | undefined;
}

/**
 * The pool of a node that is far away, by looking at it again and again: what has come and what has
 * gone is what is different.
 */
export class PoolWatch {
  readonly #parts: PoolWatchParts;
  readonly #queue = new TaskQueue();
  #entries: Map<string, Entry> | undefined;
  /** What the node said last of the state of its pool. */
  #state: string | undefined;
  #look = 0;

  constructor(parts: PoolWatchParts) {
    this.#parts = parts;
  }

  /** How many there were at the last look. */
  get size(): number {
    return this.#entries?.size ?? 0;
  }

  /** All that is in the pool, parents first. What is told from now on is what comes after that. */
  async all(): Promise<readonly Transaction[]> {
    const ids = await this.look();
    return ids.flatMap((id) => {
      const entry = this.#entries?.get(id);
      return entry === undefined ? [] : [decodeTx(entry.raw)];
    });
  }

  /** Looks once more, and tells of what is different since the last time. The first time, nothing is. */
  look(): Promise<readonly string[]> {
    return this.#queue.run(() => this.#lookNow());
  }

  /** A block has come. */
  noteBlock({ transactions }: Block): void {
    if (this.#entries === undefined) return;
    for (const tx of transactions) {
      const entry = this.#entries.get(toReversedHex(txid(tx)));
      if (entry !== undefined) entry.isMined = true;
    }
  }

  /**
   * The node has a transaction, or has just taken it: nobody has to wait for the next look. It is told
   * even where it was known, to who heard of that in the wrong moment.
   */
  add(tx: Transaction): void {
    // A look that is under way may not have seen it yet.
    const entry = { raw: encodeTx(tx), since: this.#look + 1, isMined: false };
    this.#entries?.set(toReversedHex(txid(tx)), entry);
    this.#parts.tell({ kind: 'entered', tx });
  }

  /** The node is gone, or another one may have come. */
  forget(): void {
    this.#entries = undefined;
    this.#state = undefined;
  }

  async #lookNow(): Promise<readonly string[]> {
    const look = ++this.#look;
    const before = this.#entries;
    const { ids, state, isSettled } = await this.#list();
    if (before !== undefined && state !== undefined && state === this.#state) return ids;
    const entries = before ?? new Map<string, Entry>();
    const fresh = await this.#fetch(ids.filter((id) => !entries.has(id)));
    // The line has gone down and up again meanwhile: this is no news of the pool that is there now.
    if (this.#entries !== before) return ids;
    this.#entries = entries;
    // Of blocks that are not told yet, nobody knows what they took along.
    if (isSettled) this.#drop(entries, { ids: new Set(ids), look });
    for (const [id, tx] of fresh) {
      if (entries.has(id)) continue;
      entries.set(id, { raw: encodeTx(tx), since: look, isMined: false });
      if (before !== undefined) this.#parts.tell({ kind: 'entered', tx });
    }
    this.#state = isSettled ? state : undefined;
    return ids;
  }

  #drop(
    entries: Map<string, Entry>,
    { ids, look }: { readonly ids: ReadonlySet<string>; readonly look: number },
  ): void {
    for (const [id, entry] of entries) {
      if (ids.has(id)) {
        entry.isMined = false;
        continue;
      }
      if (entry.since > look) continue;
      entries.delete(id);
      const reason = entry.isMined ? 'block' : 'unknown';
      this.#parts.tell({ kind: 'left', tx: decodeTx(entry.raw), reason });
    }
  }

  /** Nodes list parents first. The number of the next change says whether there has been any, but for blocks. */
  async #list() {
    const { line, toldTip } = this.#parts;
    const replies = await line.attemptAll([
      { method: 'getrawmempool', params: [false, true] },
      { method: 'getbestblockhash' },
    ]);
    const [pool, best] = replies.map(resultOf);
    const tip = hashOf(best as NonNullable<typeof best>);
    const answer = pool as NonNullable<typeof pool>;
    const ids = listOf(fieldOf(answer, 'txids')).map((id) => toReversedHex(hashOf(id)));
    const sequence = wholeOf(fieldOf(answer, 'mempool_sequence'));
    const told = toldTip();
    const isSettled = told !== undefined && equalBytes(told, tip);
    return { ids, state: `${sequence} ${ids.length} ${toReversedHex(tip)}`, isSettled };
  }

  /** Those that are still there, parents first. */
  async #fetch(ids: readonly string[]): Promise<ReadonlyMap<string, Transaction>> {
    const found = new Map<string, Transaction>();
    for (let i = 0; i < ids.length; i += TRANSACTIONS_AT_ONCE) {
      const some = ids.slice(i, i + TRANSACTIONS_AT_ONCE);
      const calls = some.map((id) => ({ method: 'getrawtransaction', params: [id, false] }));
      const replies = await this.#parts.line.attemptAll(calls);
      for (const [k, id] of some.entries()) {
        const reply = replies[k] as Reply;
        if (isNotFound(reply)) continue;
        found.set(id, transactionOf(resultOf(reply), fromReversedHex(id)));
      }
    }
    return found;
  }
}

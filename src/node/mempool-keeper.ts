import type { Clock } from '../outside/clock/clock.ts';
import type { Disk } from '../outside/disk/disk.ts';
import { joinPath } from '../outside/disk/disk-path.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';
import { ByteMap } from '../protocol/bytes/byte-map.ts';
import { txid } from '../protocol/primitives/transaction-id.ts';
import type { Log } from './log/log.ts';
import type { Mempool } from './mempool/mempool.ts';
import { loadMempool, type SavedTransaction, saveMempool } from './mempool/mempool-file.ts';
import type { TransactionRelay } from './p2p/relay/transaction-relay.ts';

const FILE = 'mempool.dat';

export interface MempoolKeeperParts {
  readonly mempool: Mempool;
  readonly relay: TransactionRelay;
  readonly folder: string;
  /** Whether it is loaded at the start and saved at the end; otherwise it is saved when somebody asks. */
  readonly isKept: boolean;
  readonly log: Log;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Keeps what is in the mempool from one run of the node to the next, in Bitcoin Core's `mempool.dat`. */
export class MempoolKeeper {
  readonly #parts: MempoolKeeperParts;
  readonly #ending = new AbortController();
  #loading: Promise<void> | undefined;
  #isLoaded = false;

  constructor(parts: MempoolKeeperParts) {
    this.#parts = parts;
  }

  /** Whether all that was there is back. Before that, what is saved would be less than there was. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** Brings back what was there, as far as it is still valid. What is too old has expired meanwhile. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** Ends loading, and saves: unless not everything is back, since the file has more. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#loading;
    if (this.#isLoaded && this.#parts.isKept) await this.save();
  }

  async #load(): Promise<void> {
    const { mempool, relay, log, disk, clock, isKept } = this.#parts;
    const { signal } = this.#ending;
    const saved = isKept ? await loadMempool(disk, this.#path, clock) : undefined;
    if (saved === undefined) {
      this.#isLoaded = true;
      return;
    }
    if (saved.problem !== undefined) log('warn', 'mempool', `${this.#path}: ${saved.problem}`);
    for (const { txid, delta } of saved.feeDeltas) mempool.prioritise(txid, delta);
    let kept = 0;
    let known = 0;
    for (const { tx, time, feeDelta } of saved.transactions) {
      if (signal.aborted) return;
      if (feeDelta !== 0n) mempool.prioritise(txid(tx), feeDelta);
      const result = await mempool.accept(tx, { source: 'rpc', time });
      if (result.kind === 'accepted') kept++;
      else if (result.reject === 'conflict') known++;
    }
    relay.restoreUnbroadcast(saved.unbroadcast);
    this.#isLoaded = true;
    const count = saved.transactions.length;
    log('info', 'mempool', `${kept} of ${count} transactions are back`, { kept, count });
    const others = `${count - kept - known} failed, 0 expired, ${known} already there`;
    const waiting = `${relay.unbroadcast.length} waiting for initial broadcast`;
    const done = `Imported mempool transactions from file: ${kept} succeeded`;
    log('note', 'mempool', `${done}, ${others}, ${waiting}`);
  }

  /** Answers with the path of the file. */
  async save(): Promise<string> {
    const { mempool, relay, disk, entropy, clock } = this.#parts;
    const deltas = new ByteMap<bigint>();
    for (const [id, delta] of mempool.deltas()) deltas.set(id, delta);
    const transactions: SavedTransaction[] = [];
    // Whoever depends on another has more ancestors. What a block gave back has no place in the order.
    const entries = [...mempool.entries()].sort(
      (a, b) => a.ancestorCount - b.ancestorCount || a.sequence - b.sequence,
    );
    for (const { tx, txid: id, time } of entries) {
      transactions.push({ tx, time, feeDelta: deltas.get(id) ?? 0n });
      deltas.delete(id);
    }
    const feeDeltas = [...mempool.deltas()]
      .filter(([id]) => deltas.has(id))
      .map(([id, delta]) => ({ txid: id, delta }));
    const saved = { transactions, feeDeltas, unbroadcast: relay.unbroadcast };
    await saveMempool(disk, this.#path, saved, { entropy, clock });
    return this.#path;
  }

  get #path(): string {
    return joinPath(this.#parts.folder, FILE);
  }
}

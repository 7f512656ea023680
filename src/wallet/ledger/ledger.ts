import { ByteMap, ByteSet } from '../../protocol/bytes/byte-map.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { coinKey } from '../../protocol/consensus/coin.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import {
  isCoinbase,
  type OutPoint,
  type Transaction,
  type TxOut,
} from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { SpentScripts } from './spent-scripts.ts';
import type { OwnCoin, PoolExit, TxNotes, TxState, WalletTx } from './wallet-tx.ts';

export interface LedgerParts {
  /** Whether the wallet watches a script. */
  readonly isOurs: (script: Uint8Array) => boolean;
  /** Makes it unpredictable where transactions of strangers stand in tables. */
  readonly seed: number;
}

/** A block that is being connected: where it stands, and its time. */
export interface LedgerPlace {
  readonly hash: Uint8Array;
  readonly height: number;
  readonly time: number;
}

/** Notices a transaction at a time: that of the wallet's clock, in seconds since 1970. */
export interface Notice {
  readonly now: number;
  /** Of a block that is looked at long after it was made: its own time counts. */
  readonly isRescan?: boolean;
  readonly notes?: TxNotes;
}

interface LedgerTx extends WalletTx {
  state: TxState;
  notes: TxNotes;
  /** Those in the pool that spend the same coins, or those that it depends on do. */
  poolConflicts?: ByteSet | undefined;
  wasDropped?: boolean;
}

/** A time in the future is believed if it is no more than this off, as in Bitcoin Core. */
const TOLERANCE_SECONDS = 300;

/**
 * The transactions of a wallet, and which of its coins are unspent. It follows from nothing but what
 * it is told: blocks that come and go, the pool of a node, and what the wallet itself sends. It asks
 * nobody and writes nowhere; what has changed is taken with {@link takeChanges}.
 */
export class Ledger {
  readonly #parts: LedgerParts;
  readonly #transactions: ByteMap<LedgerTx>;
  /** Who spends an outpoint, be it ours or not: several, where they conflict. */
  readonly #spenders: ByteMap<LedgerTx[]>;
  readonly #unspent: ByteMap<OwnCoin>;
  readonly #spentScripts: SpentScripts;
  /** Each at its order. */
  #ordered: (LedgerTx | undefined)[] = [];
  #changed = new Set<LedgerTx>();
  #height = 0;
  #nextOrder = 0;
  #latestTime = 0;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
    this.#transactions = new ByteMap(parts.seed);
    this.#spenders = new ByteMap(parts.seed);
    this.#unspent = new ByteMap(parts.seed);
    this.#spentScripts = new SpentScripts(this, parts.seed);
  }

  /** The height of the last block that it was told of. */
  get height(): number {
    return this.#height;
  }

  get size(): number {
    return this.#transactions.size;
  }

  /** Takes over what was written down. All of it, before anything else is asked or told. */
  restore(transactions: Iterable<WalletTx>, height: number): void {
    this.#height = height;
    const all: LedgerTx[] = [];
    for (const each of transactions) {
      const walletTx = each as LedgerTx;
      this.#transactions.set(each.txid, walletTx);
      this.#linkInputs(walletTx);
      this.#nextOrder = Math.max(this.#nextOrder, each.order + 1);
      this.#latestTime = Math.max(this.#latestTime, each.time);
      all.push(walletTx);
    }
    this.#ordered = new Array(this.#nextOrder);
    for (const walletTx of all) {
      this.#ordered[walletTx.order] = walletTx;
      this.#refreshOutputs(walletTx);
    }
  }

  get(id: Uint8Array): WalletTx | undefined {
    return this.#transactions.get(id);
  }

  /** All of them, in no order. */
  all(): IterableIterator<WalletTx> {
    return this.#transactions.values();
  }

  /** All of them, the last one first. Those who ask for a few need not wait for all. */
  *newestFirst(): IterableIterator<WalletTx> {
    for (let order = this.#ordered.length - 1; order >= 0; order--) {
      const walletTx = this.#ordered[order];
      if (walletTx !== undefined) yield walletTx;
    }
  }

  /** The wallet's outputs that nothing spends, whatever became of the transactions that made them. */
  unspent(): IterableIterator<OwnCoin> {
    return this.#unspent.values();
  }

  unspentCoin(outPoint: OutPoint): OwnCoin | undefined {
    return this.#unspent.get(coinKey(outPoint));
  }

  /** The output of a transaction of the wallet, be it spent or not, and be it the wallet's or not. */
  output({ txid: id, vout }: OutPoint): TxOut | undefined {
    return this.#transactions.get(id)?.tx.outputs[vout];
  }

  isOurs(script: Uint8Array): boolean {
    return this.#parts.isOurs(script);
  }

  /** The transactions of the wallet that spend an output. */
  spenders(outPoint: OutPoint): readonly WalletTx[] {
    return this.#spenders.get(coinKey(outPoint)) ?? [];
  }

  /** Whether a transaction of the wallet that may still confirm spends an output, be it ours or not. */
  isSpent(outPoint: OutPoint): boolean {
    return this.#spenders.get(coinKey(outPoint))?.some(isSpending) === true;
  }

  /**
   * Whether a transaction of the wallet has ever spent what was paid to a script. It stays so where that was
   * given up: others have seen the key, or may have.
   */
  isSpentFrom(script: Uint8Array): boolean {
    return this.#spentScripts.has(script);
  }

  /** Blocks upon a transaction, its own included; below zero for one that a block has ruled out. */
  depth({ state }: WalletTx): number {
    if (state.kind === 'confirmed') return this.#height - state.height + 1;
    if (state.kind === 'conflicted') return -(this.#height - state.height + 1);
    return 0;
  }

  /** The transactions in the pool that this one cannot stand beside. */
  poolConflicts(walletTx: WalletTx): readonly Txid[] {
    const { poolConflicts } = walletTx as LedgerTx;
    return [...(poolConflicts ?? [])] as Txid[];
  }

  /** All that spends outputs of a transaction, and so on. */
  descendants(walletTx: WalletTx): readonly WalletTx[] {
    return this.#descendants(walletTx as LedgerTx);
  }

  /** A block has become the tip. Answers with the transactions in it that concern the wallet. */
  connect(place: LedgerPlace, block: Block, notice: Notice): readonly WalletTx[] {
    this.#height = place.height;
    return this.scan(place, block, notice);
  }

  /** Looks at a block of the chain that is not the tip, perhaps once more. */
  scan(place: LedgerPlace, block: Block, notice: Notice): readonly WalletTx[] {
    const found: WalletTx[] = [];
    for (const [position, tx] of block.transactions.entries()) {
      if (position > 0) this.#ruleOutConflicts(tx, place);
      const { hash: blockHash, height, time: blockTime } = place;
      const state = { kind: 'confirmed', block: blockHash, height, position, blockTime } as const;
      const walletTx = this.#put(tx, state, notice, blockTime);
      if (walletTx !== undefined) found.push(walletTx);
    }
    return found;
  }

  /** An empty step: a block that concerns nobody here. */
  advanceTo(height: number): void {
    this.#height = height;
  }

  /** All blocks above a height are gone. */
  disconnectTo(height: number): void {
    this.#height = height;
    const orphans: LedgerTx[] = [];
    for (const walletTx of this.#transactions.values()) {
      const { state } = walletTx;
      if (state.kind !== 'confirmed' && state.kind !== 'conflicted') continue;
      if (state.height <= height) continue;
      if (walletTx.isCoinbase) orphans.push(walletTx);
      // What was given up stays so: it would be sent otherwise.
      else this.#setState(walletTx, { kind: isGivenUp(state) ? 'abandoned' : 'waiting' });
    }
    // A coinbase without its block is nothing that could be sent, and what spends it can never confirm.
    for (const each of orphans) this.#abandonAll(each, this.#descendants(each));
  }

  /** A transaction has come into the pool of the node. */
  enterPool(tx: Transaction, notice: Notice): WalletTx | undefined {
    this.#changePoolConflicts(tx, (conflicts, id) => conflicts.add(id));
    const known = this.#transactions.get(txid(tx));
    // The pool is told of a block before or after the wallet is.
    if (known?.state.kind === 'confirmed') return known;
    if (known !== undefined) known.wasDropped = false;
    return this.#put(tx, { kind: 'pool' }, notice);
  }

  /** A transaction has left the pool of the node. If a block has it, that is told by itself. */
  leavePool(tx: Transaction, exit: PoolExit = 'other'): WalletTx | undefined {
    this.#changePoolConflicts(tx, (conflicts, id) => conflicts.delete(id));
    const known = this.#transactions.get(txid(tx));
    if (known !== undefined) known.wasDropped = exit === 'other';
    if (known?.state.kind === 'pool' && exit !== 'block')
      this.#setState(known, { kind: 'waiting' });
    return known;
  }

  /** The node is gone, and with it its pool. */
  forgetPool(): void {
    for (const walletTx of this.#transactions.values()) {
      if (walletTx.poolConflicts !== undefined) {
        walletTx.poolConflicts = undefined;
        this.#refreshInputs(walletTx);
      }
      if (walletTx.state.kind === 'pool') this.#setState(walletTx, { kind: 'waiting' });
    }
  }

  /** The wallet itself has made a transaction. */
  send(tx: Transaction, notice: Notice): WalletTx {
    return this.#add(tx, { kind: 'waiting' }, notice);
  }

  /** Gives up a transaction, and all that depends on it. */
  abandon(walletTx: WalletTx): readonly WalletTx[] {
    // What a block has ruled out is as free already.
    const dependent = this.descendants(walletTx).filter(({ state }) => state.kind !== 'conflicted');
    return this.#abandonAll(walletTx as LedgerTx, dependent as readonly LedgerTx[]);
  }

  note(walletTx: WalletTx, notes: TxNotes): void {
    const changed = walletTx as LedgerTx;
    changed.notes = { ...changed.notes, ...notes };
    this.#changed.add(changed);
  }

  /** Scripts have become the wallet's: outputs that were a stranger's may be its own now. */
  refreshOwnership(): void {
    for (const walletTx of this.#transactions.values()) this.#refreshOutputs(walletTx);
  }

  /** The transactions that have changed since the last call, to be written down. */
  takeChanges(): readonly WalletTx[] {
    const changes = [...this.#changed];
    this.#changed = new Set();
    return changes;
  }

  #put(tx: Transaction, state: TxState, notice: Notice, blockTime?: number): LedgerTx | undefined {
    const known = this.#transactions.get(txid(tx));
    if (known !== undefined) {
      this.#setState(known, state);
      this.#refreshOutputs(known);
      return known;
    }
    return this.#concerns(tx) ? this.#add(tx, state, notice, blockTime) : undefined;
  }

  #concerns(tx: Transaction): boolean {
    if (tx.outputs.some(({ scriptPubKey }) => this.#parts.isOurs(scriptPubKey))) return true;
    return tx.inputs.some(({ prevout }) => {
      const output = this.#transactions.get(prevout.txid)?.tx.outputs[prevout.vout];
      return output !== undefined && this.#parts.isOurs(output.scriptPubKey);
    });
  }

  #add(
    tx: Transaction,
    state: TxState,
    { now, isRescan = false, notes = {} }: Notice,
    blockTime?: number,
  ): LedgerTx {
    const walletTx: LedgerTx = {
      txid: txid(tx),
      ...{ tx, state, notes },
      isCoinbase: isCoinbase(tx),
      order: this.#nextOrder++,
      timeReceived: now,
      time: this.#timeOf(now, blockTime, isRescan),
      poolConflicts: undefined,
    };
    this.#latestTime = Math.max(this.#latestTime, walletTx.time);
    this.#transactions.set(walletTx.txid, walletTx);
    this.#linkInputs(walletTx);
    this.#refreshInputs(walletTx);
    this.#refreshOutputs(walletTx);
    this.#changed.add(walletTx);
    this.#ordered[walletTx.order] = walletTx;
    this.#spentScripts.take(walletTx);
    return walletTx;
  }

  /** Bitcoin Core's rule: what came later is not earlier, and no block's time is in the future. */
  #timeOf(now: number, blockTime: number | undefined, isRescan: boolean): number {
    if (blockTime === undefined) return now;
    if (isRescan) return blockTime;
    const latest = this.#latestTime <= now + TOLERANCE_SECONDS ? this.#latestTime : 0;
    return Math.max(latest, Math.min(blockTime, now));
  }

  #setState(walletTx: LedgerTx, state: TxState): void {
    // Coming into a pool and leaving it is not written down.
    if (!isUnsettled(walletTx.state) || !isUnsettled(state)) this.#changed.add(walletTx);
    walletTx.state = state;
    this.#refreshInputs(walletTx);
  }

  #abandonAll(walletTx: LedgerTx, dependent: readonly LedgerTx[]): readonly LedgerTx[] {
    const all = [walletTx, ...dependent];
    for (const each of all) this.#setState(each, { kind: 'abandoned' });
    return all;
  }

  /** What a block's transaction spends, nothing else can. */
  #ruleOutConflicts(tx: Transaction, { hash, height }: LedgerPlace): void {
    for (const { prevout } of tx.inputs) {
      const spenders = this.#spenders.get(coinKey(prevout));
      if (spenders === undefined) continue;
      const id = txid(tx);
      for (const spender of spenders.filter((each) => !equalBytes(each.txid, id))) {
        for (const each of [spender, ...this.#descendants(spender)]) {
          const { state } = each;
          // Of several blocks that rule it out, the first one counts: while that is there, so is the conflict.
          if (state.kind === 'conflicted' && state.height <= height) continue;
          const wasAbandoned = isGivenUp(state);
          this.#setState(each, { kind: 'conflicted', block: hash, height, wasAbandoned });
        }
      }
    }
  }

  #changePoolConflicts(tx: Transaction, change: (conflicts: ByteSet, id: Txid) => void): void {
    let id: Txid | undefined;
    for (const { prevout } of tx.inputs) {
      const spenders = this.#spenders.get(coinKey(prevout));
      if (spenders === undefined) continue;
      id ??= txid(tx);
      for (const spender of spenders) {
        if (equalBytes(spender.txid, id)) continue;
        for (const each of [spender, ...this.#descendants(spender)]) {
          each.poolConflicts ??= new ByteSet();
          change(each.poolConflicts, id);
          this.#refreshInputs(each);
        }
      }
    }
  }

  #descendants(walletTx: LedgerTx): readonly LedgerTx[] {
    const found = new Set<LedgerTx>();
    const open = [walletTx];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const vout of next.tx.outputs.keys()) {
        for (const child of this.#spenders.get(coinKey({ txid: next.txid, vout })) ?? []) {
          if (found.has(child) || child === walletTx) continue;
          found.add(child);
          open.push(child);
        }
      }
    }
    return [...found];
  }

  #linkInputs(walletTx: LedgerTx): void {
    if (walletTx.isCoinbase) return;
    for (const { prevout } of walletTx.tx.inputs) {
      const key = coinKey(prevout);
      const spenders = this.#spenders.get(key);
      if (spenders === undefined) this.#spenders.set(key, [walletTx]);
      else spenders.push(walletTx);
    }
  }

  #refreshInputs({ tx, isCoinbase: isFirst }: LedgerTx): void {
    if (isFirst) return;
    for (const { prevout } of tx.inputs) {
      const parent = this.#transactions.get(prevout.txid);
      if (parent !== undefined) this.#refreshCoin(parent, prevout.vout);
    }
  }

  #refreshOutputs(walletTx: LedgerTx): void {
    for (const vout of walletTx.tx.outputs.keys()) this.#refreshCoin(walletTx, vout);
  }

  #refreshCoin(walletTx: LedgerTx, vout: number): void {
    const output = walletTx.tx.outputs[vout];
    if (output === undefined || !this.#parts.isOurs(output.scriptPubKey)) return;
    const key = coinKey({ txid: walletTx.txid, vout });
    const isSpent = this.#spenders.get(key)?.some(isSpending) === true;
    if (isSpent) this.#unspent.delete(key);
    else if (!this.#unspent.has(key)) this.#unspent.set(key, { walletTx, vout, output, key });
  }
}

/** What has been given up, or cannot confirm while another one does, leaves its coins to others. */
function isSpending({ state, poolConflicts }: LedgerTx): boolean {
  if (state.kind === 'abandoned' || state.kind === 'conflicted') return false;
  return state.kind === 'confirmed' || poolConflicts === undefined || poolConflicts.size === 0;
}

function isGivenUp(state: TxState): boolean {
  return state.kind === 'abandoned' || (state.kind === 'conflicted' && state.wasAbandoned);
}

function isUnsettled({ kind }: TxState): boolean {
  return kind === 'pool' || kind === 'waiting';
}

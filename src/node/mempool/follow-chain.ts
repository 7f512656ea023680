import type { Coin } from '../../protocol/consensus/coin.ts';
import { coinKey, isMature } from '../../protocol/consensus/coin.ts';
import { checkSequenceLocks, isFinalTx } from '../../protocol/consensus/lock-time.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import { isCoinbase, type Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { ChainEvent } from '../chain/chain-events.ts';
import { WorkSlices } from '../chain/work-slices.ts';
import type { Admission } from './admission.ts';
import { sequenceLocksOn } from './candidate.ts';
import { DisconnectedTransactions } from './disconnected-transactions.ts';
import { unconfirmed } from './pool-coins.ts';
import type { PoolEntry } from './pool-entry.ts';
import type { PoolQueue } from './pool-queue.ts';

/** Who goes back further by hand wants no transactions of so long ago: as in Core. */
const MOST_STEPS_BROUGHT_BACK = 10;

/**
 * Keeps the pool in step with the chain. Blocks that are taken back leave it in a state in which
 * nothing can be judged: until the chain has come to rest, and the pool has been repaired, whoever
 * wants to get in waits.
 */
export class ChainFollower {
  readonly #admission: Admission;
  readonly #queue: PoolQueue;
  readonly #slices: WorkSlices;
  readonly #disconnected: DisconnectedTransactions;
  /** The last tip at which the chain was at rest. */
  #restingTip: BlockNode;
  /** The height of the last block that all tips since then have in common, while there is a repair due. */
  #forkHeight: number | undefined;

  constructor(admission: Admission, queue: PoolQueue, seed: number) {
    const { context } = admission;
    this.#admission = admission;
    this.#queue = queue;
    this.#slices = new WorkSlices(context.clock);
    this.#disconnected = new DisconnectedTransactions(context.options.maxDisconnectedBytes, seed);
    this.#restingTip = context.chain.tip;
  }

  /** To be called before the first event. */
  begin(): void {
    this.#restingTip = this.#admission.context.chain.tip;
  }

  /** To be waited for, as the chain does. */
  onEvent(event: ChainEvent): void | Promise<void> {
    switch (event.kind) {
      case 'disconnected':
        this.#queue.hold();
        return this.#queue.runFirst(() => this.#disconnect(event.node, event.block));
      case 'connected': {
        const waiting = this.#queue.runFirst(() => this.#connect(event.block));
        return waiting === undefined
          ? this.#connected(event.node)
          : waiting.then(() => this.#connected(event.node));
      }
      case 'tip':
        return this.#rest(event.node);
      case 'steppedBack':
        return this.#rest(event.node, event.steps <= MOST_STEPS_BROUGHT_BACK);
      default:
        return undefined;
    }
  }

  #connected(tip: BlockNode): void | Promise<void> {
    return this.#isBetterOff(tip) ? this.#rest(tip) : undefined;
  }

  /**
   * Whether the pool can be repaired although the chain may go on. As in Bitcoin Core, that is where
   * there is more work than before. And having only gone back to where it was, the chain does not say
   * that it is at rest.
   */
  #isBetterOff(tip: BlockNode): boolean {
    return tip === this.#restingTip || tip.chainWork > this.#restingTip.chainWork;
  }

  #rest(tip: BlockNode, bringsBack = true): void | Promise<void> {
    this.#restingTip = tip;
    return this.#forkHeight === undefined ? undefined : this.#repairFirst(bringsBack);
  }

  async #repairFirst(bringsBack: boolean): Promise<void> {
    await this.#queue.runFirst(() => this.#repair(bringsBack));
    this.#queue.release();
  }

  #disconnect(node: BlockNode, block: Block): void {
    this.#forkHeight = Math.min(this.#forkHeight ?? node.height, node.height) - 1;
    for (const tx of this.#disconnected.addBlock(block)) this.#removeSpendersOf(tx);
  }

  #connect(block: Block): void | Promise<void> {
    const { graph, deltas, minimum } = this.#admission.context;
    this.#disconnected.removeBlock(block);
    minimum.blockConnected();
    return graph.size === 0 && deltas.size === 0 ? undefined : this.#removeBlock(block);
  }

  async #removeBlock(block: Block): Promise<void> {
    const { deltas } = this.#admission.context;
    for (const tx of block.transactions) {
      this.#removeConfirmed(tx);
      deltas.delete(txid(tx));
      if (this.#slices.isOver) await this.#slices.next();
    }
  }

  #removeConfirmed(tx: Transaction): void {
    const { graph } = this.#admission.context;
    const entry = graph.get(txid(tx));
    if (entry !== undefined) {
      this.#admission.remove([entry], 'block');
      return;
    }
    if (isCoinbase(tx)) return;
    for (const { prevout } of tx.inputs) {
      const conflict = graph.spender(coinKey(prevout));
      if (conflict === undefined) continue;
      for (const each of graph.descendantsOf([conflict])) {
        this.#admission.context.deltas.delete(each.txid);
      }
      this.#admission.removeWithDescendants([conflict], 'conflict');
    }
  }

  /** Brings back what blocks have lost, and lets go what no longer holds. */
  async #repair(bringsBack: boolean): Promise<void> {
    const { graph, log } = this.#admission.context;
    const forkHeight = this.#forkHeight as number;
    this.#forkHeight = undefined;
    let returned = 0;
    for (const tx of this.#disconnected.takeAll()) {
      const isBack = bringsBack && !isCoinbase(tx) && (await this.#accept(tx));
      if (isBack) returned++;
      else this.#removeSpendersOf(tx);
      if (this.#slices.isOver) await this.#slices.next();
    }
    this.#removeOverlong();
    await this.#removeUnfit(forkHeight);
    this.#admission.limit();
    const words = `repaired after a reorganisation: ${returned} transactions came back`;
    log('debug', 'mempool', words, { returned, size: graph.size });
  }

  async #accept(tx: Transaction): Promise<boolean> {
    const result = await this.#admission.acceptAlone(tx, { source: 'chain' });
    return result.kind === 'accepted';
  }

  #removeSpendersOf(tx: Transaction): void {
    const { graph } = this.#admission.context;
    const spenders = graph.spendersOf(txid(tx), tx.outputs.length);
    if (spenders.size > 0) this.#admission.removeWithDescendants(spenders, 'reorg');
  }

  /** What came from blocks stands in front of what was there, which may now wait for too many. */
  #removeOverlong(): void {
    const { graph, options } = this.#admission.context;
    const tooLong: PoolEntry[] = [];
    for (const entry of graph.entries()) {
      const { ancestorCount, ancestorVsize } = entry;
      if (ancestorCount === 1) continue;
      if (
        ancestorCount > options.limitAncestorCount ||
        ancestorVsize > options.limitAncestorVsize
      ) {
        tooLong.push(entry);
      }
    }
    this.#admission.removeWithDescendants(tooLong, 'size');
  }

  /** Lets go what the next block may not have any more: it is lower, or earlier, than the last was. */
  async #removeUnfit(forkHeight: number): Promise<void> {
    const { graph } = this.#admission.context;
    const unfit: PoolEntry[] = [];
    // Nobody else changes the pool meanwhile, but a table must not be gone through for too long.
    for (const entry of [...graph.entries()]) {
      if (!(await this.#isFit(entry, forkHeight))) unfit.push(entry);
      if (this.#slices.isOver) await this.#slices.next();
    }
    this.#admission.removeWithDescendants(unfit, 'reorg');
  }

  #isFit(entry: PoolEntry, forkHeight: number): boolean | Promise<boolean> {
    const { chain, params } = this.#admission.context;
    const { tip } = chain;
    const height = tip.height + 1;
    if (!isFinalTx(entry.tx, height, tip.medianTimePast)) return false;
    const coinbase = { height: entry.coinbaseHeight, isCoinbase: true };
    if (entry.spendsCoinbase && !isMature(coinbase, height, params.consensus)) return false;
    // The heights and times of its coins are no longer what they were, if they were made after that.
    if (entry.coinHeight > forkHeight) return this.#isFitAnew(entry);
    return checkSequenceLocks(entry.locks, height, tip.medianTimePast);
  }

  async #isFitAnew(entry: PoolEntry): Promise<boolean> {
    const { chain, params } = this.#admission.context;
    const { tip } = chain;
    const coins = await this.#coinsOf(entry);
    if (coins === undefined) return false;
    const height = tip.height + 1;
    if (!coins.every((coin) => isMature(coin, height, params.consensus))) return false;
    entry.locks = sequenceLocksOn(entry.tx, coins, tip);
    return checkSequenceLocks(entry.locks, height, tip.medianTimePast);
  }

  async #coinsOf(entry: PoolEntry): Promise<readonly Coin[] | undefined> {
    const { graph, chain } = this.#admission.context;
    const confirmed = await chain.coins(entry.spends);
    const coins: Coin[] = [];
    for (const [i, { prevout }] of entry.tx.inputs.entries()) {
      const parent = graph.get(prevout.txid);
      const coin = parent === undefined ? confirmed[i] : unconfirmed(parent.tx, prevout);
      if (coin === undefined) return undefined;
      coins.push(coin);
    }
    return coins;
  }
}

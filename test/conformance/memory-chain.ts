import { ByteMap } from '../../src/protocol/bytes/byte-map.ts';
import { checkBlockContext } from '../../src/protocol/consensus/block-context.ts';
import { checkBlockSanity, checkHeaderSanity } from '../../src/protocol/consensus/check-block.ts';
import type { Coin } from '../../src/protocol/consensus/coin.ts';
import {
  type BlockUndo,
  type ConnectedBlock,
  coinsToLoad,
  connectBlock,
} from '../../src/protocol/consensus/connect-block.ts';
import { disconnectBlock } from '../../src/protocol/consensus/disconnect-block.ts';
import { checkHeaderContext } from '../../src/protocol/consensus/header-context.ts';
import { medianTimePast } from '../../src/protocol/consensus/median-time-past.ts';
import { RuleError } from '../../src/protocol/consensus/rule-error.ts';
import { verifyScripts } from '../../src/protocol/consensus/script-job.ts';
import type { ChainParams } from '../../src/protocol/params/chain-params.ts';
import type { Block } from '../../src/protocol/primitives/block.ts';
import { blockHash } from '../../src/protocol/primitives/block-hash.ts';
import type { BlockHeader } from '../../src/protocol/primitives/block-header.ts';
import type { BlockHash } from '../../src/protocol/primitives/hashes.ts';
import { blockWork } from '../../src/protocol/primitives/target.ts';

/** A header in the tree, with what has come of it. */
export interface ChainEntry {
  readonly header: BlockHeader;
  readonly hash: BlockHash;
  readonly height: number;
  readonly work: bigint;
  readonly parent: ChainEntry | undefined;
  block?: Block;
  /** When the last of the blocks up to this one arrived: of equals, the first wins. */
  order?: number;
  undo?: BlockUndo;
  failure?: RuleError;
}

/**
 * The smallest thing that follows a chain: a tree of headers, the blocks that came, and coins, all in
 * memory. It holds the rules together as Bitcoin Core's chain does, so that whole histories can be
 * played to them.
 */
export class MemoryChain {
  readonly coins = new ByteMap<Coin>();
  readonly #params: ChainParams;
  /** The present, in seconds. */
  now: number;
  readonly #entries = new ByteMap<ChainEntry>();
  #arrivals = 0;
  #tip: ChainEntry;

  constructor(params: ChainParams, now: number) {
    this.#params = params;
    this.now = now;
    const { header } = params.genesis;
    const genesis = this.#addEntry(header, undefined);
    this.#store(genesis, params.genesis);
    this.#tip = genesis;
    this.#apply(genesis);
  }

  get tip(): ChainEntry {
    return this.#tip;
  }

  /** Takes a header as a peer announces it. Throws what is wrong with it. */
  offerHeader(header: BlockHeader): ChainEntry {
    const hash = blockHash(header);
    const known = this.#entries.get(hash);
    if (known !== undefined) {
      if (known.failure !== undefined) throw new RuleError('duplicate-invalid', 'invalid');
      return known;
    }
    checkHeaderSanity(header, this.#params.consensus);
    const parent = this.#entries.get(header.previousBlockHash);
    if (parent === undefined) throw new RuleError('prev-blk-not-found', 'missing-parent');
    if (parent.failure !== undefined) throw new RuleError('bad-prevblk', 'invalid');
    const context = {
      chain: { height: parent.height, headerAt: (h: number) => ancestor(parent, h).header },
      previousMedianTimePast: medianTimeOf(parent),
      now: this.now,
    };
    checkHeaderContext(header, context, this.#params.consensus);
    return this.#addEntry(header, parent);
  }

  /** Takes a block, and moves the tip to where the most work now is. Throws what is wrong with it. */
  offerBlock(block: Block): void {
    checkBlockSanity(block, this.#params.consensus);
    const entry = this.offerHeader(block.header);
    if (entry.block !== undefined) return;
    try {
      const parent = entry.parent as ChainEntry;
      const context = { height: entry.height, previousMedianTimePast: medianTimeOf(parent) };
      checkBlockContext(block, context, this.#params.consensus);
    } catch (error) {
      if (error instanceof RuleError && error.verdict === 'invalid') this.#fail(entry, error);
      throw error;
    }
    this.#store(entry, block);
    this.#activateBest();
    if (entry.failure !== undefined) throw entry.failure;
  }

  /** Refuses a block by hand, and goes back to the best of the others. */
  invalidate(entry: ChainEntry): void {
    this.#fail(entry, new RuleError('invalidated', 'invalid'));
    while (this.#tip.failure !== undefined) this.#disconnectTip();
    this.#activateBest();
  }

  #addEntry(header: BlockHeader, parent: ChainEntry | undefined): ChainEntry {
    const entry: ChainEntry = {
      header,
      hash: blockHash(header),
      height: (parent?.height ?? -1) + 1,
      work: (parent?.work ?? 0n) + blockWork(header.bits),
      parent,
    };
    this.#entries.set(entry.hash, entry);
    return entry;
  }

  /** Blocks that waited for this one are now whole branches too. */
  #store(entry: ChainEntry, block: Block): void {
    entry.block = block;
    if (entry.parent !== undefined && entry.parent.order === undefined) return;
    const whole = [entry];
    for (const next of whole) {
      next.order = this.#arrivals++;
      for (const other of this.#entries.values()) {
        if (other.parent === next && other.block !== undefined) whole.push(other);
      }
    }
  }

  #activateBest(): void {
    for (let best = this.#best(); best !== this.#tip; best = this.#best()) {
      const fork = forkOf(best, this.#tip);
      while (this.#tip !== fork) this.#disconnectTip();
      for (const entry of branchAbove(fork, best)) {
        if (!this.#connect(entry)) break;
      }
    }
  }

  #best(): ChainEntry {
    let best = this.#tip;
    for (const entry of this.#entries.values()) {
      if (entry.order === undefined || entry.failure !== undefined) continue;
      const more = entry.work > best.work;
      const earlier = entry.work === best.work && entry.order < (best.order as number);
      if (more || earlier) best = entry;
    }
    return best;
  }

  #connect(entry: ChainEntry): boolean {
    try {
      this.#apply(entry);
      this.#tip = entry;
      return true;
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      this.#fail(entry, error);
      return false;
    }
  }

  #apply(entry: ChainEntry): void {
    const connected = this.#connected(entry);
    for (const job of connected.scriptJobs) verifyScripts(job);
    for (const [key] of connected.spent) this.#take(key);
    for (const [key, coin] of connected.created) this.coins.set(key, coin);
    entry.undo = connected.undo;
  }

  /** Only what was loaded is at hand, so that a rule that looks further is found out. */
  #connected(entry: ChainEntry): ConnectedBlock {
    const position = {
      height: entry.height,
      medianTimePastAt: (height: number) => medianTimeOf(properAncestor(entry, height)),
      blockHashAt: (height: number) => properAncestor(entry, height).hash,
    };
    const { consensus } = this.#params;
    const coins = new ByteMap<Coin>();
    for (const key of coinsToLoad(entry.block as Block, position, consensus)) {
      const coin = this.coins.get(key);
      if (coin !== undefined) coins.set(key, coin);
    }
    return connectBlock(entry.block as Block, { ...position, coins }, consensus);
  }

  #disconnectTip(): void {
    const entry = this.#tip;
    const { removed, restored } = disconnectBlock(entry.block as Block, entry.undo as BlockUndo);
    for (const key of removed) this.#take(key);
    for (const { key, coin } of restored) {
      if (this.coins.has(key)) throw new Error('a restored coin was there already');
      this.coins.set(key, coin);
    }
    this.#tip = entry.parent as ChainEntry;
  }

  #take(key: Uint8Array): void {
    if (!this.coins.delete(key)) throw new Error('a coin to be taken away was not there');
  }

  /** What builds on an invalid block is invalid, and for its reason. */
  #fail(entry: ChainEntry, failure: RuleError): void {
    entry.failure = failure;
    for (const other of this.#entries.values()) {
      if (other.parent === entry && other.failure === undefined) {
        this.#fail(other, failure);
      }
    }
  }
}

function ancestor(entry: ChainEntry, height: number): ChainEntry {
  let at = entry;
  while (at.height > height && at.parent !== undefined) at = at.parent;
  if (at.height !== height) throw new RangeError(`no block ${height} below ${entry.height}`);
  return at;
}

function properAncestor(entry: ChainEntry, height: number): ChainEntry {
  if (height >= entry.height) throw new RangeError(`${height} is no ancestor of ${entry.height}`);
  return ancestor(entry, height);
}

function medianTimeOf(entry: ChainEntry): number {
  return medianTimePast(entry.height, (height) => ancestor(entry, height).header.time);
}

function forkOf(a: ChainEntry, b: ChainEntry): ChainEntry {
  let [left, right] = [a, b];
  while (left !== right) {
    if (left.height >= right.height) left = left.parent as ChainEntry;
    else right = right.parent as ChainEntry;
  }
  return left;
}

function branchAbove(fork: ChainEntry, last: ChainEntry): readonly ChainEntry[] {
  const entries: ChainEntry[] = [];
  for (let at = last; at !== fork; at = at.parent as ChainEntry) entries.push(at);
  return entries.reverse();
}

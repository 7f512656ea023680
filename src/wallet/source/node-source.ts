import type { BlockNode } from '../../node/chain/block-node.ts';
import { ChainError } from '../../node/chain/chain-error.ts';
import type { ChainEvent } from '../../node/chain/chain-events.ts';
import type { MempoolEvent } from '../../node/mempool/mempool-event.ts';
import type { Node } from '../../node/node.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import { type Txid, ZERO_HASH } from '../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import type {
  BlockPlace,
  BroadcastVerdict,
  ChainSource,
  PlacedBlock,
  PoolStanding,
  RelayTerms,
  SourceListener,
  Stretch,
} from './chain-source.ts';
import { mayConcern } from './may-concern.ts';
import { SourceError } from './source-error.ts';

/** What a source needs of a node. */
export type SourceNode = Pick<Node, 'chain' | 'mempool' | 'indexes' | 'fees' | 'broadcast'>;

/** After so many filters, the scripts are asked for again, and others have a turn in between. */
const FILTERS_AT_ONCE = 64;

/**
 * A node in this process.
 *
 * @example
 * const wallet = await openWallet(…);
 * await wallet.attach(new NodeSource(node));
 */
export class NodeSource implements ChainSource {
  readonly isReachable = true;
  readonly #node: SourceNode;

  constructor(node: SourceNode) {
    this.#node = node;
  }

  async tip(): Promise<BlockPlace> {
    return placeOf(this.#node.chain.tip);
  }

  async placeAt(height: number): Promise<BlockPlace | undefined> {
    const node = this.#node.chain.blockAt(height);
    return node === undefined ? undefined : placeOf(node);
  }

  async find(hash: Uint8Array): Promise<BlockPlace | undefined> {
    const { chain } = this.#node;
    const node = chain.lookup(hash);
    return node !== undefined && chain.contains(node) ? placeOf(node) : undefined;
  }

  async block(hash: Uint8Array): Promise<Block> {
    const node = this.#node.chain.lookup(hash);
    if (node !== undefined) return this.#read(node);
    throw new SourceError('no-block', `the node knows no block ${toReversedHex(hash)}`);
  }

  async #read(node: BlockNode): Promise<Block> {
    try {
      return (await this.#node.chain.readBlock(node)).block;
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      const { height } = node;
      throw new SourceError('no-block', error.message, { cause: error, height });
    }
  }

  async *blocksConcerning(
    { from, to, after }: Stretch,
    scripts: () => readonly Uint8Array[],
  ): AsyncGenerator<PlacedBlock, void, undefined> {
    const { chain, indexes } = this.#node;
    const top = chain.lookup(to.hash);
    for (let low = Math.max(from, 0); low <= to.height; low += FILTERS_AT_ONCE) {
      if (top === undefined || !chain.contains(top)) throw moved(to);
      if (low === from && after !== undefined && top.ancestor(low - 1)?.hasHash(after) !== true) {
        throw moved(to);
      }
      const last = top.ancestor(Math.min(low + FILTERS_AT_ONCE - 1, to.height)) as BlockNode;
      const filters = await indexes.filters?.filters(low, last);
      for (let height = low; height <= last.height; height++) {
        const node = last.ancestor(height) as BlockNode;
        const filter = filters?.[height - low];
        // The index may lag behind; and the genesis block is nobody's.
        if (mayConcern(node, filter, scripts()))
          yield { place: placeOf(node), block: await this.#read(node) };
      }
      if (last !== top) yield { place: placeOf(last), block: undefined };
    }
  }

  follow(listener: SourceListener): () => void {
    const { chain, mempool } = this.#node;
    const stops = [
      chain.on((event) => tellOfChain(event, listener)),
      mempool.on((event) => tellOfPool(event, listener)),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  async broadcast(tx: Transaction): Promise<BroadcastVerdict> {
    const result = await this.#node.broadcast(tx);
    if (result.kind !== 'rejected') return { kind: result.kind };
    return { kind: 'rejected', reason: result.error.message };
  }

  async inPool(txids: readonly Txid[]): Promise<readonly Txid[]> {
    const { mempool } = this.#node;
    return txids.filter((id) => mempool.get(id) !== undefined);
  }

  async pool(): Promise<readonly Transaction[]> {
    return [...this.#node.mempool.entries()]
      .sort((a, b) => a.ancestorCount - b.ancestorCount || a.sequence - b.sequence)
      .map(({ tx }) => tx);
  }

  async poolStanding(txid: Txid): Promise<PoolStanding | undefined> {
    const entry = this.#node.mempool.get(txid);
    if (entry === undefined) return undefined;
    const { ancestorCount, ancestorVsize, ancestorFees } = entry;
    return { ancestorCount, ancestorVsize, ancestorFees };
  }

  async feeRate(target: number, mode: 'economical' | 'conservative'): Promise<bigint | undefined> {
    return this.#node.fees.estimateSmartFee(target, mode).feeRate;
  }

  async relayTerms(): Promise<RelayTerms> {
    const { mempool } = this.#node;
    const { incrementalFeeRate, dustFeeRate, minRelayFeeRate } = mempool.options;
    const { limitAncestorCount: ancestorLimit, limitDescendantCount: descendantLimit } =
      mempool.options;
    const minimum = mempool.minFeeRate();
    const minFeeRate = minimum > minRelayFeeRate ? minimum : minRelayFeeRate;
    const limits = { ancestorLimit, descendantLimit };
    return { minFeeRate, minRelayFeeRate, incrementalFeeRate, dustFeeRate, ...limits };
  }
}

function moved({ hash }: BlockPlace): SourceError {
  return new SourceError('moved', `the chain has left the branch of block ${toReversedHex(hash)}`);
}

/** Nodes share their bytes with thousands of others, so that whoever keeps a place takes copies. */
function placeOf(node: BlockNode): BlockPlace {
  const { height, time, medianTimePast, parent } = node;
  return {
    hash: node.hash.slice() as BlockPlace['hash'],
    parent: parent?.hash.slice() ?? ZERO_HASH,
    ...{ height, time },
    medianTime: medianTimePast,
  };
}

function tellOfChain(event: ChainEvent, listener: SourceListener): void | Promise<void> {
  switch (event.kind) {
    case 'connected':
      return listener({ kind: 'connected', place: placeOf(event.node), block: event.block });
    case 'disconnected':
    case 'tip':
      return listener({ kind: event.kind, place: placeOf(event.node) });
    default:
      return undefined;
  }
}

function tellOfPool(event: MempoolEvent, listener: SourceListener): void {
  const { tx } = event.entry;
  // The pool waits for nobody: whoever has work to do queues it.
  if (event.kind === 'added') void listener({ kind: 'entered', tx });
  else void listener({ kind: 'left', tx, reason: event.reason });
}

import { toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import { isUnspendable } from '../../protocol/consensus/coin.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { encodeTx, type Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import {
  isNotFound,
  readBlock,
  readConcerning,
  readPlace,
  readPlaceAt,
  readTip,
} from './chain-reader.ts';
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
import { nodeWords, type Reply, resultOf } from './node-line.ts';
import { NodeWatch, type NodeWatchParts } from './node-watch.ts';
import { type Answer, fieldOf, hasField, satoshisOf, wholeOf } from './read-answer.ts';
import { SourceError } from './source-error.ts';

/** The way to the node (an `RpcConnection`), and the chain that it has to be on. */
export type RpcSourceParts = NodeWatchParts;

/** Bitcoin Core's `-dustrelayfee`, which no method tells. */
const DUST_FEE_RATE = 3_000n;
/** `sendrawtransaction` refuses nothing because of its fee: the wallet has its own limit. */
const ANY_FEE_RATE = 0;
/** Nor because of what it burns; a node before Core 25 has no such limit, nor a parameter for it. */
const ANY_BURN = '21000000.00000000';
/** The outputs of the transaction are there: a block has it. */
const IN_CHAIN = -27;
const IN_CHAIN_WORDS = 'txn-already-known';

/**
 * A node in another process, ours or Bitcoin Core, that is called over JSON-RPC. It may be far away,
 * not there yet, or gone in between: it is looked for again and again until {@link close}.
 *
 * @example
 * const source = new RpcSource({ connection, clock, chain: regtest });
 * source.start();
 * await source.reached(5_000); // throws what is wrong with it
 * await wallet.attach(source);
 * // and in the end
 * await wallet.detach();
 * await source.close();
 */
export class RpcSource implements ChainSource {
  readonly #watch: NodeWatch;

  constructor(parts: RpcSourceParts) {
    this.#watch = new NodeWatch(parts);
  }

  get isReachable(): boolean {
    return this.#watch.line.problem === undefined;
  }

  /** Why it cannot be reached; undefined while it can. */
  get problem(): SourceError | undefined {
    return this.#watch.line.problem;
  }

  /** Begins to look for the node. */
  start(): void {
    this.#watch.start();
  }

  /** Ends all that is under way; nothing is told any more. */
  close(): Promise<void> {
    return this.#watch.close();
  }

  /**
   * Resolves when the node answers, and is the right one; begins to look for it where nobody has yet.
   *
   * @throws `SourceError` `unreachable`, `bad-answer` when the time is over; `unauthorized`,
   * `other-chain` at once
   */
  reached(limitMs = Number.POSITIVE_INFINITY, signal?: AbortSignal): Promise<void> {
    return this.#watch.reached(limitMs, signal);
  }

  tip(): Promise<BlockPlace> {
    return readTip(this.#watch.line);
  }

  placeAt(height: number): Promise<BlockPlace | undefined> {
    return readPlaceAt(this.#watch.line, height);
  }

  async find(hash: Uint8Array): Promise<BlockPlace | undefined> {
    const found = await readPlace(this.#watch.line, hash);
    return found?.isOnChain === true ? found.place : undefined;
  }

  block(hash: Uint8Array): Promise<Block> {
    return readBlock(this.#watch.line, hash);
  }

  blocksConcerning(
    stretch: Stretch,
    scripts: () => readonly Uint8Array[],
  ): AsyncIterable<PlacedBlock> {
    return readConcerning(this.#watch.line, stretch, scripts);
  }

  follow(listener: SourceListener): () => void {
    return this.#watch.on(listener);
  }

  async broadcast(tx: Transaction): Promise<BroadcastVerdict> {
    const { line, pool } = this.#watch;
    const burns = tx.outputs.some(
      ({ value, scriptPubKey }) => value > 0n && isUnspendable(scriptPubKey),
    );
    const params = [toHex(encodeTx(tx)), ANY_FEE_RATE, ...(burns ? [ANY_BURN] : [])];
    try {
      const [known, sent] = (await line.attemptAll([
        { method: 'getmempoolentry', params: [toReversedHex(txid(tx))] },
        { method: 'sendrawtransaction', params },
      ])) as [Reply, Reply];
      if (sent.kind === 'error') {
        const isMined = sent.error.number === IN_CHAIN;
        return { kind: 'rejected', reason: isMined ? IN_CHAIN_WORDS : nodeWords(sent.error) };
      }
      pool.add(tx);
      return { kind: known.kind === 'result' ? 'known' : 'accepted' };
    } catch (error) {
      if (error instanceof SourceError) return { kind: 'unreachable' };
      throw error;
    }
  }

  async inPool(txids: readonly Txid[]): Promise<readonly Txid[]> {
    const calls = txids.map((id) => ({ method: 'getmempoolentry', params: [toReversedHex(id)] }));
    const replies = await this.#watch.line.attemptAll(calls);
    return txids.filter((_, i) => replies[i]?.kind === 'result');
  }

  pool(): Promise<readonly Transaction[]> {
    return this.#watch.pool.all();
  }

  async poolStanding(id: Txid): Promise<PoolStanding | undefined> {
    const reply = await this.#watch.line.attempt('getmempoolentry', [toReversedHex(id)]);
    if (isNotFound(reply)) return undefined;
    const entry = resultOf(reply);
    return {
      ancestorCount: wholeOf(fieldOf(entry, 'ancestorcount')),
      ancestorVsize: wholeOf(fieldOf(entry, 'ancestorsize')),
      ancestorFees: satoshisOf(fieldOf(fieldOf(entry, 'fees'), 'ancestor')),
    };
  }

  async feeRate(target: number, mode: 'economical' | 'conservative'): Promise<bigint | undefined> {
    const estimate = await this.#watch.line.ask('estimatesmartfee', [target, mode.toUpperCase()]);
    return hasField(estimate, 'feerate') ? satoshisOf(fieldOf(estimate, 'feerate')) : undefined;
  }

  async relayTerms(): Promise<RelayTerms> {
    const replies = await this.#watch.line.attemptAll([
      { method: 'getmempoolinfo' },
      { method: 'getnetworkinfo' },
    ]);
    const [pool, network] = replies.map(resultOf) as [Answer, Answer];
    const minimum = satoshisOf(fieldOf(pool, 'mempoolminfee'));
    const relay = satoshisOf(fieldOf(network, 'relayfee'));
    return {
      minFeeRate: minimum > relay ? minimum : relay,
      minRelayFeeRate: relay,
      incrementalFeeRate: satoshisOf(fieldOf(network, 'incrementalfee')),
      dustFeeRate: DUST_FEE_RATE,
    };
  }
}

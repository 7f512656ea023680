import { type Clock, unixTime } from '../../outside/clock/clock.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { MAX_BLOCK_WEIGHT } from '../../protocol/consensus/limits.ts';
import type { DeploymentState } from '../../protocol/consensus/version-bits.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { pushNumber } from '../../protocol/script/build-script.ts';
import type { RefusedBlock } from '../chain/accept-block.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { Chain } from '../chain/chain.ts';
import type { ProcessBlockResult } from '../chain/chain-results.ts';
import { assembleBlock, type DeploymentCaches } from './assemble-block.ts';
import { MiningError } from './mining-error.ts';
import type { NonceSearch } from './nonce-search.ts';
import { checkTransactionCount } from './transaction-count.ts';
import { noTransactions, type TransactionSource } from './transaction-source.ts';

/** As much as Bitcoin Core fills a block with, and what of it is kept free for the coinbase. */
const TEMPLATE_WEIGHT = MAX_BLOCK_WEIGHT - 4000;
const COINBASE_WEIGHT = 4000;

/** As many hashes as `generatetoaddress` makes by default. */
export const DEFAULT_MAX_TRIES = 1_000_000;

export interface BlockGeneratorParts {
  readonly chain: Pick<Chain, 'params' | 'tip' | 'processBlock'>;
  readonly clock: Clock;
  readonly search: NonceSearch;
  /** Where the transactions come from; from nowhere by default. */
  readonly source?: TransactionSource;
  /** The version of blocks: `-blockversion`. The one that the rules lead to by default. */
  readonly version?: number | undefined;
}

/** A block that is to be made on a branch. */
export interface BranchBlock extends GenerateLimits {
  readonly scriptPubKey: Uint8Array;
  /** The rest of the block, each after those that it spends from; none by default. */
  readonly transactions?: readonly Transaction[];
  /** What these pay in all. It is added to the subsidy; unless it is given, nobody takes the fees. */
  readonly fees?: bigint;
  /** See `assembleBlock`; by default a number that this generator has not used before. */
  readonly coinbaseExtra?: Uint8Array | undefined;
}

export interface GenerateLimits {
  /** How many hashes may miss the target, in all. */
  readonly maxTries?: number;
  /** Ends it, with the blocks that there are by then. */
  readonly signal?: AbortSignal;
}

/**
 * Makes blocks when asked to, as tests do it.
 *
 * @example
 * const generator = new BlockGenerator({ chain, clock, search: new InProcessSearch(clock) });
 * await generator.generate(101, scriptPubKey)
 */
export class BlockGenerator {
  readonly #parts: BlockGeneratorParts;
  readonly #deployments: DeploymentCaches = {
    testdummy: new ByteMap<DeploymentState>(),
    taproot: new ByteMap<DeploymentState>(),
  };
  /** Makes the coinbases of branches different from each other, and from those on the tip. */
  #extraNonce = 0;

  constructor(parts: BlockGeneratorParts) {
    this.#parts = parts;
  }

  /** See `BlockGeneratorParts`. */
  get version(): number | undefined {
    return this.#parts.version;
  }

  /**
   * A block on top of the tip that nobody has mined yet. For `coinbaseExtra`, see `assembleBlock`.
   *
   * @throws TransactionCountError where the chain wants more transactions in a block than there are
   */
  async assemble(scriptPubKey: Uint8Array, coinbaseExtra?: Uint8Array): Promise<Block> {
    const { chain, clock, source = noTransactions } = this.#parts;
    const { tip } = chain;
    const transactions = await source.transactionsFor({
      height: tip.height + 1,
      lockTimeCutoff: tip.medianTimePast,
      maxWeight: TEMPLATE_WEIGHT - COINBASE_WEIGHT,
    });
    // The tip may have moved meanwhile.
    if (tip !== chain.tip) return await this.assemble(scriptPubKey, coinbaseExtra);
    checkTransactionCount(tip.height + 1, transactions.length, chain.params.consensus);
    const now = unixTime(clock);
    const deployments = this.#deployments;
    const { version } = this.#parts;
    const request = { tip, now, scriptPubKey, coinbaseExtra, transactions, version, deployments };
    return assembleBlock(request, chain.params.consensus);
  }

  /**
   * Mines so many blocks, one on top of the other, and answers with their hashes: fewer where the tries
   * did not suffice.
   *
   * @throws MiningError if the chain refuses a block: the transactions in it are at fault
   * @throws TransactionCountError where there are too few for one; blocks before it have been mined
   */
  async generate(
    count: number,
    scriptPubKey: Uint8Array,
    { maxTries = DEFAULT_MAX_TRIES, signal }: GenerateLimits = {},
  ): Promise<readonly BlockHash[]> {
    const hashes: BlockHash[] = [];
    let tries = maxTries;
    while (hashes.length < count) {
      const block = await this.assemble(scriptPubKey);
      const result = await this.#parts.search.search(block.header, { maxTries: tries, signal });
      tries -= result.tries;
      if (result.kind === 'gave-up') break;
      // With the next second, all nonces are new.
      if (result.kind !== 'found') continue;
      await this.#submit({ ...block, header: result.header });
      hashes.push(blockHash(result.header));
    }
    return hashes;
  }

  /**
   * Mines a block on top of any block that is known, and gives it to the chain, which follows the new
   * branch if it has more work than its own. Until then nothing but the form of its transactions is
   * checked. Two such blocks are never the same, not even with the same parent and content.
   *
   * @returns the new block, to build the next one on; undefined if the tries did not suffice
   * @throws MiningError if the chain refuses the block, or one before it that nobody had connected yet
   * @example
   * const fork = chain.blockAt(100);
   * const first = await generator.extend(fork, { scriptPubKey });
   */
  async extend(parent: BlockNode, wishes: BranchBlock): Promise<BlockNode | undefined> {
    const { chain, clock, search } = this.#parts;
    const { scriptPubKey, transactions = [], fees = 0n, coinbaseExtra, signal } = wishes;
    let tries = wishes.maxTries ?? DEFAULT_MAX_TRIES;
    for (;;) {
      const request = {
        tip: parent,
        now: unixTime(clock),
        scriptPubKey,
        coinbaseExtra: coinbaseExtra ?? pushNumber(++this.#extraNonce),
        // Whose fees these are makes no difference to a block.
        transactions: transactions.map((tx, i) => ({ tx, fee: i === 0 ? fees : 0n })),
        deployments: this.#deployments,
      };
      const block = assembleBlock(request, chain.params.consensus);
      const result = await search.search(block.header, { maxTries: tries, signal });
      tries -= result.tries;
      if (result.kind === 'gave-up') return undefined;
      if (result.kind !== 'found') continue;
      const { kind, node } = await this.#submit({ ...block, header: result.header });
      // An earlier generator has counted as well.
      if (kind !== 'duplicate' || coinbaseExtra !== undefined) return node;
    }
  }

  async #submit(block: Block): Promise<Exclude<ProcessBlockResult, RefusedBlock>> {
    const result = await this.#parts.chain.processBlock(block);
    if (result.kind === 'rejected' || result.kind === 'orphan') throw new MiningError(result.error);
    return result;
  }
}

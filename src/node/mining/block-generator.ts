import { type Clock, unixTime } from '../../outside/clock/clock.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { MAX_BLOCK_WEIGHT } from '../../protocol/consensus/limits.ts';
import type { DeploymentState } from '../../protocol/consensus/version-bits.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import type { Chain } from '../chain/chain.ts';
import { assembleBlock, type DeploymentCaches } from './assemble-block.ts';
import { MiningError } from './mining-error.ts';
import type { NonceSearch } from './nonce-search.ts';
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

  constructor(parts: BlockGeneratorParts) {
    this.#parts = parts;
  }

  /** A block on top of the tip that nobody has mined yet. For `coinbaseExtra`, see `assembleBlock`. */
  async assemble(scriptPubKey: Uint8Array, coinbaseExtra?: Uint8Array): Promise<Block> {
    const { chain, clock, source = noTransactions } = this.#parts;
    const { tip } = chain;
    const transactions = await source.transactionsFor({
      height: tip.height + 1,
      lockTimeCutoff: tip.medianTimePast,
      maxWeight: TEMPLATE_WEIGHT - COINBASE_WEIGHT,
    });
    const now = unixTime(clock);
    const deployments = this.#deployments;
    const request = { tip, now, scriptPubKey, coinbaseExtra, transactions, deployments };
    return assembleBlock(request, chain.params.consensus);
  }

  /**
   * Mines so many blocks, one on top of the other, and answers with their hashes: fewer where the tries
   * did not suffice.
   *
   * @throws MiningError if the chain refuses a block: the transactions in it are at fault
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

  async #submit(block: Block): Promise<void> {
    const result = await this.#parts.chain.processBlock(block);
    if (result.kind === 'rejected' || result.kind === 'orphan') throw new MiningError(result.error);
  }
}

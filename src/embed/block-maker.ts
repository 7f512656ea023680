import type { BlockNode } from '../node/chain/block-node.ts';
import { MiningError } from '../node/mining/mining-error.ts';
import { TransactionCountError } from '../node/mining/transaction-count.ts';
import type { CandidateTransaction } from '../node/mining/transaction-source.ts';
import { CodedError } from '../protocol/bytes/coded-error.ts';
import type { NodeCore } from './node-core.ts';
import { NodeError } from './node-error.ts';

export interface BlockContent {
  readonly scriptPubKey: Uint8Array;
  /** In their order, each after those that it spends from. */
  readonly transactions: readonly CandidateTransaction[];
}

/** A test does not wait for a block of so many hashes. */
const MOST_HASHES = 1n << 32n;
const HASHES = 1n << 256n;
const UNIQUE_BYTES = 8;

/**
 * Makes blocks. No two are ever the same, whatever else they have in common: nodes that are cut off
 * from each other, and pay the same address in the same second, shall still have different chains.
 */
export class BlockMaker {
  readonly #core: NodeCore;

  constructor(core: NodeCore) {
    this.#core = core;
  }

  /**
   * Mines a block of what is in the mempool on top of the tip.
   *
   * @throws NodeError `refused` if the chain cannot have it
   */
  async next(scriptPubKey: Uint8Array): Promise<BlockNode> {
    const { chain, generator, search } = this.#core.node;
    this.#checkWork();
    return await orRefused(async () => {
      for (;;) {
        const block = await generator.assemble(scriptPubKey, this.#unique());
        const limits = { maxTries: Number.POSITIVE_INFINITY };
        const found = await search.search(block.header, limits);
        if (found.kind !== 'found') continue;
        const result = await chain.processBlock({ ...block, header: found.header });
        if ('error' in result) throw result.error;
        // Somebody else's block was faster: that one has the height that was wished for.
        if (result.kind === 'connected') return result.node;
      }
    });
  }

  /**
   * Mines a block of exactly these transactions on top of any block, and gives it to the chain, which
   * follows it if it has the most work.
   *
   * @throws NodeError `refused` with the rule that it breaks
   */
  async extend(
    parent: BlockNode,
    { scriptPubKey, transactions }: BlockContent,
  ): Promise<BlockNode> {
    this.#checkWork();
    return await orRefused(async () => {
      const block = await this.#core.node.generator.extend(parent, {
        scriptPubKey,
        transactions: transactions.map(({ tx }) => tx),
        fees: transactions.reduce((sum, { fee }) => sum + fee, 0n),
        coinbaseExtra: this.#unique(),
        maxTries: Number.POSITIVE_INFINITY,
      });
      return block as BlockNode;
    });
  }

  #unique(): Uint8Array {
    return Uint8Array.of(UNIQUE_BYTES, ...this.#core.entropy.bytes(UNIQUE_BYTES));
  }

  #checkWork(): void {
    const { name, consensus } = this.#core.params;
    const hashes = HASHES / (consensus.powLimit + 1n);
    if (hashes < MOST_HASHES && consensus.signetChallenge === undefined) return;
    const why =
      consensus.signetChallenge === undefined
        ? `a block takes ${hashes} hashes or more`
        : 'its blocks need a signature';
    const words = `blocks of the chain ${name} cannot be made here: ${why}; take regtest, lab, or a chain of your own`;
    throw new NodeError('refused', words);
  }
}

async function orRefused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CodedError) || error instanceof NodeError) throw error;
    const reason = error instanceof MiningError ? (error.cause as Error) : error;
    const what = error instanceof TransactionCountError ? '' : 'the chain refuses the block: ';
    throw new NodeError('refused', `${what}${reason.message}`, { cause: reason });
  }
}

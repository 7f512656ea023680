import { unixTime } from '../../../outside/clock/clock.ts';
import { ByteMap } from '../../../protocol/bytes/byte-map.ts';
import { MAX_BLOCK_WEIGHT } from '../../../protocol/consensus/limits.ts';
import type { DeploymentState } from '../../../protocol/consensus/version-bits.ts';
import type { Block } from '../../../protocol/primitives/block.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import { txWeight } from '../../../protocol/primitives/transaction.ts';
import {
  assembleBlock,
  type BlockRequest,
  type DeploymentCaches,
} from '../../mining/assemble-block.ts';
import { BlockGenerator, DEFAULT_MAX_TRIES } from '../../mining/block-generator.ts';
import { MiningError } from '../../mining/mining-error.ts';
import { checkTransactionCount } from '../../mining/transaction-count.ts';
import type { CandidateTransaction, TransactionSource } from '../../mining/transaction-source.ts';
import type { Node } from '../../node.ts';
import type { RpcContext } from '../rpc-context.ts';

/** What Core keeps free for the coinbase, and counts as taken. */
const COINBASE_WEIGHT = 4000;
/** Core fills blocks up to 4,000 below the limit. */
const MAX_TEMPLATE_WEIGHT = MAX_BLOCK_WEIGHT - 4000;
/**
 * A template is as good as new for so many seconds, if only transactions have come. That is Core's rule for
 * blocks every ten minutes; where they come faster, less of that time is given away.
 */
const MOST_TEMPLATE_SECONDS = 5;
const TEMPLATES_IN_A_BLOCK = 20;
/** A template pays nobody: whoever takes it writes a coinbase of its own. */
const NOBODY = Uint8Array.of(0x51);

/** A block that miners may work on. */
export interface BlockTemplate {
  readonly block: Block;
  readonly transactions: readonly CandidateTransaction[];
  /** How often the pool had changed. */
  readonly poolChanges: number;
}

interface LastBlock {
  readonly weight: number;
  readonly transactions: number;
}

/** What the mining methods of a node have in common: the last template, and soft forks that were counted. */
export class MiningDesk {
  static readonly #desks = new WeakMap<Node, MiningDesk>();
  readonly deployments: DeploymentCaches = {
    testdummy: new ByteMap<DeploymentState>(),
    taproot: new ByteMap<DeploymentState>(),
  };
  readonly #node: Node;
  readonly #clock: RpcContext['clock'];
  readonly #generator: BlockGenerator;
  #poolChanges = 0;
  #template: (BlockTemplate & { readonly madeAt: number }) | undefined;
  /** The last block that was put together; Core tells of none before. */
  lastBlock: LastBlock | undefined;

  private constructor({ node, clock }: Pick<RpcContext, 'node' | 'clock'>) {
    this.#node = node;
    this.#clock = clock;
    const { chain, search, blockVersion: version } = node;
    const source: TransactionSource = {
      transactionsFor: async (request) => this.#noted(await node.mempool.transactionsFor(request)),
    };
    this.#generator = new BlockGenerator({ chain, clock, search, source, version });
    node.mempool.on(() => {
      this.#poolChanges++;
    });
    chain.on(({ kind }) => {
      if (kind === 'connected' || kind === 'disconnected') this.#poolChanges++;
      // The same tip may come again, with other transactions that wait for a block.
      if (kind === 'forgotten') this.#template = undefined;
    });
  }

  /** The desk of a node: there is one, so that long polls and templates see the same. */
  static of(context: Pick<RpcContext, 'node' | 'clock'>): MiningDesk {
    let desk = MiningDesk.#desks.get(context.node);
    if (desk === undefined) {
      desk = new MiningDesk(context);
      MiningDesk.#desks.set(context.node, desk);
    }
    return desk;
  }

  /** How often the pool has changed. */
  get poolChanges(): number {
    return this.#poolChanges;
  }

  /** Mines blocks of what is in the pool. */
  async generate(
    count: number,
    script: Uint8Array,
    limits: { readonly maxTries: number; readonly signal: AbortSignal },
  ): Promise<readonly BlockHash[]> {
    return await this.#generator.generate(count, script, limits);
  }

  /** A block of exactly these transactions, whose fees nobody takes. */
  assemble(script: Uint8Array, transactions: readonly CandidateTransaction[]): Block {
    const { chain } = this.#node;
    const [tip, now] = [chain.tip, unixTime(this.#clock)];
    this.#noted([]);
    const request = { tip, now, scriptPubKey: script, transactions, ...this.#manner };
    return assembleBlock(request, chain.params.consensus);
  }

  /** The block with its proof of work; undefined if the usual number of tries was not enough. */
  async mine(block: Block, signal: AbortSignal): Promise<Block | undefined> {
    const limits = { maxTries: DEFAULT_MAX_TRIES, signal };
    const result = await this.#node.search.search(block.header, limits);
    return result.kind === 'found' ? { ...block, header: result.header } : undefined;
  }

  /** Offers a block that was mined here to the chain. */
  async submit(block: Block): Promise<BlockHash> {
    const result = await this.#node.chain.processBlock(block);
    if (result.kind === 'rejected' || result.kind === 'orphan') throw new MiningError(result.error);
    return blockHash(block);
  }

  /**
   * What to mine now. It stays the same for some seconds, unless there is a new tip.
   *
   * @throws TransactionCountError where the chain wants more transactions in a block than there are
   */
  async template(): Promise<BlockTemplate> {
    const { chain, mempool } = this.#node;
    const last = this.#template;
    const now = unixTime(this.#clock);
    const isSameTip = last !== undefined && chain.tip.hasHash(last.block.header.previousBlockHash);
    const { spacingSeconds } = chain.params.consensus;
    const longest = Math.min(
      MOST_TEMPLATE_SECONDS,
      Math.floor(spacingSeconds / TEMPLATES_IN_A_BLOCK),
    );
    const isFresh = last?.poolChanges === this.#poolChanges || now - (last?.madeAt ?? 0) <= longest;
    if (isSameTip && isFresh) return last;
    const poolChanges = this.#poolChanges;
    const tip = chain.tip;
    const transactions = this.#noted(
      await mempool.transactionsFor({
        height: tip.height + 1,
        lockTimeCutoff: tip.medianTimePast,
        maxWeight: MAX_TEMPLATE_WEIGHT - COINBASE_WEIGHT,
      }),
    );
    // The tip may have moved meanwhile.
    if (tip !== chain.tip) return await this.template();
    checkTransactionCount(tip.height + 1, transactions.length, chain.params.consensus);
    const request = { tip, now, scriptPubKey: NOBODY, transactions, ...this.#manner };
    const block = assembleBlock(request, chain.params.consensus);
    this.#template = { block, transactions, poolChanges, madeAt: now };
    return this.#template;
  }

  get #manner(): Pick<BlockRequest, 'version' | 'deployments'> {
    return { version: this.#node.blockVersion, deployments: this.deployments };
  }

  #noted(transactions: readonly CandidateTransaction[]): readonly CandidateTransaction[] {
    const weight = transactions.reduce((sum, { tx }) => sum + txWeight(tx), COINBASE_WEIGHT);
    this.lastBlock = { weight, transactions: transactions.length };
    return transactions;
  }
}

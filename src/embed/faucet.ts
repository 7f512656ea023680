import type { BlockNode } from '../node/chain/block-node.ts';
import type { MempoolEntry } from '../node/mempool/mempool-entry.ts';
import { fromReversedHex, toHex, toReversedHex } from '../protocol/bytes/hex.ts';
import { coinKey, isMature } from '../protocol/consensus/coin.ts';
import type { RuleError } from '../protocol/consensus/rule-error.ts';
import { blockSubsidy } from '../protocol/consensus/subsidy.ts';
import type { Txid } from '../protocol/primitives/hashes.ts';
import { encodeTx, type Transaction, type TxOut } from '../protocol/primitives/transaction.ts';
import { amountText } from '../protocol/report/json-text.ts';
import { signTransaction } from '../protocol/script/sign/sign-transaction.ts';
import { SIGHASH_ALL } from '../protocol/script/signature-hash/hash-type.ts';
import { satoshisFrom } from './amount.ts';
import type { BlockMaker } from './block-maker.ts';
import { checkOptions } from './check-options.ts';
import { type FaucetCoin, FaucetCoins } from './faucet-coins.ts';
import type { FaucetKey } from './faucet-key.ts';
import { moveOn, usualSpacing } from './mine-blocks.ts';
import type { NodeCore } from './node-core.ts';
import { NodeError } from './node-error.ts';
import { jsonValue, plainValue } from './plain-json.ts';
import { type SpendPlan, spendingFee, spendPlan, totalOf } from './spend-plan.ts';

/** How the faucet pays. */
export interface FaucetOptions {
  /** Whether a block with the payment, and nothing else, is mined at once; it is by default. */
  readonly confirm?: boolean;
}

/** A payment that the faucet has made. */
export interface FaucetPayment {
  readonly txid: string;
  /** Which of its outputs is the one that was asked for. */
  readonly vout: number;
  /** Satoshis. */
  readonly amount: bigint;
  /** What the faucet paid for it, in satoshis. */
  readonly fee: bigint;
  /** The whole transaction. */
  readonly hex: string;
  /** The block that it is in; undefined if it was not to be confirmed. */
  readonly blockHash: string | undefined;
}

/** Satoshis for 1,000 virtual bytes: enough to be first in line, where nothing asks for more. */
const FEE_RATE = 10_000n;
/** Signals that it may be replaced (BIP125). */
const SEQUENCE = 0xffff_fffd;
/** Whoever asks for more than so many blocks create, beyond those until a coinbase matures, has mistaken the unit. */
const MOST_BLOCKS = 2000;
/** A chain of unconfirmed payments that is shorter than the mempool's limit, with room for others. */
const MOST_ANCESTORS = 20;

interface Sent {
  readonly plan: SpendPlan;
  readonly tx: Transaction;
  readonly entry: MempoolEntry;
}

/** What `scantxoutset` answers. */
interface Found {
  readonly unspents: readonly {
    readonly txid: string;
    readonly vout: number;
    readonly amount: number;
    readonly height: number;
    readonly coinbase: boolean;
  }[];
}

/** Pays whoever asks, with coins that it mines itself when it has none. */
export class Faucet {
  readonly #core: NodeCore;
  readonly #maker: BlockMaker;
  readonly #key: FaucetKey;
  readonly #coins: FaucetCoins;
  /** What its payments have spent. */
  readonly #spent = new Map<string, readonly FaucetCoin[]>();

  constructor(core: NodeCore, maker: BlockMaker, key: FaucetKey) {
    this.#core = core;
    this.#maker = maker;
    this.#key = key;
    this.#coins = new FaucetCoins(key.scriptPubKey);
    core.node.chain.on((event) => this.#coins.hear(event));
  }

  /** Finds the coins that it has from an earlier run. */
  async find(): Promise<void> {
    const { service } = this.#core;
    const { scriptPubKey } = this.#key;
    const params = ['start', [`raw(${toHex(scriptPubKey)})`]].map(jsonValue);
    const answer = await service.call({ method: 'scantxoutset', params });
    for (const { txid, vout, amount, height, coinbase } of (plainValue(answer) as Found).unspents) {
      const output = { value: satoshisFrom(amount), scriptPubKey };
      const outPoint = { txid: fromReversedHex(txid) as Txid, vout };
      this.#coins.add({ outPoint, output, height, isCoinbase: coinbase });
    }
  }

  /** @throws NodeError `out-of-money`, `refused` */
  async pay(to: TxOut, options: FaucetOptions): Promise<FaucetPayment> {
    checkOptions('faucet', options, { confirm: true });
    const { confirm = true } = options;
    const { entry, plan, tx } = await this.#send(to, confirm);
    const txid = toReversedHex(entry.txid);
    this.#spent.set(txid, plan.coins);
    const block = confirm ? await this.#confirm(entry) : undefined;
    return {
      ...{ txid, vout: 0, amount: to.value, fee: plan.fee, hex: toHex(encodeTx(tx)) },
      blockHash: block && toReversedHex(block.hash),
    };
  }

  /** Puts a payment into the mempool. */
  async #send(to: TxOut, confirm: boolean): Promise<Sent> {
    let tried: readonly FaucetCoin[] = [];
    let refusal: RuleError | undefined;
    for (;;) {
      const plan = this.#plan(to, confirm) ?? (await this.#mineFor(to));
      // A reorganisation that came from a peer may take coins away meanwhile. If it is not that, it is
      // the payment.
      if (refusal !== undefined && isSame(plan.coins, tried)) {
        const words = `the mempool refuses the payment: ${refusal.message}`;
        throw new NodeError('refused', words, { cause: refusal });
      }
      const change = { value: plan.change, scriptPubKey: this.#key.scriptPubKey };
      const tx = this.#sign(plan.coins, plan.change === 0n ? [to] : [to, change]);
      const result = await this.#core.node.broadcast(tx);
      if (result.kind !== 'rejected') return { entry: result.entry, plan, tx };
      tried = plan.coins;
      refusal = result.error;
    }
  }

  /** Whether a transaction is a payment of this faucet. */
  hasPaid(txid: string): boolean {
    return this.#spent.has(txid);
  }

  /**
   * A transaction that takes the coins of a payment back; undefined if it is no payment of this faucet.
   */
  takeBack(txid: string): Transaction | undefined {
    const coins = this.#spent.get(txid);
    if (coins === undefined) return undefined;
    const { scriptPubKey } = this.#key;
    const fee = spendingFee(coins.length, [scriptPubKey], this.#feeRate);
    return this.#sign(coins, [{ value: totalOf(coins) - fee, scriptPubKey }]);
  }

  /**
   * The coins that pay for an output, if it has enough. What is to be confirmed at once is not made of
   * what waits: that would be confirmed with it.
   */
  #plan(to: TxOut, confirmedOnly: boolean): SpendPlan | undefined {
    const { height } = this.#core.node.chain.tip;
    const confirmed = this.#unspent(height + 1);
    const plan = spendPlan(confirmed, to, this.#feeRate);
    if (plan !== undefined || confirmedOnly) return plan;
    return spendPlan([...confirmed, ...this.#unconfirmed()], to, this.#feeRate);
  }

  /** Confirmed coins that nobody is about to spend, and that a block of this height can spend. */
  #unspent(height: number): readonly FaucetCoin[] {
    const { node, params } = this.#core;
    return this.#coins
      .all()
      .filter((coin) => isMature(coin, height, params.consensus))
      .filter(({ outPoint }) => node.mempool.spender(outPoint) === undefined);
  }

  /** The change of its payments that wait for a block. */
  #unconfirmed(): readonly FaucetCoin[] {
    const { mempool, chain } = this.#core.node;
    return [...mempool.entries()]
      .filter(({ ancestorCount }) => ancestorCount < MOST_ANCESTORS)
      .filter(({ txid }) => this.#spent.has(toReversedHex(txid)))
      .flatMap(({ tx }) => this.#coins.paidBy(tx, chain.tip.height + 1))
      .filter(({ outPoint }) => mempool.spender(outPoint) === undefined);
  }

  /** Satoshis for 1,000 virtual bytes. */
  get #feeRate(): bigint {
    const { mempool } = this.#core.node;
    const { minRelayFeeRate, blockMinFeeRate } = mempool.options;
    const rates = [mempool.minFeeRate(), minRelayFeeRate, blockMinFeeRate];
    return rates.reduce((most, rate) => (rate > most ? rate : most), FEE_RATE);
  }

  /** Mines empty blocks until there is enough. What waits in the mempool goes on waiting. */
  async #mineFor(to: TxOut): Promise<SpendPlan> {
    const blocks = this.#blocksFor(to);
    for (let i = 0; i < blocks; i++) {
      await this.#extend([]);
    }
    for (;;) {
      const plan = this.#plan(to, true);
      if (plan !== undefined) return plan;
      // Blocks of others have come in between.
      await this.#extend([]);
    }
  }

  /** How many blocks have to be mined until there is enough for a payment. */
  #blocksFor({ value, scriptPubKey }: TxOut): number {
    const { consensus } = this.#core.params;
    const { height } = this.#core.node.chain.tip;
    const most = consensus.coinbaseMaturity + MOST_BLOCKS;
    let future = 0n;
    let reachable = 0n;
    for (let blocks = 1; blocks <= most; blocks++) {
      // The one of those that are still to be mined which matures with this one.
      const matured = blocks + 1 - consensus.coinbaseMaturity;
      if (matured >= 1) future += blockSubsidy(height + matured, consensus);
      const coins = this.#unspent(height + blocks + 1);
      const inputs = coins.length + Math.max(0, matured);
      const scripts = [scriptPubKey, this.#key.scriptPubKey];
      reachable = totalOf(coins) + future - spendingFee(inputs, scripts, this.#feeRate);
      if (reachable >= value) return blocks;
    }
    const reach = amountText(reachable > 0n ? reachable : 0n);
    throw new NodeError(
      'out-of-money',
      `the faucet was asked for ${amountText(value)} coins, and the next ${most} blocks bring it to ${reach}; satoshis are given as a bigint`,
    );
  }

  async #extend(transactions: readonly MempoolEntry[]): Promise<BlockNode> {
    const { scriptPubKey } = this.#key;
    const { clock, node, params } = this.#core;
    moveOn(clock, usualSpacing(params.consensus));
    return await this.#maker.extend(node.chain.tip, { scriptPubKey, transactions });
  }

  async #confirm(entry: MempoolEntry): Promise<BlockNode> {
    const { chain, mempool } = this.#core.node;
    for (;;) {
      const block = await this.#extend([entry]);
      // Another block may have been faster, and have it or not.
      if (chain.contains(block) || mempool.get(entry.txid) === undefined) return block;
    }
  }

  #sign(coins: readonly FaucetCoin[], outputs: readonly TxOut[]): Transaction {
    const unsigned: Transaction = {
      version: 2,
      inputs: coins.map(({ outPoint }) => ({
        prevout: outPoint,
        scriptSig: new Uint8Array(),
        sequence: SEQUENCE,
        witness: [],
      })),
      outputs,
      lockTime: 0,
    };
    const spent = coins.map(({ output }) => output);
    return signTransaction(unsigned, spent, this.#key.ring, SIGHASH_ALL).tx;
  }
}

function isSame(a: readonly FaucetCoin[], b: readonly FaucetCoin[]): boolean {
  const key = ({ outPoint }: FaucetCoin): string => toHex(coinKey(outPoint));
  return a.map(key).join() === b.map(key).join();
}

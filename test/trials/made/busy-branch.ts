import { drawBelow, drawChance } from '../../../src/outside/entropy/draw.ts';
import type { SeededEntropy } from '../../../src/outside/entropy/seeded-entropy.ts';
import { blockSubsidy } from '../../../src/protocol/consensus/subsidy.ts';
import type { ChainParams } from '../../../src/protocol/params/chain-params.ts';
import type { Transaction } from '../../../src/protocol/primitives/transaction.ts';
import { txid } from '../../../src/protocol/primitives/transaction-id.ts';
import { type BranchEnd, blockOn, type MadeBlock, placed } from './made-block.ts';
import { type OpenCoin, openOutput, openPayment } from './open-coin.ts';

/** Below this a coin is not divided any more. */
const LEAST_TO_SPLIT = 10_000n;
const MOST_FEE = 1000;
const MOST_INPUTS = 3;
const MOST_OUTPUTS = 4;
const SCRIPTS = 1000;
/** So many of the coins are P2WSH; the others are bare. */
const WITNESS_SHARE = 0.7;

/**
 * A branch whose blocks are full of transactions: each spends up to three coins of whatever age,
 * often of the same block, and makes up to four. The same in every run with the same chance.
 *
 * @example
 * const branch = BusyBranch.begin(regtest, new SeededEntropy('trial 7'));
 * for (let i = 0; i < 200; i++) add(branch.mine(10).raw);
 */
export class BusyBranch {
  readonly #params: ChainParams;
  readonly #entropy: SeededEntropy;
  readonly #coins: OpenCoin[];
  /** Coinbases that are not old enough to be spent, the oldest first. */
  readonly #young: OpenCoin[];
  #end: BranchEnd;

  private constructor(
    params: ChainParams,
    entropy: SeededEntropy,
    end: BranchEnd,
    coins: OpenCoin[],
    young: OpenCoin[],
  ) {
    this.#params = params;
    this.#entropy = entropy;
    this.#end = end;
    this.#coins = coins;
    this.#young = young;
  }

  /** A branch that has nothing but the first block yet. */
  static begin(params: ChainParams, entropy: SeededEntropy): BusyBranch {
    return new BusyBranch(params, entropy, placed(params.genesis, 0), [], []);
  }

  get end(): BranchEnd {
    return this.#end;
  }

  /** How many coins can be spent in the next block. */
  get spendable(): number {
    return this.#coins.length;
  }

  /** Another branch, which goes its own way from here. */
  fork(label: string): BusyBranch {
    const entropy = this.#entropy.fork(label);
    return new BusyBranch(this.#params, entropy, this.#end, [...this.#coins], [...this.#young]);
  }

  /** The next block, of so many transactions beside the coinbase, as far as there are coins. */
  mine(transactions: number): MadeBlock {
    return this.#add(Array.from({ length: transactions }, () => this.#pay()));
  }

  /** The next block, with transactions that make so many coins out of one. */
  fanOut(outputs: number, transactions = 1): MadeBlock {
    return this.#add(Array.from({ length: transactions }, () => this.#divide(outputs)));
  }

  /** The next block, of transactions that spend two coins and make two: there are as many as before. */
  shuffle(transactions: number): MadeBlock {
    const trade = (): Transaction | undefined => {
      const spent = [this.#take(), this.#take()].filter((coin) => coin !== undefined);
      return spent.length === 0 ? undefined : this.#spend(spent, 2);
    };
    return this.#add(Array.from({ length: transactions }, trade));
  }

  #add(transactions: readonly (Transaction | undefined)[]): MadeBlock {
    const height = this.#end.height + 1;
    const value = blockSubsidy(height, this.#params.consensus);
    const number = this.#number();
    const salt = drawBelow(this.#entropy, 1000);
    const all = transactions.filter((tx) => tx !== undefined);
    const made = blockOn(this.#end, {
      transactions: all,
      reward: [openOutput(value, number)],
      salt,
    });
    const coinbase = made.block.transactions[0] as Transaction;
    this.#young.push({ outPoint: { txid: txid(coinbase), vout: 0 }, value, number });
    if (this.#young.length >= this.#params.consensus.coinbaseMaturity) {
      this.#coins.push(this.#young.shift() as OpenCoin);
    }
    this.#end = { hash: made.hash, height, time: made.time };
    return made;
  }

  #pay(): Transaction | undefined {
    const wanted = 1 + drawBelow(this.#entropy, MOST_INPUTS);
    const spent = Array.from({ length: wanted }, () => this.#take()).filter(
      (coin) => coin !== undefined,
    );
    if (spent.length === 0) return undefined;
    return this.#spend(spent, 1 + drawBelow(this.#entropy, MOST_OUTPUTS));
  }

  /** The oldest coin has the most to give. */
  #divide(outputs: number): Transaction | undefined {
    const coin = this.#coins.shift();
    return coin && this.#spend([coin], outputs);
  }

  #spend(spent: readonly OpenCoin[], wanted: number): Transaction {
    const value = spent.reduce((sum, coin) => sum + coin.value, 0n);
    const divisible = value >= LEAST_TO_SPLIT * BigInt(wanted);
    const outputs = divisible ? wanted : 1;
    const fee = divisible ? BigInt(drawBelow(this.#entropy, MOST_FEE)) : 0n;
    const each = (value - fee) / BigInt(outputs);
    const wishes = Array.from({ length: outputs }, () => ({ value: each, number: this.#number() }));
    const { tx, made } = openPayment(spent, wishes);
    this.#coins.push(...made);
    return tx;
  }

  /** Any of the coins, the youngest as likely as the oldest. */
  #take(): OpenCoin | undefined {
    const coins = this.#coins;
    const last = coins.pop();
    if (last === undefined || coins.length === 0) return last;
    const at = drawBelow(this.#entropy, coins.length + 1);
    const chosen = coins[at] ?? last;
    if (at < coins.length) coins[at] = last;
    return chosen;
  }

  #number(): number | undefined {
    if (!drawChance(this.#entropy, WITNESS_SHARE)) return undefined;
    return drawBelow(this.#entropy, SCRIPTS);
  }
}

/**
 * Connecting a block: coins in, coins out. What is left to do are the scripts, which are handed
 * back as a list, because they take most of the time and can be run anywhere.
 */
import { ByteMap, ByteSet } from '../bytes/byte-map.ts';
import type { ConsensusParams } from '../params/chain-params.ts';
import { isMoney } from '../primitives/amount.ts';
import type { Block } from '../primitives/block.ts';
import type { BlockHash } from '../primitives/hashes.ts';
import {
  isCoinbase,
  type OutPoint,
  type Transaction,
  type TxOut,
} from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import { transactionSigopCost } from '../script/sigops.ts';
import { isBip30Enforced } from './bip30.ts';
import { blockScriptFlags } from './block-script-flags.ts';
import { checkTransactionInputs, missingCoin } from './check-transaction-inputs.ts';
import {
  type Coin,
  type CoinKey,
  type CoinLookup,
  coinKey,
  isUnspendable,
  valueOut,
} from './coin.ts';
import { MAX_BLOCK_SIGOPS_COST } from './limits.ts';
import { calculateSequenceLocks, checkSequenceLocks, UNLOCKED } from './lock-time.ts';
import { RuleError } from './rule-error.ts';
import type { ScriptJob } from './script-job.ts';
import { blockSubsidy } from './subsidy.ts';

/** Where a block stands in the chain, as far as its coins are concerned. */
export interface ConnectPosition {
  readonly height: number;
  /** The median time past of an ancestor, the block's parent being the highest. */
  readonly medianTimePastAt: (height: number) => number;
  /** The hash of an ancestor. */
  readonly blockHashAt: (height: number) => BlockHash;
}

export interface ConnectFacts extends ConnectPosition {
  /** At least the coins that {@link coinsToLoad} names, as far as they exist. */
  readonly coins: CoinLookup;
}

export type ConnectParams = Pick<
  ConsensusParams,
  | 'bip30Exceptions'
  | 'bip34Hash'
  | 'buried'
  | 'coinbaseMaturity'
  | 'genesisSpendable'
  | 'halvingInterval'
  | 'initialSubsidy'
  | 'scriptFlagExceptions'
>;

export interface ConnectedBlock {
  /** The coins that are gone. Coins that this very block created and spent are in neither map. */
  readonly spent: ByteMap<Coin>;
  /** The coins that are new, and replace what has their keys. To be written after the others are gone. */
  readonly created: ByteMap<Coin>;
  readonly undo: BlockUndo;
  readonly fees: bigint;
  readonly sigopCost: number;
  /** The block is valid only if {@link verifyScripts} passes for each of them. */
  readonly scriptJobs: readonly ScriptJob[];
}

/**
 * What disconnecting a block takes: for each transaction but the coinbase, the coin that each of its
 * inputs spent. The order is that of Bitcoin Core's undo files.
 */
export type BlockUndo = readonly (readonly Coin[])[];

/**
 * The keys of the coins that have to be at hand for {@link connectBlock}: all that the block spends
 * and has not created by then itself, and, where BIP30 holds, those that it must not create again.
 *
 * @example
 * for (const key of coinsToLoad(block, position, params)) {
 *   const coin = store.get(key);
 *   if (coin !== undefined) coins.set(key, coin);
 * }
 */
export function coinsToLoad(
  block: Block,
  position: ConnectPosition,
  params: ConnectParams,
): readonly CoinKey[] {
  if (position.height === 0) return [];
  const keys: CoinKey[] = [];
  const created = new ByteSet();
  for (const tx of block.transactions) {
    if (!isCoinbase(tx)) {
      for (const { prevout } of tx.inputs) {
        if (!created.has(prevout.txid)) keys.push(coinKey(prevout));
      }
    }
    created.add(txid(tx));
  }
  if (isBip30Enforced(block, position.height, position.blockHashAt, params)) {
    for (const tx of block.transactions) for (const key of outputKeys(tx)) keys.push(key);
  }
  return keys;
}

/**
 * Connects a block that has passed {@link checkBlockSanity} and {@link checkBlockContext} to the
 * coins that its parent left.
 *
 * The outputs of a chain's first block are coins only where its parameters say so. On Bitcoin they
 * are not: its author forgot to store them, and by now it is a rule.
 *
 * @example
 * const { spent, created, scriptJobs } = connectBlock(block, { ...position, coins }, params);
 *
 * @throws {@link RuleError} with Bitcoin Core's reason, such as `bad-txns-inputs-missingorspent`.
 */
export function connectBlock(
  block: Block,
  facts: ConnectFacts,
  params: ConnectParams,
): ConnectedBlock {
  const { height } = facts;
  if (height === 0) return connectGenesis(block, params);
  if (isBip30Enforced(block, height, facts.blockHashAt, params)) checkBip30(block, facts.coins);
  const flags = blockScriptFlags(block, height, params);
  const view: CoinView = { base: facts.coins, spent: new ByteMap(), created: new ByteMap() };
  const undo: (readonly Coin[])[] = [];
  const scriptJobs: ScriptJob[] = [];
  let fees = 0n;
  let sigopCost = 0;
  for (const tx of block.transactions) {
    let spentOutputs: readonly TxOut[] = [];
    if (!isCoinbase(tx)) {
      const coins = spendInputs(tx, view);
      fees += checkTransactionInputs(tx, coins, height, params);
      if (!isMoney(fees)) throw new RuleError('bad-txns-accumulated-fee-outofrange', 'invalid');
      if (height >= params.buried.csv) checkRelativeLocks(tx, coins, facts);
      spentOutputs = coins.map(({ output }) => output);
      scriptJobs.push({ tx, spentOutputs, flags });
      undo.push(coins);
    }
    sigopCost += transactionSigopCost(tx, spentOutputs, flags);
    if (sigopCost > MAX_BLOCK_SIGOPS_COST) throw new RuleError('bad-blk-sigops', 'invalid');
    createOutputs(tx, height, view.created);
  }
  checkCoinbaseValue(block, fees + blockSubsidy(height, params));
  return { spent: view.spent, created: view.created, undo, fees, sigopCost, scriptJobs };
}

function connectGenesis(block: Block, params: ConnectParams): ConnectedBlock {
  const created = new ByteMap<Coin>();
  if (params.genesisSpendable) {
    for (const tx of block.transactions) createOutputs(tx, 0, created);
  }
  return { spent: new ByteMap(), created, undo: [], fees: 0n, sigopCost: 0, scriptJobs: [] };
}

function checkBip30(block: Block, coins: CoinLookup): void {
  for (const tx of block.transactions) {
    for (const key of outputKeys(tx)) {
      if (coins.get(key) !== undefined) throw new RuleError('bad-txns-BIP30', 'invalid');
    }
  }
}

function outputKeys(tx: Transaction): readonly CoinKey[] {
  const id = txid(tx);
  return tx.outputs.map((_, vout) => coinKey({ txid: id, vout }));
}

/** The coins in the middle of a block: those from before it, and what it has done to them so far. */
interface CoinView {
  readonly base: CoinLookup;
  readonly spent: ByteMap<Coin>;
  readonly created: ByteMap<Coin>;
}

function spendInputs(tx: Transaction, view: CoinView): readonly Coin[] {
  return tx.inputs.map(({ prevout }) => spend(prevout, view));
}

function spend(prevout: OutPoint, { base, spent, created }: CoinView): Coin {
  const key = coinKey(prevout);
  const own = created.get(key);
  if (own !== undefined) {
    created.delete(key);
    return own;
  }
  const coin = base.get(key);
  if (coin === undefined || spent.has(key)) throw missingCoin();
  spent.set(key, coin);
  return coin;
}

function createOutputs(tx: Transaction, height: number, created: ByteMap<Coin>): void {
  const id = txid(tx);
  const fromCoinbase = isCoinbase(tx);
  tx.outputs.forEach((output, vout) => {
    if (isUnspendable(output.scriptPubKey)) return;
    created.set(coinKey({ txid: id, vout }), { output, height, isCoinbase: fromCoinbase });
  });
}

/** BIP68. Core has no words for it beside the reason. */
function checkRelativeLocks(
  tx: Transaction,
  coins: readonly Coin[],
  { height, medianTimePastAt }: ConnectPosition,
): void {
  const locks = calculateSequenceLocks(tx, coins, medianTimePastAt);
  if (locks === UNLOCKED) return;
  if (!checkSequenceLocks(locks, height, medianTimePastAt(height - 1))) {
    throw new RuleError('bad-txns-nonfinal', 'invalid');
  }
}

/** A miner may take less than it could, and some have, by mistake: those coins are lost. */
function checkCoinbaseValue(block: Block, limit: bigint): void {
  const actual = valueOut(block.transactions[0] as Transaction);
  if (actual > limit) {
    const details = `coinbase pays too much (actual=${actual} vs limit=${limit})`;
    throw new RuleError('bad-cb-amount', 'invalid', details);
  }
}

import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { Writer } from '../../../protocol/bytes/writer.ts';
import { type Coin, isUnspendable } from '../../../protocol/consensus/coin.ts';
import { blockSubsidy } from '../../../protocol/consensus/subsidy.ts';
import {
  EMPTY_MUHASH,
  type MuHash,
  muHashInsert,
  muHashRemove,
} from '../../../protocol/crypto/muhash.ts';
import type { ConsensusParams } from '../../../protocol/params/chain-params.ts';
import type { OutPoint, TxOut } from '../../../protocol/primitives/transaction.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { BOGO_OVERHEAD, writeHashedCoin } from '../../coins/utxo-set.ts';
import type { FollowedBlock } from '../index-definition.ts';

/** Sums over all blocks up to one, in satoshis where they are amounts. */
export interface CoinSums {
  /** The coins that there are. */
  readonly txouts: number;
  /** A size that depends on no database: a coin counts 50 and its script. */
  readonly bogosize: number;
  readonly totalAmount: bigint;
  /** What blocks were allowed to create. */
  readonly subsidy: bigint;
  /** What transactions have spent. */
  readonly prevoutSpent: bigint;
  /** What coinbases have created, as far as it can be spent. */
  readonly coinbase: bigint;
  /** What other transactions have created, as far as it can be spent. */
  readonly newOutputs: bigint;
  /** What nobody can ever spend, by the reason: */
  readonly genesisBlock: bigint;
  /** Coinbases that were overwritten by later ones of the same id (BIP30); */
  readonly bip30: bigint;
  /** scripts that cannot be satisfied; */
  readonly scripts: bigint;
  /** what miners could have claimed, and did not. */
  readonly unclaimed: bigint;
}

/** The coins after a block: sums, and the hash of the set, which goes on from block to block. */
export interface CoinTotals extends CoinSums {
  readonly muHash: MuHash;
}

export type CoinTotalsParams = Pick<
  ConsensusParams,
  'bip30Overwritten' | 'genesisSpendable' | 'halvingInterval' | 'initialSubsidy'
>;

export const NO_COINS: CoinTotals = {
  txouts: 0,
  bogosize: 0,
  totalAmount: 0n,
  subsidy: 0n,
  prevoutSpent: 0n,
  coinbase: 0n,
  newOutputs: 0n,
  genesisBlock: 0n,
  bip30: 0n,
  scripts: 0n,
  unclaimed: 0n,
  muHash: EMPTY_MUHASH,
};

/** All that nobody can ever spend. */
export function unspendableOf({ genesisBlock, bip30, scripts, unclaimed }: CoinSums): bigint {
  return genesisBlock + bip30 + scripts + unclaimed;
}

type Sums = { -readonly [K in keyof CoinSums]: CoinSums[K] };

/** Goes from the coins after one block to those after the next one, or back. */
export class CoinTotalsStep {
  readonly #params: CoinTotalsParams;
  readonly #writer = new Writer();
  #muHash: MuHash;
  readonly sums: Sums;

  constructor({ muHash, ...sums }: CoinTotals, params: CoinTotalsParams) {
    this.#params = params;
    this.#muHash = muHash;
    this.sums = sums;
  }

  get muHash(): MuHash {
    return this.#muHash;
  }

  /** Adds a block, transaction by transaction, so that others have their turn in between. */
  *connect({ node, block, undo }: FollowedBlock): Generator<void, void, void> {
    const { sums } = this;
    const { height } = node;
    const isFirst = height === 0;
    const genesis = isFirst ? sumOf(block.transactions[0]?.outputs ?? []) : 0n;
    const subsidy = isFirst ? genesis : blockSubsidy(height, this.#params);
    sums.subsidy += subsidy;
    if (isFirst && !this.#params.genesisSpendable) {
      sums.genesisBlock += subsidy;
      return;
    }
    for (const [i, tx] of block.transactions.entries()) {
      const isCoinbase = i === 0;
      if (isCoinbase && isOverwritten(node, this.#params)) {
        sums.bip30 += subsidy;
        continue;
      }
      const id = txid(tx);
      for (const [vout, output] of tx.outputs.entries()) {
        this.#create({ txid: id, vout }, { output, height, isCoinbase });
        yield;
      }
      if (isCoinbase) continue;
      for (const [at, { prevout }] of tx.inputs.entries()) {
        this.#spend(prevout, (undo[i - 1] as readonly Coin[])[at] as Coin);
        yield;
      }
    }
    const created = sums.newOutputs + sums.coinbase + unspendableOf(sums);
    sums.unclaimed += sums.prevoutSpent + sums.subsidy - created;
  }

  /** Takes a block out of the hash. The sums after its parent are known to whoever keeps them. */
  *disconnect({ node, block, undo }: FollowedBlock): Generator<void, void, void> {
    const { height } = node;
    if (height === 0 && !this.#params.genesisSpendable) return;
    for (const [i, tx] of block.transactions.entries()) {
      const isCoinbase = i === 0;
      if (isCoinbase && isOverwritten(node, this.#params)) continue;
      const id = txid(tx);
      for (const [vout, output] of tx.outputs.entries()) {
        if (isUnspendable(output.scriptPubKey)) continue;
        const element = this.#element({ txid: id, vout }, { output, height, isCoinbase });
        this.#muHash = muHashRemove(this.#muHash, element);
        yield;
      }
      if (isCoinbase) continue;
      for (const [at, { prevout }] of tx.inputs.entries()) {
        const element = this.#element(prevout, (undo[i - 1] as readonly Coin[])[at] as Coin);
        this.#muHash = muHashInsert(this.#muHash, element);
        yield;
      }
    }
  }

  #create(outPoint: OutPoint, coin: Coin): void {
    const { sums } = this;
    const { value, scriptPubKey } = coin.output;
    if (isUnspendable(scriptPubKey)) {
      sums.scripts += value;
      return;
    }
    this.#muHash = muHashInsert(this.#muHash, this.#element(outPoint, coin));
    if (coin.isCoinbase) sums.coinbase += value;
    else sums.newOutputs += value;
    sums.txouts++;
    sums.totalAmount += value;
    sums.bogosize += BOGO_OVERHEAD + scriptPubKey.length;
  }

  #spend(outPoint: OutPoint, coin: Coin): void {
    const { sums } = this;
    const { value, scriptPubKey } = coin.output;
    this.#muHash = muHashRemove(this.#muHash, this.#element(outPoint, coin));
    sums.prevoutSpent += value;
    sums.txouts--;
    sums.totalAmount -= value;
    sums.bogosize -= BOGO_OVERHEAD + scriptPubKey.length;
  }

  #element(outPoint: OutPoint, coin: Coin): Uint8Array {
    writeHashedCoin(this.#writer.clear(), outPoint, coin);
    return this.#writer.finish();
  }
}

function isOverwritten({ height, hash }: BlockNode, params: CoinTotalsParams): boolean {
  return params.bip30Overwritten.some(
    (position) => position.height === height && position.blockHash === toReversedHex(hash),
  );
}

function sumOf(outputs: readonly TxOut[]): bigint {
  return outputs.reduce((sum, { value }) => sum + value, 0n);
}

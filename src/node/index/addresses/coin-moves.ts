import { ByteMap } from '../../../protocol/bytes/byte-map.ts';
import { equalBytes } from '../../../protocol/bytes/compare.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { type Coin, isUnspendable } from '../../../protocol/consensus/coin.ts';
import type { ConsensusParams } from '../../../protocol/params/chain-params.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import type { OutPoint, Transaction } from '../../../protocol/primitives/transaction.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import type { Changes } from '../changes.ts';
import type { FollowedBlock } from '../index-definition.ts';
import { decodeHistory, historyKey, type ScriptHash, scriptHash } from './address-rows.ts';

/** What a transaction does to the coins. */
export interface CoinMoves {
  readonly txid: Txid;
  readonly spent: readonly MovedCoin[];
  readonly made: readonly MovedCoin[];
  /** One for each script. */
  readonly amounts: readonly ScriptAmounts[];
}

export interface MovedCoin {
  readonly script: ScriptHash;
  readonly outPoint: OutPoint;
  readonly coin: Coin;
}

/** What a script gains and loses. */
interface ScriptAmounts {
  readonly script: ScriptHash;
  received: bigint;
  spent: bigint;
}

export type RepeatedCoinbaseParams = Pick<ConsensusParams, 'bip30Exceptions' | 'bip30Overwritten'>;

/** Up to so many scripts, looking at all of them is quicker than a map. */
const FEW = 16;

/** The moves of the transaction at a place in its block. */
export function coinMovesAt(
  position: number,
  { node, block, undo }: FollowedBlock,
  repeated: readonly MovedCoin[],
): CoinMoves {
  const tx = block.transactions[position] as Transaction;
  const id = txid(tx);
  const isCoinbase = position === 0;
  const spent = isCoinbase ? repeated : coinsSpentBy(tx, undo[position - 1] ?? []);
  const made: MovedCoin[] = [];
  tx.outputs.forEach((output, vout) => {
    if (isUnspendable(output.scriptPubKey)) return;
    const coin = { output, height: node.height, isCoinbase };
    made.push({ script: scriptHash(output.scriptPubKey), outPoint: { txid: id, vout }, coin });
  });
  return { txid: id, spent, made, amounts: amountsOf(spent, made) };
}

/**
 * The coins that a coinbase destroys because it repeats the one that made them, as two did before
 * BIP30. They count as spent by it.
 */
export async function coinsRepeatedBy(
  { node, block }: FollowedBlock,
  params: RepeatedCoinbaseParams,
  changes: Changes,
): Promise<readonly MovedCoin[]> {
  const exception = params.bip30Exceptions.find(({ height }) => height === node.height);
  if (exception === undefined || exception.blockHash !== toReversedHex(node.hash)) return [];
  const coinbase = block.transactions[0] as Transaction;
  const id = txid(coinbase);
  const coins: MovedCoin[] = [];
  for (const { height } of params.bip30Overwritten) {
    for (const [vout, output] of coinbase.outputs.entries()) {
      const script = scriptHash(output.scriptPubKey);
      const key = historyKey(script, height, 0).slice();
      const value = await changes.get(key);
      if (value === undefined || !equalBytes(decodeHistory(key, value).txid, id)) continue;
      const coin = { output, height, isCoinbase: true };
      coins.push({ script, outPoint: { txid: id, vout }, coin });
    }
  }
  return coins;
}

function coinsSpentBy(tx: Transaction, coins: readonly Coin[]): readonly MovedCoin[] {
  return tx.inputs.map(({ prevout }, i) => {
    const coin = coins[i] as Coin;
    return { script: scriptHash(coin.output.scriptPubKey), outPoint: prevout, coin };
  });
}

function amountsOf(
  spent: readonly MovedCoin[],
  made: readonly MovedCoin[],
): readonly ScriptAmounts[] {
  const amounts: ScriptAmounts[] = [];
  const byScript = spent.length + made.length > FEW ? new ByteMap<ScriptAmounts>() : undefined;
  const find = (script: ScriptHash): ScriptAmounts => {
    let entry = byScript
      ? byScript.get(script)
      : amounts.find((other) => equalBytes(other.script, script));
    if (entry === undefined) {
      entry = { script, received: 0n, spent: 0n };
      amounts.push(entry);
      byScript?.set(script, entry);
    }
    return entry;
  };
  for (const { script, coin } of spent) find(script).spent += coin.output.value;
  for (const { script, coin } of made) find(script).received += coin.output.value;
  return amounts;
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coinbaseTx, mineBlock, pay, payment } from '../../../test/fixtures/regtest-blocks.ts';
import { ByteMap } from '../bytes/byte-map.ts';
import { toHex } from '../bytes/hex.ts';
import { regtest } from '../params/regtest.ts';
import type { Block } from '../primitives/block.ts';
import type { BlockHash, Txid } from '../primitives/hashes.ts';
import type { OutPoint, Transaction } from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import { type Coin, coinKey } from './coin.ts';
import { type BlockUndo, coinsToLoad, connectBlock } from './connect-block.ts';
import { disconnectBlock } from './disconnect-block.ts';

type Coins = ByteMap<Coin>;

const params = { ...regtest.consensus, coinbaseMaturity: 1 };
const UNSPENDABLE = Uint8Array.of(0x6a, 1);

function connect(coins: Coins, block: Block, height: number): BlockUndo {
  const position = {
    height,
    medianTimePastAt: () => 0,
    blockHashAt: () => new Uint8Array(32) as BlockHash,
  };
  const loaded = new ByteMap<Coin>();
  for (const key of coinsToLoad(block, position, params)) {
    const coin = coins.get(key);
    if (coin !== undefined) loaded.set(key, coin);
  }
  const { spent, created, undo } = connectBlock(block, { ...position, coins: loaded }, params);
  for (const key of spent.keys()) expect(coins.delete(key)).toBe(true);
  for (const [key, coin] of created) coins.set(key, coin);
  return undo;
}

function disconnect(coins: Coins, block: Block, undo: BlockUndo): void {
  const { removed, restored } = disconnectBlock(block, undo);
  for (const key of removed) expect(coins.delete(key)).toBe(true);
  for (const { key, coin } of restored) {
    expect(coins.has(key)).toBe(false);
    coins.set(key, coin);
  }
}

const snapshot = (coins: Coins): readonly [string, Coin][] =>
  [...coins]
    .map(([key, coin]): [string, Coin] => [toHex(key), coin])
    .sort(([a], [b]) => (a < b ? -1 : 1));

/**
 * A block that spends coins at random: old ones, and those that it has just made. Each choice is a
 * transaction, of so many inputs and outputs, of which every fifth is one that nobody can spend.
 */
function randomBlock(coins: Coins, height: number, choices: readonly (readonly number[])[]): Block {
  const available: { outPoint: OutPoint; value: bigint }[] = [];
  for (const [key, coin] of coins) {
    if (coin.isCoinbase && coin.height >= height) continue;
    const vout = new DataView(key.buffer, key.byteOffset).getUint32(32, true);
    available.push({
      outPoint: { txid: key.slice(0, 32) as Txid, vout },
      value: coin.output.value,
    });
  }
  const transactions: Transaction[] = [];
  for (const [pick = 0, inputs = 1, outputs = 1] of choices) {
    const taken = available.splice(pick % (available.length || 1), inputs);
    if (taken.length === 0) continue;
    const value = taken.reduce((sum, coin) => sum + coin.value, 0n) / BigInt(outputs);
    const paid = Array.from({ length: outputs }, (_, i) =>
      pay(value, (pick + i) % 5 === 0 ? UNSPENDABLE : undefined),
    );
    const tx = payment(
      taken.map(({ outPoint }) => outPoint),
      paid,
    );
    transactions.push(tx);
    paid.forEach(({ scriptPubKey }, vout) => {
      if (scriptPubKey === UNSPENDABLE) return;
      available.push({ outPoint: { txid: txid(tx), vout }, value });
    });
  }
  return mineBlock([coinbaseTx(height, [pay(1000n), pay(0n, UNSPENDABLE)]), ...transactions]);
}

describe('disconnecting a block', () => {
  it('brings back exactly the coins that there were, block by block', () => {
    const choice = fc.tuple(
      fc.nat(1000),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(choice, { maxLength: 8 }), { minLength: 1, maxLength: 8 }),
        (blocks) => {
          const coins: Coins = new ByteMap<Coin>();
          const history = blocks.map((choices, i) => {
            const before = snapshot(coins);
            const block = randomBlock(coins, i + 1, choices);
            return { before, block, undo: connect(coins, block, i + 1) };
          });
          for (const { before, block, undo } of history.reverse()) {
            disconnect(coins, block, undo);
            expect(snapshot(coins)).toEqual(before);
          }
          expect(coins.size).toBe(0);
        },
      ),
    );
  });

  it('connects again to the same coins', () => {
    const coins: Coins = new ByteMap<Coin>();
    connect(coins, mineBlock([coinbaseTx(1, [pay(1000n)])]), 1);
    const block = randomBlock(coins, 2, [
      [1, 1, 3],
      [2, 2, 1],
    ]);
    const undo = connect(coins, block, 2);
    const after = snapshot(coins);
    disconnect(coins, block, undo);
    expect(connect(coins, block, 2)).toEqual(undo);
    expect(snapshot(coins)).toEqual(after);
  });

  it('refuses undo data that are not of this block', () => {
    const coin: Coin = { output: pay(1n), height: 1, isCoinbase: false };
    const tx = payment([{ txid: new Uint8Array(32).fill(1) as Txid, vout: 0 }], [pay(1n)]);
    const block = mineBlock([coinbaseTx(2, []), tx]);
    expect(disconnectBlock(block, [[coin]]).restored).toEqual([
      { key: coinKey({ txid: new Uint8Array(32).fill(1) as Txid, vout: 0 }), coin },
    ]);
    expect(() => disconnectBlock(block, [])).toThrow(RangeError);
    expect(() => disconnectBlock(block, [[coin, coin]])).toThrow(RangeError);
  });
});

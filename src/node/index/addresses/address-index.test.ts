import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GrowingChain, scripts } from '../../../../test/fixtures/growing-chain.ts';
import { coinbaseTx, mineBlock, pay } from '../../../../test/fixtures/regtest-blocks.ts';
import { SystemClock } from '../../../outside/clock/system-clock.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import { toHex, toReversedHex } from '../../../protocol/bytes/hex.ts';
import { regtest } from '../../../protocol/params/regtest.ts';
import type { Block } from '../../../protocol/primitives/block.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import { txid } from '../../../protocol/primitives/transaction-id.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import { MemoryStore } from '../../storage/memory-store.ts';
import { Changes } from '../changes.ts';
import { Followers } from '../followers.ts';
import type { FollowedBlock } from '../index-definition.ts';
import { Pace } from '../pace.ts';
import { addressIndex } from './address-index.ts';
import { AddressReader, type Page, type PageRequest } from './address-reader.ts';
import { type HistoryEntry, scriptHash } from './address-rows.ts';

const { consensus } = regtest;

async function indexOf(chain: GrowingChain): Promise<AddressReader> {
  const store = new MemoryStore();
  const parts = {
    clock: new SystemClock(),
    entropy: new SeededEntropy('addresses'),
    onFailure: (error: Error) => {
      throw error;
    },
  };
  const places = [{ definition: addressIndex(consensus), store }];
  const followers = await Followers.start(places, { chain, ...parts });
  await followers.settled();
  await followers.stop();
  return new AddressReader(store, new SystemClock());
}

const plans = fc.array(
  fc.record({
    spends: fc.array(fc.nat(40), { minLength: 1, maxLength: 3 }),
    pays: fc.array(fc.nat(5), { maxLength: 3 }),
  }),
  { maxLength: 4 },
);

/** Everything, page by page. */
async function allOf<T>(
  ask: (request: PageRequest) => Promise<Page<T>>,
  request: PageRequest,
): Promise<readonly T[]> {
  const entries: T[] = [];
  for (let after: Uint8Array | undefined; ; ) {
    const page = await ask({ ...request, after });
    expect(page.entries.length).toBeLessThanOrEqual(request.limit ?? 100);
    entries.push(...page.entries);
    after = page.next;
    if (after === undefined) return entries;
  }
}

/** What a script was paid and spent, by going over all blocks. */
function historyOf(script: Uint8Array, chain: GrowingChain): readonly HistoryEntry[] {
  const worth = new Map<string, bigint>();
  const history: HistoryEntry[] = [];
  for (let height = 1; height <= chain.tip.height; height++) {
    const { transactions } = chain.blockOf(chain.tip.ancestor(height) as BlockNode);
    transactions.forEach((tx, position) => {
      let [received, spent, touched] = [0n, 0n, false];
      for (const { prevout } of tx.inputs) {
        const value = worth.get(`${toHex(prevout.txid)}:${prevout.vout}`);
        if (value === undefined) continue;
        spent += value;
        touched = true;
      }
      tx.outputs.forEach(({ value, scriptPubKey }, vout) => {
        if (toHex(scriptPubKey) !== toHex(script)) return;
        worth.set(`${toHex(txid(tx))}:${vout}`, value);
        received += value;
        touched = true;
      });
      if (touched) history.push({ height, position, txid: txid(tx), received, spent });
    });
  }
  return history;
}

describe('the index of addresses', () => {
  it('knows the history and the coins of every script', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(plans, { maxLength: 12 }), async (blocks) => {
        const chain = new GrowingChain();
        let node = chain.tip;
        for (const transactions of blocks) node = chain.grow(node, transactions);
        await chain.moveTo(node);
        const addresses = await indexOf(chain);
        for (const script of scripts.slice(0, 5)) {
          const hash = scriptHash(script);
          const history = historyOf(script, chain);
          expect((await addresses.history(hash, { limit: 1000 })).entries).toEqual(history);
          const coins = chain
            .coinsAfter(chain.tip)
            .filter(({ coin }) => toHex(coin.output.scriptPubKey) === toHex(script));
          const unspent = (await addresses.unspent(hash, { limit: 1000 })).entries;
          const shown = unspent.map(({ outPoint, height, isCoinbase, value }) => ({
            outPoint,
            coin: { output: { value, scriptPubKey: script }, height, isCoinbase },
          }));
          expect(new Set(shown)).toEqual(new Set(coins));
          expect(unspent.map(({ height }) => height)).toEqual(
            unspent.map(({ height }) => height).sort((a, b) => a - b),
          );
          const tip = { height: chain.tip.height, hash: chain.tip.hash };
          const received = history.reduce((sum, entry) => sum + entry.received, 0n);
          const spent = history.reduce((sum, entry) => sum + entry.spent, 0n);
          expect(await addresses.balance(hash)).toEqual({
            unspent: coins.length,
            balance: coins.reduce((sum, { coin }) => sum + coin.output.value, 0n),
            tip,
          });
          expect(await addresses.totals(hash)).toEqual({
            transactions: history.length,
            received,
            spent,
            tip,
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('turns pages in both directions', async () => {
    const chain = new GrowingChain();
    let node = chain.tip;
    for (let i = 0; i < 60; i++) node = chain.grow(node, [{ spends: [i], pays: [0, 0] }]);
    await chain.moveTo(node);
    const addresses = await indexOf(chain);
    const script = scriptHash(scripts[0] as Uint8Array);
    const history = (await addresses.history(script, { limit: 1000 })).entries;
    expect(history.length).toBeGreaterThan(50);
    for (const limit of [1, 7, history.length, 100]) {
      const ask = (request: PageRequest) => addresses.history(script, request);
      expect(await allOf(ask, { limit })).toEqual(history);
      expect(await allOf(ask, { limit, newestFirst: true })).toEqual([...history].reverse());
      const coins = (request: PageRequest) => addresses.unspent(script, request);
      expect(await allOf(coins, { limit })).toEqual(
        [...(await allOf(coins, { limit, newestFirst: true }))].reverse(),
      );
    }
    const page = await addresses.history(script);
    expect(page.tip).toEqual({ height: 60, hash: chain.tip.hash });
  });

  it('knows nothing of scripts that never had a coin', async () => {
    const chain = new GrowingChain();
    await chain.moveTo(chain.grow(chain.tip, [{ spends: [0], pays: [5] }]));
    const addresses = await indexOf(chain);
    const genesisScript = regtest.genesis.transactions[0]?.outputs[0]?.scriptPubKey;
    for (const script of [Uint8Array.of(1, 2, 3), genesisScript, scripts[5]]) {
      const hash = scriptHash(script as Uint8Array);
      expect(await addresses.balance(hash)).toMatchObject({ balance: 0n, unspent: 0 });
      expect(await addresses.totals(hash)).toMatchObject({ transactions: 0, received: 0n });
      expect(await addresses.history(hash)).toMatchObject({ entries: [], next: undefined });
      expect((await addresses.unspent(hash)).entries).toEqual([]);
    }
  });
});

describe('a coinbase that repeats an earlier one (BIP30)', () => {
  const script = Uint8Array.of(0x51);
  const coinbase = coinbaseTx(1, [pay(50n, script)]);
  const first = mineBlock([coinbase]);
  const second = mineBlock([coinbase], { time: 1_600_000_600 });
  const repeated = { height: 7, blockHash: toReversedHex(blockHash(second)) };
  const definition = addressIndex({
    bip30Exceptions: [repeated],
    bip30Overwritten: [
      { height: 2, blockHash: '00'.repeat(32) },
      { height: 5, blockHash: toReversedHex(blockHash(first)) },
    ],
    genesisSpendable: false,
  });
  const pace = new Pace(new SystemClock());

  function followed(block: Block, height: number): FollowedBlock {
    return { node: { height, hash: blockHash(block) } as BlockNode, block, undo: [] };
  }

  it('destroys its coin, and gives it back when it is taken back', async () => {
    const store = new MemoryStore();
    const addresses = new AddressReader(store, new SystemClock());
    const apply = async (step: (changes: Changes) => Promise<void>): Promise<void> => {
      const changes = new Changes(store, 7);
      await step(changes);
      await store.write(await changes.toBatch(pace));
    };
    const look = async () => {
      const { unspent, balance } = await addresses.balance(scriptHash(script));
      const { transactions } = await addresses.totals(scriptHash(script));
      const coins = (await addresses.unspent(scriptHash(script))).entries;
      return { transactions, unspent, balance, heights: coins.map(({ height }) => height) };
    };
    await apply((changes) => definition.connect(followed(first, 5), changes, pace));
    expect(await look()).toEqual({ transactions: 1, unspent: 1, balance: 50n, heights: [5] });
    await apply((changes) => definition.connect(followed(second, 7), changes, pace));
    expect(await look()).toEqual({ transactions: 2, unspent: 1, balance: 50n, heights: [7] });
    await apply((changes) => definition.disconnect(followed(second, 7), changes, pace));
    expect(await look()).toEqual({ transactions: 1, unspent: 1, balance: 50n, heights: [5] });
  });
});

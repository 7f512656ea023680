/**
 * How fast transactions get into the mempool, compared with the bare signature checks: no node can do
 * without those. Once into an empty pool, and once into one that holds 100,000 already.
 */

import { HeaderTree } from '../src/node/chain/header-tree.ts';
import { CoinCache } from '../src/node/coins/coin-cache.ts';
import { Mempool } from '../src/node/mempool/mempool.ts';
import { MemoryStore } from '../src/node/storage/memory-store.ts';
import { ScriptExecutionCache } from '../src/node/verify/script-execution-cache.ts';
import { SystemClock } from '../src/outside/clock/system-clock.ts';
import { SeededEntropy } from '../src/outside/entropy/seeded-entropy.ts';
import { ByteMap } from '../src/protocol/bytes/byte-map.ts';
import { type Coin, type CoinKey, coinKey } from '../src/protocol/consensus/coin.ts';
import { sha256 } from '../src/protocol/crypto/hash.ts';
import { regtest } from '../src/protocol/params/regtest.ts';
import { blockHash } from '../src/protocol/primitives/block-hash.ts';
import type { Txid } from '../src/protocol/primitives/hashes.ts';
import {
  decodeTx,
  encodeTx,
  type Transaction,
  type TxOut,
} from '../src/protocol/primitives/transaction.ts';
import { opcodes } from '../src/protocol/script/opcodes.ts';
import { p2wpkh, p2wsh } from '../src/protocol/script/templates.ts';
import type { Bench } from './bench.ts';
import { checksOf, runCheck, type SignatureCheck } from './signature-checks.ts';
import { digest } from './signed-coins.ts';
import { type SignedTransaction, signedTransactions } from './signed-inputs.ts';
import { least } from './summary.ts';

const TRANSACTIONS = 20_000;
const ALREADY_THERE = 100_000;
const ROUNDS = 3;
/** Admissions a second, with bare checks a second as 1. */
const MIN_RATIO = 0.5;
/** What a full pool may cost. */
const MAX_SLOWDOWN = 1.2;

const clock = new SystemClock();
const entropy = new SeededEntropy('bench mempool');

/** `npm run bench -- mempool` */
export const benchMempool: Bench = {
  options: [],
  async run({ json }) {
    // The first half of these have one input each.
    const signed = signedTransactions('P2WPKH', 2 * TRANSACTIONS).slice(0, TRANSACTIONS);
    const others = unsignedTransactions(ALREADY_THERE);
    const coins = coinsFor([...signed, ...others]);
    const checks = signed.flatMap(({ bytes, spentOutputs }) =>
      checksOf(decodeTx(bytes), spentOutputs),
    );
    const [bare, empty, full]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round <= ROUNDS; round++) {
      const figures = {
        bare: secondsOf(() => runChecks(checks)),
        empty: await secondsToAccept(newMempool(coins), signed),
        full: await secondsWhenFull(coins, signed, others),
      };
      // The first round compiles.
      if (round === 0) continue;
      bare.push(figures.bare);
      empty.push(figures.empty);
      full.push(figures.full);
    }
    return report({ bare, empty, full }, json);
  },
};

interface Figures {
  readonly bare: readonly number[];
  readonly empty: readonly number[];
  readonly full: readonly number[];
}

function report({ bare, empty, full }: Figures, json: boolean): boolean {
  const ratio = least(bare) / least(empty);
  const slowdown = least(full) / least(empty);
  const isGood = ratio >= MIN_RATIO && slowdown <= MAX_SLOWDOWN;
  const rate = (seconds: readonly number[]): number => Math.round(TRANSACTIONS / least(seconds));
  const rates = { bare: rate(bare), empty: rate(empty), full: rate(full) };
  if (json) {
    const limits = { minRatio: MIN_RATIO, maxSlowdown: MAX_SLOWDOWN };
    console.log(JSON.stringify({ bench: 'mempool', rates, ratio, slowdown, ...limits }));
    return isGood;
  }
  console.log(
    `${TRANSACTIONS} P2WPKH transactions with one input, best of ${ROUNDS} rounds, a second:`,
  );
  console.log(`  bare signature checks          ${rates.bare}`);
  console.log(`  admissions, empty pool         ${rates.empty}`);
  console.log(`  admissions, ${ALREADY_THERE} in the pool ${rates.full}`);
  console.log(
    `admissions / checks ${ratio.toFixed(2)} (at least ${MIN_RATIO}), full / empty ${slowdown.toFixed(2)} (at most ${MAX_SLOWDOWN}): ${isGood ? 'ok' : 'TOO SLOW'}`,
  );
  return isGood;
}

/** Coins of the chain, as a node has them in memory. */
function coinsFor(transactions: readonly SignedTransaction[]): CoinCache {
  const created = new ByteMap<Coin>();
  for (const { bytes, spentOutputs } of transactions) {
    decodeTx(bytes).inputs.forEach(({ prevout }, i) => {
      created.set(coinKey(prevout), {
        output: spentOutputs[i] as TxOut,
        height: 0,
        isCoinbase: false,
      });
    });
  }
  const cache = new CoinCache({ store: new MemoryStore(), clock, entropy });
  cache.apply({ spent: new ByteMap(), created });
  return cache;
}

function newMempool(coins: CoinCache): Mempool {
  const root = { header: regtest.genesis.header, hash: blockHash(regtest.genesis) };
  const chain = {
    tip: new HeaderTree(root, entropy).genesis,
    coins: async (keys: readonly CoinKey[]) => keys.map((key) => coins.get(key)),
    coinInMemory: (key: CoinKey) => coins.get(key),
    on: () => () => {},
  };
  const scriptCache = new ScriptExecutionCache(entropy.bytes(16));
  return new Mempool({ chain, params: regtest, clock, entropy, scriptCache });
}

async function secondsWhenFull(
  coins: CoinCache,
  signed: readonly SignedTransaction[],
  others: readonly SignedTransaction[],
): Promise<number> {
  const mempool = newMempool(coins);
  await accept(
    mempool,
    others.map(({ bytes }) => decodeTx(bytes)),
  );
  return secondsToAccept(mempool, signed);
}

async function secondsToAccept(
  mempool: Mempool,
  signed: readonly SignedTransaction[],
): Promise<number> {
  // Decoded anew, so that nothing is remembered from the round before.
  const transactions = signed.map(({ bytes }) => decodeTx(bytes));
  const start = performance.now();
  await accept(mempool, transactions);
  return (performance.now() - start) / 1000;
}

async function accept(mempool: Mempool, transactions: readonly Transaction[]): Promise<void> {
  const results = await Promise.all(transactions.map((tx) => mempool.accept(tx)));
  for (const result of results) if (result.kind === 'rejected') throw result.error;
}

function runChecks(checks: readonly SignatureCheck[]): void {
  for (const check of checks) runCheck(check);
}

/** Payments of coins that anybody may spend. */
function unsignedTransactions(count: number): readonly SignedTransaction[] {
  const script = Uint8Array.of(opcodes.OP_1);
  const output: TxOut = { value: 100_000n, scriptPubKey: p2wsh(sha256(script)) };
  return Array.from({ length: count }, (_, number) => {
    const prevout = { txid: digest(`unsigned coin ${number}`) as Txid, vout: 0 };
    const outputs = ['payment', 'change'].map((purpose) => ({
      value: BigInt(40_000 + (number % 5_000)),
      scriptPubKey: p2wpkh(digest(`unsigned ${purpose} ${number}`).subarray(0, 20)),
    }));
    const input = {
      prevout,
      scriptSig: new Uint8Array(0),
      sequence: 0xfffffffd,
      witness: [script],
    };
    const bytes = encodeTx({ version: 2, inputs: [input], outputs, lockTime: 0 });
    return { bytes, spentOutputs: [output] };
  });
}

function secondsOf(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}

import {
  type Codec,
  decode,
  encode,
  fixedBytes,
  i64,
  struct,
  u32,
  u64,
} from '../../../protocol/bytes/codec.ts';
import {
  decodeMuHash,
  encodeMuHash,
  type MuHash,
  muHashDigest,
} from '../../../protocol/crypto/muhash.ts';
import type { BlockNode } from '../../chain/block-node.ts';
import type { Changes } from '../changes.ts';
import type { IndexDefinition } from '../index-definition.ts';
import { IndexError } from '../index-error.ts';
import type { Pace } from '../pace.ts';
import { blockKey } from '../store-keys.ts';
import { type CoinSums, type CoinTotalsParams, CoinTotalsStep, NO_COINS } from './coin-totals.ts';

/** `c`: the coins after a block. */
const COINS = 0x63;
/** `m`: the hash of the coins after the last block, in a form from which it goes on. */
const MUHASH_KEY: Uint8Array = Uint8Array.of(0x6d);

/** What is kept of a block. */
export interface CoinRow {
  /** The MuHash of all coins after it, in wire order. */
  readonly muHash: Uint8Array;
  readonly sums: CoinSums;
}

const smallNumber: Codec<number> = {
  minSize: 8,
  read: (reader) => Number(u64.read(reader)),
  write: (writer, value) => u64.write(writer, BigInt(value)),
};

/** What was ever spent outgrows 64 bits in time: the same money is spent again and again. */
const longSum: Codec<bigint> = {
  minSize: 12,
  read: (reader) => u64.read(reader) + (BigInt(u32.read(reader)) << 64n),
  write(writer, value) {
    u64.write(writer, BigInt.asUintN(64, value));
    u32.write(writer, Number(value >> 64n));
  },
};

const rowCodec: Codec<CoinRow> = struct({
  muHash: fixedBytes(32),
  sums: struct({
    txouts: smallNumber,
    bogosize: smallNumber,
    totalAmount: i64,
    subsidy: i64,
    prevoutSpent: longSum,
    coinbase: i64,
    newOutputs: longSum,
    genesisBlock: i64,
    bip30: i64,
    scripts: i64,
    unclaimed: i64,
  }),
});

export function coinRowKey(node: BlockNode): Uint8Array {
  return blockKey(COINS, node.height, node.hash);
}

export function decodeCoinRow(bytes: Uint8Array): CoinRow {
  return decode(rowCodec, bytes);
}

/**
 * The set of coins after every block, in numbers and by its MuHash: what `gettxoutsetinfo` says of
 * heights below the tip. Rows of blocks that were taken back stay, and are found by their hashes.
 */
export function coinIndex(params: CoinTotalsParams): IndexDefinition {
  return {
    name: 'coins',
    version: 1,
    async connect(followed, changes, pace) {
      const { node } = followed;
      const before = await totalsAfter(node.parent, changes);
      const step = new CoinTotalsStep(before, params);
      await inTurns(step.connect(followed), pace);
      const { sums, muHash } = step;
      const state = encodeMuHash(muHash);
      const row = { muHash: muHashDigest(decodeMuHash(state)), sums };
      changes.put(MUHASH_KEY, state);
      changes.put(coinRowKey(node), encode(rowCodec, row));
    },
    async disconnect(followed, changes, pace) {
      const after = { ...NO_COINS, muHash: await readMuHash(changes) };
      const step = new CoinTotalsStep(after, params);
      await inTurns(step.disconnect(followed), pace);
      changes.put(MUHASH_KEY, encodeMuHash(step.muHash));
    },
  };
}

async function inTurns(steps: Generator<void, void, void>, pace: Pace): Promise<void> {
  for (const _ of steps) if (pace.isDue) await pace.turn();
}

async function totalsAfter(
  node: BlockNode | undefined,
  changes: Changes,
): Promise<CoinSums & { readonly muHash: MuHash }> {
  if (node === undefined) return NO_COINS;
  const row = await changes.get(coinRowKey(node));
  if (row === undefined) throw missing(`the coins after block ${node.height}`);
  return { ...decodeCoinRow(row).sums, muHash: await readMuHash(changes) };
}

async function readMuHash(changes: Changes): Promise<MuHash> {
  const bytes = await changes.get(MUHASH_KEY);
  if (bytes === undefined) throw missing('the hash of the coins');
  return decodeMuHash(bytes);
}

function missing(what: string): IndexError {
  return new IndexError('corrupt', 'coins', `${what} is missing`);
}

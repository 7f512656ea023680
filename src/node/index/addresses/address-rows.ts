/**
 * What the index of addresses holds, and where. An address stands for a script, and a script goes by
 * the SHA-256 of its bytes, as in Electrum's protocol: all names have one length, and scripts that no
 * address is made for have one too.
 */
import type { Brand } from '../../../protocol/bytes/brand.ts';
import { Reader } from '../../../protocol/bytes/reader.ts';
import type { Coin } from '../../../protocol/consensus/coin.ts';
import { sha256 } from '../../../protocol/crypto/hash.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import type { OutPoint } from '../../../protocol/primitives/transaction.ts';
import { decompressAmount } from '../../coins/compressed-amount.ts';
import { readVarIntU64 } from '../../coins/var-int.ts';
import { RowWriter, readU32 } from '../row-writer.ts';

/** The SHA-256 of an output script. */
export type ScriptHash = Brand<Uint8Array, 'ScriptHash'>;

/** `h`, script, height, place in the block: a transaction that pays to the script, or spends from it. */
export const HISTORY = 0x68;
/** `u`, script, height, outpoint: a coin. */
export const UNSPENT = 0x75;

const HASH_SIZE = 32;
/** The letter and the script. What comes behind tells the rows of a script apart. */
export const PREFIX_SIZE: number = 1 + HASH_SIZE;

/** A transaction, as far as one script is concerned. */
export interface HistoryEntry {
  readonly height: number;
  /** Its place among the transactions of the block. */
  readonly position: number;
  readonly txid: Txid;
  /** What its outputs pay to the script, and what its inputs spend from it: satoshis. */
  readonly received: bigint;
  readonly spent: bigint;
}

/** A coin of a script. */
export interface UnspentOutput {
  readonly outPoint: OutPoint;
  /** Of the block that made it. */
  readonly height: number;
  readonly isCoinbase: boolean;
  readonly value: bigint;
}

/** Keys and values are views of these, valid until the next one is made. */
const keys = new RowWriter();
const values = new RowWriter();

/**
 * The name of a script.
 *
 * @example
 * await addresses.balance(scriptHash(scriptFromAddress(address, prefixes)))
 */
export function scriptHash(scriptPubKey: Uint8Array): ScriptHash {
  return sha256(scriptPubKey) as ScriptHash;
}

export function rowPrefix(letter: number, script: ScriptHash): Uint8Array {
  return keys.start().u8(letter).bytes(script).finish().slice();
}

export function historyKey(script: ScriptHash, height: number, position: number): Uint8Array {
  return keys.start().u8(HISTORY).bytes(script).u32be(height).u32be(position).finish();
}

export function historyValue(txid: Txid, received: bigint, spent: bigint): Uint8Array {
  return values.start().bytes(txid).amount(received).amount(spent).finish();
}

export function decodeHistory(key: Uint8Array, value: Uint8Array): HistoryEntry {
  const reader = new Reader(value);
  const txid = reader.bytes(HASH_SIZE) as Txid;
  const received = decompressAmount(readVarIntU64(reader));
  const spent = decompressAmount(readVarIntU64(reader));
  reader.end();
  const height = readU32(key, PREFIX_SIZE);
  return { height, position: readU32(key, PREFIX_SIZE + 4), txid, received, spent };
}

export function unspentKey(script: ScriptHash, height: number, outPoint: OutPoint): Uint8Array {
  const { txid, vout } = outPoint;
  return keys.start().u8(UNSPENT).bytes(script).u32be(height).bytes(txid).u32be(vout).finish();
}

export function unspentValue({ isCoinbase, output }: Coin): Uint8Array {
  return values
    .start()
    .u8(isCoinbase ? 1 : 0)
    .amount(output.value)
    .finish();
}

export function decodeUnspent(key: Uint8Array, bytes: Uint8Array): UnspentOutput {
  const reader = new Reader(bytes);
  const isCoinbase = reader.u8() === 1;
  const value = decompressAmount(readVarIntU64(reader));
  reader.end();
  const at = PREFIX_SIZE + 4;
  const txid = key.subarray(at, at + HASH_SIZE) as Txid;
  const outPoint = { txid, vout: readU32(key, at + HASH_SIZE) };
  return { outPoint, height: readU32(key, PREFIX_SIZE), isCoinbase, value };
}

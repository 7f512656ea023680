/** Coins as Bitcoin Core's database (`chainstate`) and its UTXO snapshots hold them. */
import { type Codec, decode, encode } from '../../protocol/bytes/codec.ts';
import { EncodeError } from '../../protocol/bytes/encode-error.ts';
import type { Reader } from '../../protocol/bytes/reader.ts';
import type { Writer } from '../../protocol/bytes/writer.ts';
import type { Coin } from '../../protocol/consensus/coin.ts';
import type { TxOut } from '../../protocol/primitives/transaction.ts';
import { compressAmount, decompressAmount } from './compressed-amount.ts';
import { readCompressedScript, writeCompressedScript } from './compressed-script.ts';
import { readVarInt, readVarIntU64, writeVarInt } from './var-int.ts';

/** A height shares 32 bits with the mark of a coinbase. */
const MAX_HEIGHT = 0x7fffffff;

/** A height of one byte, an amount of one, and an empty script. */
const MIN_COIN_SIZE = 3;

/** One coin: where it comes from, and what it is worth to whom. The script is an array of its own. */
export const coinCodec: Codec<Coin> = {
  minSize: MIN_COIN_SIZE,
  read(reader) {
    const { height, isCoinbase } = readOrigin(reader);
    return { output: readCompressedOutput(reader), height, isCoinbase };
  },
  write(writer, coin) {
    writeOrigin(writer, coin);
    writeCompressedOutput(writer, coin.output);
  },
};

/**
 * A coin's bytes.
 *
 * @example
 * decodeCoin(encodeCoin(coin)) // coin
 */
export function encodeCoin(coin: Coin): Uint8Array {
  return encode(coinCodec, coin);
}

/** Reads a coin from its bytes, all of them. */
export function decodeCoin(bytes: Uint8Array): Coin {
  return decode(coinCodec, bytes);
}

/** Which block made a coin, and whether as its coinbase: one number for both. */
export function writeOrigin(writer: Writer, { height, isCoinbase }: Omit<Coin, 'output'>): void {
  if (!Number.isInteger(height) || height < 0 || height > MAX_HEIGHT) {
    throw new EncodeError(`a coin of height ${height}: allowed are 0 to ${MAX_HEIGHT}`);
  }
  writeVarInt(writer, height * 2 + (isCoinbase ? 1 : 0));
}

export function readOrigin(reader: Reader): Omit<Coin, 'output'> {
  const code = readVarInt(reader);
  return { height: Math.floor(code / 2), isCoinbase: code % 2 === 1 };
}

export function writeCompressedOutput(writer: Writer, { value, scriptPubKey }: TxOut): void {
  writeVarInt(writer, compressAmount(value));
  writeCompressedScript(writer, scriptPubKey);
}

export function readCompressedOutput(reader: Reader): TxOut {
  const value = decompressAmount(readVarIntU64(reader));
  return { value, scriptPubKey: readCompressedScript(reader) };
}

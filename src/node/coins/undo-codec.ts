/**
 * Undo data as in Bitcoin Core's `rev` files: for each transaction of a block but the coinbase, the
 * coins that its inputs spent.
 */
import { type Codec, decode, encode, vector } from '../../protocol/bytes/codec.ts';
import type { Coin } from '../../protocol/consensus/coin.ts';
import type { BlockUndo } from '../../protocol/consensus/connect-block.ts';
import {
  coinCodec,
  readCompressedOutput,
  readOrigin,
  writeCompressedOutput,
  writeOrigin,
} from './coin-codec.ts';
import { readVarInt, writeVarInt } from './var-int.ts';

/**
 * A spent coin. Behind its height stands the version that its transaction once had there. Coins of
 * height 0 have none: that height marked a coin that was not the last of its transaction.
 */
const spentCoinCodec: Codec<Coin> = {
  minSize: coinCodec.minSize,
  read(reader) {
    const { height, isCoinbase } = readOrigin(reader);
    if (height > 0) readVarInt(reader);
    return { output: readCompressedOutput(reader), height, isCoinbase };
  },
  write(writer, coin) {
    writeOrigin(writer, coin);
    if (coin.height > 0) writeVarInt(writer, 0);
    writeCompressedOutput(writer, coin.output);
  },
};

export const undoCodec: Codec<BlockUndo> = vector(vector(spentCoinCodec));

/**
 * The undo data of a block as bytes.
 *
 * @example
 * encodeUndo(connectBlock(block, facts, params).undo)
 */
export function encodeUndo(undo: BlockUndo): Uint8Array {
  return encode(undoCodec, undo);
}

/** Reads the undo data of a block from their bytes, all of them. */
export function decodeUndo(bytes: Uint8Array): BlockUndo {
  return decode(undoCodec, bytes);
}

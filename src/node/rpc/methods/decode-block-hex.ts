import { DecodeError } from '../../../protocol/bytes/decode-error.ts';
import { Reader } from '../../../protocol/bytes/reader.ts';
import { type Block, blockCodec } from '../../../protocol/primitives/block.ts';
import { bytesFromHex } from '../arguments.ts';
import { RPC, RpcError } from '../rpc-error.ts';

/** A block in hexadecimal digits, or the error -22. Whatever follows the block is passed over, as in Core. */
export function decodeBlockHex(text: string): Block {
  try {
    const bytes = bytesFromHex(text);
    if (bytes !== undefined) return blockCodec.read(new Reader(bytes));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  throw new RpcError(RPC.deserialization, 'Block decode failed');
}

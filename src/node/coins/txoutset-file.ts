/**
 * A UTXO snapshot as a file: what `dumptxoutset` writes and `loadtxoutset` reads, in the format of
 * Bitcoin Core 28. A header, then transaction by transaction the id, the number of coins, and each
 * coin as in the database behind the number of its output.
 */
import { type Codec, fixedBytes, struct, u16, u64 } from '../../protocol/bytes/codec.ts';
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import type { Reader } from '../../protocol/bytes/reader.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';

export type TxOutSetErrorCode =
  | 'not-a-snapshot'
  | 'unsupported-version'
  | 'wrong-network'
  | 'truncated'
  | 'left-over'
  | 'count-mismatch'
  | 'bad-coin'
  | 'wrong-content'
  | 'file-exists'
  | 'store-not-empty';

/** A snapshot that cannot be written or loaded. Where Bitcoin Core has words for it, they are these. */
export class TxOutSetError extends CodedError {
  override readonly name = 'TxOutSetError';
  readonly code: TxOutSetErrorCode;

  constructor(code: TxOutSetErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface TxOutSetHeader {
  /** The block that left these coins. */
  readonly baseBlock: BlockHash;
  readonly coinCount: bigint;
}

/** `utxo` and a byte that is no text. */
const FILE_MAGIC = Uint8Array.of(0x75, 0x74, 0x78, 0x6f, 0xff);
const VERSION = 2;

const headerCodec = struct({
  fileMagic: fixedBytes(FILE_MAGIC.length),
  version: u16,
  networkMagic: fixedBytes(4),
  baseBlock: fixedBytes<BlockHash>(32),
  coinCount: u64,
});

export const HEADER_SIZE = headerCodec.minSize;

/** The header of a snapshot of the chain whose messages begin with these four bytes. */
export function txOutSetHeaderCodec(networkMagic: Uint8Array): Codec<TxOutSetHeader> {
  return {
    minSize: HEADER_SIZE,
    read: (reader) => readHeader(reader, networkMagic),
    write(writer, header) {
      headerCodec.write(writer, {
        ...header,
        fileMagic: FILE_MAGIC,
        version: VERSION,
        networkMagic,
      });
    },
  };
}

function readHeader(reader: Reader, networkMagic: Uint8Array): TxOutSetHeader {
  if (!equalBytes(reader.bytes(FILE_MAGIC.length), FILE_MAGIC)) {
    throw new TxOutSetError(
      'not-a-snapshot',
      'Invalid UTXO set snapshot magic bytes. Please check if this is indeed a snapshot file or if you are using an outdated snapshot format.',
    );
  }
  const version = reader.u16();
  if (version !== VERSION) {
    throw new TxOutSetError(
      'unsupported-version',
      `Version of snapshot ${version} does not match any of the supported versions.`,
    );
  }
  const magic = reader.bytes(networkMagic.length);
  if (!equalBytes(magic, networkMagic)) {
    throw new TxOutSetError(
      'wrong-network',
      `The network of the snapshot (magic ${toHex(magic)}) does not match the network of this node (${toHex(networkMagic)}).`,
    );
  }
  return { baseBlock: reader.bytes(32).slice() as BlockHash, coinCount: reader.u64() };
}

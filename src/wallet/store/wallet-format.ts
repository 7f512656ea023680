/** The record that makes a store a wallet. */
import type { StoreReader } from '../../node/storage/key-value-store.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { WalletError } from '../wallet-error.ts';
import { readRecord, readText, writeRecord, writeText } from './record-codec.ts';
import { FORMAT_KEY } from './record-keys.ts';

/** Raised when an older program could not read what this one writes. */
const VERSION = 1;
const MAGIC = 'a wallet of blockyard';

export interface WalletFormat {
  /** The first block of the chain that it holds coins of. */
  readonly genesis: Uint8Array;
  /** Seconds since 1970. Nothing was paid to it before, unless it holds keys from elsewhere. */
  readonly createdAt: number;
  /** Whether it may hold private keys; otherwise it only watches. */
  readonly hasPrivateKeys: boolean;
  /** Whether nobody has put a key into it yet. */
  readonly isBlank: boolean;
  /** Whether addresses that were paid from are not paid from again where that can be avoided. */
  readonly avoidsReuse: boolean;
}

export function encodeFormat(format: WalletFormat): Uint8Array {
  return writeRecord(VERSION, (writer) => {
    writeText(writer, MAGIC);
    writer.bytes(format.genesis);
    writer.u64(BigInt(format.createdAt));
    writer.u8(
      (format.hasPrivateKeys ? 1 : 0) + (format.isBlank ? 2 : 0) + (format.avoidsReuse ? 4 : 0),
    );
  });
}

/**
 * What a store says of itself.
 *
 * @param path names it in errors
 * @throws {@link WalletError} `not-a-wallet`, `newer-version`, `other-chain`
 */
export async function readFormat(
  store: Pick<StoreReader, 'get'>,
  path: string,
  chain: ChainParams,
): Promise<WalletFormat> {
  const bytes = await store.get(FORMAT_KEY);
  const format = bytes === undefined ? undefined : decodeFormat(bytes, path);
  if (format === undefined) throw notAWallet(path);
  if (equalBytes(format.genesis, blockHash(chain.genesis))) return format;
  throw new WalletError(
    'other-chain',
    `${path} is a wallet of another chain than ${chain.name}: open it with the chain that it was made for`,
    'Wallet files should not be reused across chains.',
  );
}

function decodeFormat(bytes: Uint8Array, path: string): WalletFormat | undefined {
  try {
    return readRecord(path, VERSION, bytes, (reader) => {
      if (readText(reader) !== MAGIC) throw notAWallet(path);
      const genesis = reader.bytes(32).slice();
      const createdAt = Number(reader.u64());
      const flags = reader.u8();
      return {
        ...{ genesis, createdAt },
        hasPrivateKeys: (flags & 1) !== 0,
        isBlank: (flags & 2) !== 0,
        avoidsReuse: (flags & 4) !== 0,
      };
    });
  } catch (error) {
    if (error instanceof WalletError && error.code === 'damaged') return undefined;
    throw error;
  }
}

function notAWallet(path: string): WalletError {
  return new WalletError(
    'not-a-wallet',
    `${path} is no wallet of this program; it stays as it is`,
    `Wallet file verification failed. ${path} is not a wallet of this program.`,
  );
}

/** How a vault and its secrets are written down. */
import { DecodeError } from '../../protocol/bytes/decode-error.ts';
import { Reader } from '../../protocol/bytes/reader.ts';
import { Writer } from '../../protocol/bytes/writer.ts';
import { KEY_LENGTH, SEAL_OVERHEAD } from './authenticated-cipher.ts';
import { areBearable, type ScryptParameters } from './passphrase-key.ts';
import { VaultError } from './vault-error.ts';

/** A vault at rest: nothing in it is secret without the passphrase. */
export interface VaultRecord {
  readonly scrypt: ScryptParameters;
  readonly salt: Uint8Array;
  /** The master key, encrypted under the key that the passphrase gives. */
  readonly sealedKey: Uint8Array;
}

const VAULT_VERSION = 1;
const SECRET_VERSION = 1;

export const SALT_LENGTH = 16;
const SEALED_KEY_LENGTH = KEY_LENGTH + SEAL_OVERHEAD;
/** Version, logarithm of N, r, p, salt. */
const HEADER_LENGTH = 1 + 1 + 4 + 4 + SALT_LENGTH;

/**
 * The bytes in front of the encrypted key. They are vouched for together with it.
 *
 * @example
 * encodeVaultHeader({ scrypt: DEFAULT_SCRYPT, salt }) // 26 bytes
 */
export function encodeVaultHeader({
  scrypt,
  salt,
}: Pick<VaultRecord, 'scrypt' | 'salt'>): Uint8Array {
  const writer = new Writer(HEADER_LENGTH);
  writer.u8(VAULT_VERSION);
  writer.u8(scrypt.logN);
  writer.u32(scrypt.r);
  writer.u32(scrypt.p);
  writer.bytes(salt);
  return writer.finish();
}

/** A vault as bytes, for whatever keeps them. */
export function encodeVault(record: VaultRecord): Uint8Array {
  const writer = new Writer(HEADER_LENGTH + SEALED_KEY_LENGTH);
  writer.bytes(encodeVaultHeader(record));
  writer.bytes(record.sealedKey);
  return writer.finish();
}

/**
 * Reads a vault.
 *
 * @throws {@link VaultError} `bad-format`, `newer-version`
 */
export function decodeVault(bytes: Uint8Array): VaultRecord {
  return reading('the encrypted master key of this wallet', bytes, VAULT_VERSION, (reader) => {
    const scrypt = { logN: reader.u8(), r: reader.u32(), p: reader.u32() };
    const salt = reader.bytes(SALT_LENGTH).slice();
    const sealedKey = reader.bytes(SEALED_KEY_LENGTH).slice();
    reader.end();
    if (areBearable(scrypt)) return { scrypt, salt, sealedKey };
    const { logN, r, p } = scrypt;
    throw new VaultError(
      'bad-format',
      `the encrypted master key of this wallet is damaged: it asks for scrypt with N=2^${logN}, r=${r}, p=${p}, which no wallet does`,
    );
  });
}

/** A sealed secret as bytes: a version in front, so that another cipher can follow one day. */
export function encodeSecret(sealed: Uint8Array): Uint8Array {
  const writer = new Writer(1 + sealed.length);
  writer.u8(SECRET_VERSION);
  writer.bytes(sealed);
  return writer.finish();
}

/**
 * Reads a sealed secret.
 *
 * @throws {@link VaultError} `bad-format`, `newer-version`
 */
export function decodeSecret(bytes: Uint8Array): Uint8Array {
  return reading('an encrypted secret of this wallet', bytes, SECRET_VERSION, (reader) => {
    if (reader.remaining < SEAL_OVERHEAD) reader.bytes(SEAL_OVERHEAD);
    return reader.rest();
  });
}

/** What a secret is vouched for with: its version, and the record that it belongs to. */
export function associatedWith(context: Uint8Array): Uint8Array {
  const writer = new Writer(1 + context.length);
  writer.u8(SECRET_VERSION);
  writer.bytes(context);
  return writer.finish();
}

function reading<T>(
  what: string,
  bytes: Uint8Array,
  version: number,
  read: (reader: Reader) => T,
): T {
  try {
    const reader = new Reader(bytes);
    const found = reader.u8();
    if (found > version) {
      throw new VaultError(
        'newer-version',
        `${what} has version ${found}, and this program knows ${version}: use the later program that wrote it`,
      );
    }
    if (found !== version) {
      throw new VaultError('bad-format', `${what} is damaged: there is no version ${found}`);
    }
    return read(reader);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new VaultError(
      'bad-format',
      `${what} is damaged: ${bytes.length} bytes are not its length`,
    );
  }
}

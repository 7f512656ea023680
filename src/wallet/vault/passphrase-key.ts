/** From a passphrase to a key, slowly on purpose: scrypt (RFC 7914). */
import { scrypt } from 'node:crypto';
import { KEY_LENGTH } from './authenticated-cipher.ts';
import { VaultError } from './vault-error.ts';

/** What a guess costs. */
export interface ScryptParameters {
  /** The base-2 logarithm of N. Each step doubles the time and the memory. */
  readonly logN: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB, and some 140 ms on one core of the machine that these were chosen on. */
export const DEFAULT_SCRYPT: ScryptParameters = { logN: 15, r: 8, p: 1 };

const MAX_LOG_N = 21;
/** A damaged or forged file shall not take all of the memory before it is refused. */
const MAX_MEMORY = 256 * 1024 * 1024;
const MAX_P = 16;

/** Whether the parameters are ones that scrypt has, and that a machine bears. */
export function areBearable({ logN, r, p }: ScryptParameters): boolean {
  if (![logN, r, p].every((value) => Number.isInteger(value) && value >= 1)) return false;
  return logN <= MAX_LOG_N && p <= MAX_P && 128 * r * 2 ** logN <= MAX_MEMORY;
}

/**
 * The key that a passphrase stands for. It is reckoned on a thread of Node's own; whoever waits for it
 * keeps nobody waiting.
 *
 * The passphrase is taken in Unicode's form NFKD, as BIP39 takes it, so that it does not matter whether
 * a keyboard writes an `é` as one character or as two.
 *
 * @example
 * await passphraseKey('correct horse', salt, DEFAULT_SCRYPT) // 32 bytes, for the caller to wipe
 */
export function passphraseKey(
  passphrase: string,
  salt: Uint8Array,
  { logN, r, p }: ScryptParameters,
): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(passphrase.normalize('NFKD'));
  const N = 2 ** logN;
  // What Node allows by default is exactly too little for N = 2^15.
  const maxmem = 128 * r * (N + p + 2);
  return new Promise((resolve, reject) => {
    scrypt(bytes, salt, KEY_LENGTH, { N, r, p, maxmem }, (error, key) => {
      bytes.fill(0);
      if (error === null) resolve(key);
      else
        reject(new VaultError('bad-parameters', `scrypt with N=2^${logN}, r=${r}, p=${p} fails`));
    });
  });
}

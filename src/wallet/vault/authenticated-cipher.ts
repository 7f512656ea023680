/** AES-256-GCM (NIST SP 800-38D): what was changed, by chance or on purpose, does not open. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';

const ALGORITHM = 'aes-256-gcm';
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

export const KEY_LENGTH = 32;
/** What encryption adds to the length of a text: its nonce in front, its tag behind. */
export const SEAL_OVERHEAD = NONCE_LENGTH + TAG_LENGTH;

/**
 * Encrypts bytes, and vouches for them together with others that stay readable. The nonce is random;
 * that is safe for some four billion texts under one key, and a wallet has thousands.
 *
 * @example
 * sealBytes(key, secret, { associated: recordKey, entropy })
 */
export function sealBytes(
  key: Uint8Array,
  text: Uint8Array,
  { associated, entropy }: { readonly associated: Uint8Array; readonly entropy: Entropy },
): Uint8Array {
  const nonce = entropy.bytes(NONCE_LENGTH);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_LENGTH });
  cipher.setAAD(associated);
  const encrypted = cipher.update(text);
  cipher.final();
  return concatBytes(nonce, encrypted, cipher.getAuthTag());
}

/**
 * What {@link sealBytes} was given; undefined if the key, the sealed bytes or the associated ones are
 * not the same.
 *
 * @example
 * openSealed(key, sealed, recordKey)
 */
export function openSealed(
  key: Uint8Array,
  sealed: Uint8Array,
  associated: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < SEAL_OVERHEAD) return undefined;
  const nonce = sealed.subarray(0, NONCE_LENGTH);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_LENGTH });
  decipher.setAAD(associated);
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_LENGTH));
  const opened = decipher.update(sealed.subarray(NONCE_LENGTH, sealed.length - TAG_LENGTH));
  const text = Uint8Array.from(opened);
  opened.fill(0);
  try {
    decipher.final();
    return text;
  } catch {
    // OpenSSL has a word of its own for this, and no other reason to fail here.
    text.fill(0);
    return undefined;
  }
}

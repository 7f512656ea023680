import { sha256d } from '../../protocol/crypto/hash.ts';
import { type BlockHeader, encodeBlockHeader } from '../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../protocol/primitives/hashes.ts';
import { hashToNumber, targetFromCompact } from '../../protocol/primitives/target.ts';

const NONCE_AT = 76;

/** Whether the header would be proof of work with a nonce. */
export function proofOfWorkCheck(header: BlockHeader): (nonce: number) => boolean {
  const bytes = encodeBlockHeader(header).slice();
  const view = new DataView(bytes.buffer);
  const { value: target } = targetFromCompact(header.bits);
  // The last byte of a hash is the highest of its number: most hashes fail by it alone.
  const highest = Number(target >> 248n);
  return (nonce) => {
    view.setUint32(NONCE_AT, nonce, true);
    const hash = sha256d(bytes);
    return (hash[31] as number) <= highest && hashToNumber(hash as BlockHash) <= target;
  };
}

/** Whether the kernel finds what `node:crypto` finds, nonce by nonce, on headers that nobody chose. */
import { createHash } from 'node:crypto';
import { NonceKernel } from '../src/node/mining/kernel/nonce-kernel.ts';
import { SeededEntropy } from '../src/outside/entropy/seeded-entropy.ts';
import {
  type BlockHeader,
  decodeBlockHeader,
  encodeBlockHeader,
} from '../src/protocol/primitives/block-header.ts';
import { targetFromCompact } from '../src/protocol/primitives/target.ts';

const HEADER_SIZE = 80;
const BITS_AT = 72;
const NONCE_AT = 76;
/** Every 256th hash meets the easiest of these targets, and every 4,096th the hardest. */
const TARGETS = [0x2000ffff, 0x1f7fffff, 0x1f3abcde, 0x1f0fffff];
/** So many nonces are tried: in some headers none of them is any good. */
const TRIES = 2000;

/** Of so many random headers, in how many both find the same first nonce, or both find none. */
export function agreeingHeaders(count: number): number {
  const entropy = new SeededEntropy('headers for two searches');
  const kernel = new NonceKernel();
  let agreeing = 0;
  for (let i = 0; i < count; i++) {
    const bytes = entropy.bytes(HEADER_SIZE);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(
      BITS_AT,
      TARGETS[i % TARGETS.length] as number,
      true,
    );
    const header = decodeBlockHeader(bytes);
    // Nonces have 32 bits, and the last one is never tried.
    const first = header.nonce % (0xffffffff - TRIES);
    kernel.load(header);
    if (kernel.find(first, first + TRIES) === findWithCrypto(header, first)) agreeing++;
  }
  return agreeing;
}

function findWithCrypto(header: BlockHeader, first: number): number | undefined {
  const bytes = encodeBlockHeader(header).slice();
  const view = new DataView(bytes.buffer);
  const target = targetFromCompact(header.bits).value;
  for (let nonce = first; nonce < first + TRIES; nonce++) {
    view.setUint32(NONCE_AT, nonce, true);
    const inner = createHash('sha256').update(bytes).digest();
    const hash = createHash('sha256').update(inner).digest();
    // The easiest target leaves its highest byte zero.
    if (hash[31] === 0 && BigInt(`0x${hash.reverse().toString('hex')}`) <= target) return nonce;
  }
  return undefined;
}

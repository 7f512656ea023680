import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { main } from '../../../protocol/params/main.ts';
import { type BlockHeader, encodeBlockHeader } from '../../../protocol/primitives/block-header.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import { NonceKernel } from './nonce-kernel.ts';
import { encodeKernel } from './sha256d-kernel.ts';

const GENESIS_NONCE = 2083236893;
const kernel = new NonceKernel();

const word = fc.integer({ min: 0, max: 0xffffffff });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
/** Targets that every second to about every 500th hash meets, with mantissas of all sorts. */
const easyBits = fc.oneof(
  fc.integer({ min: 0x20008000, max: 0x207fffff }),
  fc.integer({ min: 0x1f700000, max: 0x1f7fffff }),
);
const anyHeader: fc.Arbitrary<BlockHeader> = fc.record({
  version: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  previousBlockHash: hash.map((bytes) => bytes as BlockHash),
  merkleRoot: hash,
  time: word,
  bits: easyBits,
  nonce: fc.constant(0),
});

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** What `bits` means, and whether Node's hash meets it, written once more. */
function isWork(header: BlockHeader, nonce: number): boolean {
  const bytes = Buffer.from(encodeBlockHeader({ ...header, nonce }));
  const number = BigInt(`0x${sha256(sha256(bytes)).reverse().toString('hex')}`);
  const exponent = BigInt(header.bits >>> 24);
  return number <= BigInt(header.bits & 0x7fffff) << (8n * (exponent - 3n));
}

function firstByNode(header: BlockHeader, from: number, end: number): number | undefined {
  for (let nonce = from; nonce < end; nonce++) if (isWork(header, nonce)) return nonce;
  return undefined;
}

describe('the kernel', () => {
  it('finds what node:crypto finds, on 1,000 headers and from any nonce', () => {
    fc.assert(
      fc.property(anyHeader, word, fc.integer({ min: 0, max: 40 }), (header, from, count) => {
        const end = Math.min(from + count, 0xffffffff);
        kernel.load(header);
        expect(kernel.find(from, end)).toBe(firstByNode(header, from, end));
      }),
      { numRuns: 1000 },
    );
  });

  it('finds all that there is, whichever of its five places it is in', () => {
    const header = { ...main.genesis.header, bits: 0x1f7fffff };
    kernel.load(header);
    const found: number[] = [];
    for (let from = 0; ; ) {
      const nonce = kernel.find(from, 10_000);
      if (nonce === undefined) break;
      found.push(nonce);
      from = nonce + 1;
    }
    const all = Array.from({ length: 10_000 }, (_, nonce) => nonce);
    expect(found).toEqual(all.filter((nonce) => isWork(header, nonce)));
    expect(found.length).toBeGreaterThan(10);
    expect(new Set(found.map((nonce) => nonce % 5)).size).toBe(5);
  });

  it("finds the nonce of Bitcoin's first block from 5,000 before it on", () => {
    kernel.load(main.genesis.header);
    expect(kernel.find(GENESIS_NONCE - 5000, GENESIS_NONCE + 5000)).toBe(GENESIS_NONCE);
    expect(kernel.find(GENESIS_NONCE - 5000, GENESIS_NONCE)).toBeUndefined();
    expect(kernel.find(GENESIS_NONCE + 1, GENESIS_NONCE + 5000)).toBeUndefined();
  });

  it('is available here', () => {
    expect(NonceKernel.isAvailable()).toBe(true);
  });

  it('is small: it is fast only where a processor keeps it decoded', () => {
    expect(encodeKernel().length).toBeLessThan(16_000);
  });
});

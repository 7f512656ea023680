import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../bytes/decode-error.ts';
import { fromHex, fromReversedHex, toHex, toReversedHex } from '../bytes/hex.ts';
import {
  type Block,
  blockCodec,
  blockSize,
  blockWeight,
  decodeBlock,
  encodeBlock,
  strippedBlockSize,
} from './block.ts';
import { blockHash, rememberBlockHash } from './block-hash.ts';
import { blockHeaderCodec, decodeBlockHeader, encodeBlockHeader } from './block-header.ts';
import { type BlockHash, type Txid, ZERO_HASH } from './hashes.ts';
import { blockMerkleRoot, merkleRoot, witnessMerkleRoot } from './merkle-tree.ts';
import { decodeTx, encodeTx, encodeTxWithoutWitness, type Transaction } from './transaction.ts';
import { txid, wtxid } from './transaction-id.ts';

const once = (bytes: Uint8Array): Uint8Array =>
  Uint8Array.from(createHash('sha256').update(bytes).digest());
const twice = (bytes: Uint8Array): Uint8Array => once(once(bytes));

/** The first block of Bitcoin. */
const GENESIS: Block = {
  header: {
    version: 1,
    previousBlockHash: ZERO_HASH as BlockHash,
    merkleRoot: fromReversedHex('4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b'),
    time: 1231006505,
    bits: 0x1d00ffff,
    nonce: 2083236893,
  },
  transactions: [
    {
      version: 1,
      inputs: [
        {
          prevout: { txid: ZERO_HASH as Txid, vout: 0xffffffff },
          scriptSig: fromHex(
            `04ffff001d010445${Buffer.from('The Times 03/Jan/2009 Chancellor on brink of second bailout for banks').toString('hex')}`,
          ),
          sequence: 0xffffffff,
          witness: [],
        },
      ],
      outputs: [
        {
          value: 5_000_000_000n,
          scriptPubKey: fromHex(
            '4104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6' +
              '49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac',
          ),
        },
      ],
      lockTime: 0,
    },
  ],
};

/** A transaction like no other with another number. */
function numbered(number: number, witness: readonly Uint8Array[] = []): Transaction {
  const prevout = { txid: new Uint8Array(32).fill(7) as Txid, vout: number };
  const input = { prevout, scriptSig: new Uint8Array(0), sequence: 0, witness };
  return { version: 2, inputs: [input], outputs: [], lockTime: number };
}

const header = fc.record({
  version: fc.integer(),
  previousBlockHash: fc.uint8Array({ minLength: 32, maxLength: 32 }) as fc.Arbitrary<BlockHash>,
  merkleRoot: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  time: fc.integer({ min: 0, max: 0xffffffff }),
  bits: fc.integer({ min: 0, max: 0xffffffff }),
  nonce: fc.integer({ min: 0, max: 0xffffffff }),
});
const block: fc.Arbitrary<Block> = fc.record({
  header,
  transactions: fc.array(
    fc
      .tuple(fc.nat(), fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 3 }))
      .map(([number, witness]) => numbered(number, witness)),
    { maxLength: 300, size: '+1' },
  ),
});

describe('the first block', () => {
  it('has its well-known names, root and size', () => {
    const [coinbase] = GENESIS.transactions as [Transaction];
    expect(toReversedHex(blockHash(GENESIS))).toBe(
      '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    );
    expect(toReversedHex(txid(coinbase))).toBe(
      '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
    );
    expect(blockMerkleRoot(GENESIS).root).toEqual(GENESIS.header.merkleRoot);
    expect(encodeBlock(GENESIS)).toHaveLength(285);
    expect([blockSize(GENESIS), strippedBlockSize(GENESIS), blockWeight(GENESIS)]).toEqual([
      285, 285, 1140,
    ]);
    expect(decodeBlock(encodeBlock(GENESIS))).toEqual(GENESIS);
  });
});

describe('a header', () => {
  it('is 80 bytes, read as they were written', () => {
    expect(blockHeaderCodec.minSize).toBe(80);
    fc.assert(
      fc.property(header, (value) => {
        const bytes = encodeBlockHeader(value);
        expect(bytes).toHaveLength(80);
        expect(decodeBlockHeader(bytes)).toEqual(value);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 80, maxLength: 80 }), (bytes) => {
        expect(toHex(encodeBlockHeader(decodeBlockHeader(bytes)))).toBe(toHex(bytes));
      }),
    );
    for (const length of [0, 79, 81]) {
      expect(() => decodeBlockHeader(new Uint8Array(length))).toThrow(DecodeError);
    }
  });

  it('has a signed version and an unsigned time', () => {
    const { version, time, bits, nonce } = decodeBlockHeader(new Uint8Array(80).fill(0xff));
    expect([version, time, bits, nonce]).toEqual([-1, 0xffffffff, 0xffffffff, 0xffffffff]);
  });

  it('is named by its double hash, and another one has another name', () => {
    fc.assert(
      fc.property(header, (value) => {
        const hash = blockHash(value);
        expect(hash).toEqual(twice(encodeBlockHeader(value)));
        expect(blockHash({ header: value, transactions: [] })).toEqual(hash);
        const other = { ...value, nonce: value.nonce === 0 ? 1 : 0 };
        expect(blockHash(other)).not.toEqual(hash);
      }),
    );
    const mined = { ...GENESIS.header, nonce: GENESIS.header.nonce + 1 };
    expect(blockHash(mined)).not.toEqual(blockHash(GENESIS.header));
  });
});

describe('a block', () => {
  it('is read as it was written, and takes as many bytes as it says', () => {
    fc.assert(
      fc.property(block, (value) => {
        const bytes = encodeBlock(value);
        expect(decodeBlock(bytes)).toEqual(value);
        expect(blockSize(value)).toBe(bytes.length);
        const stripped = value.transactions.map((tx) => decodeTx(encodeTxWithoutWitness(tx)));
        const strippedBytes = encodeBlock({ ...value, transactions: stripped });
        expect(strippedBlockSize(value)).toBe(strippedBytes.length);
        expect(blockWeight(value)).toBe(3 * strippedBytes.length + bytes.length);
      }),
    );
  });

  it('is written as it was read, and refused when it is cut off or goes on', () => {
    fc.assert(
      fc.property(block, fc.nat(), fc.nat(255), (value, at, byte) => {
        const bytes = encodeBlock(value);
        expect(() => decodeBlock(bytes.subarray(0, at % bytes.length))).toThrow(DecodeError);
        expect(() => decodeBlock(Uint8Array.of(...bytes, 0))).toThrow('1 unexpected bytes');
        bytes[at % bytes.length] = byte;
        let decoded: Block;
        try {
          decoded = decodeBlock(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          return;
        }
        expect(toHex(encodeBlock(decoded))).toBe(toHex(bytes));
      }),
    );
  });

  it('with a hostile count of transactions is refused before one is read', () => {
    const head = toHex(encodeBlockHeader(GENESIS.header));
    expect(blockCodec.minSize).toBe(81);
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 100; i++) {
      expect(() => decodeBlock(fromHex(`${head}fe00000002${'00'.repeat(100)}`))).toThrow(
        'end of data',
      );
    }
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
  });
});

describe('the ids of a transaction', () => {
  it('are hashes without its witnesses and with them', () => {
    const plain = numbered(1);
    const signed = numbered(1, [Uint8Array.of(1, 2, 3)]);
    expect(txid(plain)).toEqual(twice(encodeTx(plain)));
    expect(wtxid(plain)).toEqual(txid(plain));
    expect(txid(signed)).toEqual(txid(plain));
    expect(wtxid(signed)).toEqual(twice(encodeTx(signed)));
    expect(wtxid(signed)).not.toEqual(txid(signed));
  });

  it('are computed once', () => {
    const tx = numbered(1, [Uint8Array.of(1)]);
    expect(txid(tx)).toBe(txid(tx));
    expect(wtxid(tx)).toBe(wtxid(tx));
    expect(blockHash(GENESIS)).toBe(blockHash(GENESIS.header));
  });

  it('are not computed of a header whose hash is known', () => {
    const header = { ...GENESIS.header };
    const hash = blockHash(GENESIS.header);
    rememberBlockHash(header, hash);
    expect(blockHash(header)).toBe(hash);
  });
});

/** The tree as the protocol describes it, a row at a time. */
function plainRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  const row: Uint8Array[] = [];
  for (let i = 0; i < leaves.length; i += 2) {
    const left = leaves[i] as Uint8Array;
    row.push(twice(Uint8Array.of(...left, ...(leaves[i + 1] ?? left))));
  }
  return plainRoot(row);
}

const leaf = (number: number): Uint8Array => once(Uint8Array.of(number, number >> 8));
const leaves = (...numbers: number[]): Uint8Array[] => numbers.map(leaf);

describe('a Merkle tree', () => {
  it('has the root that its rows give, for every number of leaves', () => {
    for (let count = 1; count <= 70; count++) {
      const row = Array.from({ length: count }, (_, i) => leaf(i));
      expect(merkleRoot(row)).toEqual({ root: plainRoot(row), mutated: false });
    }
  });

  it('has a root of zeros without leaves', () => {
    expect(merkleRoot([])).toEqual({ root: new Uint8Array(32), mutated: false });
  });

  // CVE-2012-2459: a row of odd length repeats its last entry, so its end can be written twice.
  it.each([
    [leaves(1, 2, 3), leaves(1, 2, 3, 3)],
    [leaves(1, 2, 3, 4, 5), leaves(1, 2, 3, 4, 5, 5)],
    [leaves(1, 2, 3, 4, 5, 6), leaves(1, 2, 3, 4, 5, 6, 5, 6)],
    [leaves(1, 2, 3, 4, 5), leaves(1, 2, 3, 4, 5, 5, 5, 5)],
    [leaves(1, 2, 3, 4, 5, 6, 7), leaves(1, 2, 3, 4, 5, 6, 7, 7)],
  ])(
    'has one root for a list and for the list with its end repeated, and tells',
    (honest, copy) => {
      expect(merkleRoot(copy).root).toEqual(merkleRoot(honest).root);
      expect(merkleRoot(honest).mutated).toBe(false);
      expect(merkleRoot(copy).mutated).toBe(true);
    },
  );

  it('calls no list mutated whose equal entries are no pair', () => {
    expect(merkleRoot(leaves(1, 2, 2, 3)).mutated).toBe(false);
    expect(merkleRoot(leaves(1, 2, 1, 3)).mutated).toBe(false);
    expect(merkleRoot(leaves(1, 2, 2)).mutated).toBe(false);
    expect(merkleRoot(leaves(1, 1)).mutated).toBe(true);
    expect(merkleRoot(leaves(2, 2, 1, 3)).mutated).toBe(true);
    expect(merkleRoot(leaves(1, 2, 1, 2)).mutated).toBe(true);
  });

  it('of a block is over ids, and the one for witnesses over hashes, the first of them zeros', () => {
    const transactions = [1, 2, 3].map((number) => numbered(number, [Uint8Array.of(number)]));
    const value = { ...GENESIS, transactions };
    expect(blockMerkleRoot(value).root).toEqual(plainRoot(transactions.map(txid)));
    const [, second, third] = transactions.map(wtxid);
    const hashes = [ZERO_HASH, second as Uint8Array, third as Uint8Array];
    expect(witnessMerkleRoot(value)).toEqual(plainRoot(hashes));
    expect(blockMerkleRoot({ ...value, transactions: [...transactions, numbered(3)] })).toEqual({
      root: plainRoot(transactions.map(txid)),
      mutated: true,
    });
  });
});

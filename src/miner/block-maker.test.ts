import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pay, payment } from '../../test/fixtures/regtest-blocks.ts';
import { toHex } from '../protocol/bytes/hex.ts';
import { makeWitnessCommitment } from '../protocol/consensus/witness-commitment.ts';
import type { BlockHash, Txid } from '../protocol/primitives/hashes.ts';
import { blockMerkleRoot } from '../protocol/primitives/merkle-tree.ts';
import type { Transaction } from '../protocol/primitives/transaction.ts';
import { BlockMaker, MAX_TAG } from './block-maker.ts';
import type { WorkTemplate } from './read-template.ts';

const ANYONE = Uint8Array.of(0x51);
const TAG = new TextEncoder().encode('/tests/');
const TIME = 1_700_000_000;

function templateOf(changes: Partial<WorkTemplate> = {}): WorkTemplate {
  return {
    height: 300,
    previousBlockHash: new Uint8Array(32).fill(7) as BlockHash,
    version: 0x20000000,
    bits: 0x207fffff,
    transactions: [],
    reward: 5_000_001_000n,
    coinbaseExtra: new Uint8Array(),
    commitment: undefined,
    hasSegwit: true,
    time: TIME,
    minTime: TIME - 10,
    maxTime: TIME + 10,
    nonces: { first: 5, last: 9 },
    longPollId: undefined,
    ...changes,
  };
}

function someTransactions(count: number): readonly Transaction[] {
  return Array.from({ length: count }, (_, vout) =>
    payment([{ txid: new Uint8Array(32).fill(1) as Txid, vout }], [pay(1n)]),
  );
}

function coinbaseScript(maker: BlockMaker, extraNonce: Uint8Array): string {
  const [coinbase] = maker.block(extraNonce, TIME).transactions;
  return toHex(coinbase?.inputs[0]?.scriptSig ?? ANYONE);
}

describe('a block of a template', () => {
  it('has a root that belongs to its transactions, however many there are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.uint8Array({ maxLength: 8 }),
        (count, nonce) => {
          const template = templateOf({ transactions: someTransactions(count) });
          const block = new BlockMaker(template, { scriptPubKey: ANYONE, tag: TAG }).block(
            nonce,
            TIME,
          );
          expect(block.transactions).toHaveLength(count + 1);
          expect(block.header.merkleRoot).toEqual(blockMerkleRoot(block).root);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('pays the reward, and says its height, its extra nonce, what the node wants, and a tag', () => {
    const template = templateOf({ coinbaseExtra: Uint8Array.of(0x02, 0xab, 0xcd) });
    const maker = new BlockMaker(template, { scriptPubKey: ANYONE, tag: TAG });
    expect(coinbaseScript(maker, Uint8Array.of(1, 2))).toBe(
      `022c01${'020102'}${'02abcd'}${'07'}${toHex(TAG)}`,
    );
    const { header, transactions } = maker.block(Uint8Array.of(1), TIME);
    expect(header).toMatchObject({ version: 0x20000000, bits: 0x207fffff, nonce: 5, time: TIME });
    const [coinbase] = transactions;
    expect(coinbase?.outputs[0]).toEqual({ value: 5_000_001_000n, scriptPubKey: ANYONE });
    expect(coinbase?.inputs[0]?.witness).toEqual([new Uint8Array(32)]);
  });

  it('commits to its witnesses as the node said, or as the rules say', () => {
    const wishes = { scriptPubKey: ANYONE, tag: TAG };
    const commitment = Uint8Array.of(0x6a, 0x01);
    const told = new BlockMaker(templateOf({ commitment }), wishes).block(TAG, TIME);
    expect(told.transactions[0]?.outputs[1]).toEqual({ value: 0n, scriptPubKey: commitment });
    const transactions = someTransactions(3).map((tx) => ({
      ...tx,
      inputs: tx.inputs.map((input) => ({ ...input, witness: [TAG] })),
    }));
    const own = new BlockMaker(templateOf({ transactions }), wishes).block(TAG, TIME);
    expect(own.transactions[0]?.outputs[1]?.scriptPubKey).toEqual(makeWitnessCommitment(own));
    const old = new BlockMaker(templateOf({ hasSegwit: false }), wishes).block(TAG, TIME);
    expect(old.transactions[0]?.outputs).toHaveLength(1);
    expect(old.transactions[0]?.inputs[0]?.witness).toEqual([]);
  });

  it('has a time within the bounds', () => {
    const maker = new BlockMaker(templateOf(), { scriptPubKey: ANYONE, tag: TAG });
    const times = [TIME - 99, TIME + 3, TIME + 99].map(
      (time) => maker.block(TAG, time).header.time,
    );
    expect(times).toEqual([TIME - 10, TIME + 3, TIME + 10]);
  });

  it('has room for the longest tag, and says so where the node leaves none', () => {
    const tag = new Uint8Array(MAX_TAG);
    const extraNonce = new Uint8Array(8);
    const highest = templateOf({ height: 0x7fffffff });
    const maker = new BlockMaker(highest, { scriptPubKey: ANYONE, tag });
    expect(maker.block(extraNonce, TIME).transactions).toHaveLength(1);
    const greedy = templateOf({ coinbaseExtra: new Uint8Array(30) });
    expect(() =>
      new BlockMaker(greedy, { scriptPubKey: ANYONE, tag }).block(extraNonce, TIME),
    ).toThrow('allowed are 100; a shorter tag would do');
  });
});

import { describe, expect, it } from 'vitest';
import {
  coinbaseTx,
  EASIEST_BITS,
  mineBlock,
  mineHeader,
  pay,
  payment,
} from '../../../test/fixtures/regtest-blocks.ts';
import { toReversedHex } from '../bytes/hex.ts';
import { sha256d } from '../crypto/hash.ts';
import { main } from '../params/main.ts';
import { regtest } from '../params/regtest.ts';
import { signet } from '../params/signet.ts';
import { testnet4 } from '../params/testnet4.ts';
import type { Block } from '../primitives/block.ts';
import type { Txid } from '../primitives/hashes.ts';
import { encodeTxWithoutWitness, type Transaction } from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import { type BlockSanityChecks, checkBlockSanity, isBlockMutated } from './check-block.ts';
import { RuleError } from './rule-error.ts';
import { makeWitnessCommitment } from './witness-commitment.ts';

const CHECKSIG = 0xac;
const coinbase = coinbaseTx(1, [pay(1n)]);

/** A payment unlike any other. */
function spend(n: number, outputs = [pay(1n)]): Transaction {
  return payment([{ txid: new Uint8Array(32).fill(9) as Txid, vout: n }], outputs);
}

function check(block: Block, checks?: BlockSanityChecks, params = regtest.consensus): string {
  try {
    checkBlockSanity(block, params, checks);
    return 'ok';
  } catch (error) {
    expect(error).toBeInstanceOf(RuleError);
    const { message, verdict } = error as RuleError;
    return `${verdict}: ${message}`;
  }
}

/** A list as CVE-2012-2459 has it: longer, and with the same root. */
function repeated(...transactions: readonly Transaction[]): readonly Transaction[] {
  return [...transactions, transactions.at(-1) as Transaction];
}

describe('checkBlockSanity', () => {
  it('passes the first block of every chain', () => {
    for (const { genesis, consensus } of [main, testnet4, signet, regtest]) {
      expect(check(genesis, {}, consensus)).toBe('ok');
    }
  });

  it('takes the rules of the main network where none are given', () => {
    expect(checkBlockSanity(main.genesis)).toBeUndefined();
    expect(() => checkBlockSanity(regtest.genesis)).toThrow('high-hash, proof of work failed');
  });

  it('wants proof of the work that the header names, within what the chain allows', () => {
    const block = mineBlock([coinbase]);
    expect(check(block)).toBe('ok');
    for (const bits of [0x1d00ffff, 0, 0x20ffffff, 0x2100ffff, 0x217fffff]) {
      const lazy = { ...block, header: { ...block.header, bits } };
      expect(check(lazy)).toBe('invalid: high-hash, proof of work failed');
      expect(check(lazy, { proofOfWork: false })).toBe('ok');
    }
  });

  it('wants a solution on a signet, with the proof of work', () => {
    const unsigned = mineBlock([coinbase], {
      previousBlockHash: sha256d(Uint8Array.of(1)) as never,
    });
    const { signetChallenge } = signet.consensus;
    const params = { ...regtest.consensus, signetChallenge };
    expect(check(unsigned, {}, params)).toBe(
      'invalid: bad-signet-blksig, signet block signature validation failure',
    );
    expect(check(unsigned, { proofOfWork: false }, params)).toBe('ok');
  });

  it('wants the Merkle root of the transactions, unless told that there is none yet', () => {
    const block = mineBlock([coinbase], { merkleRoot: new Uint8Array(32) });
    expect(check(block)).toBe('mutated: bad-txnmrklroot, hashMerkleRoot mismatch');
    expect(check(block, { merkleRoot: false })).toBe('ok');
  });

  it('does not hold a list that repeats its end against the block (CVE-2012-2459)', () => {
    const honest = mineBlock([coinbase, spend(1), spend(2)]);
    const forged = { ...honest, transactions: repeated(...honest.transactions) };
    expect(check(honest)).toBe('ok');
    expect(check(forged)).toBe('mutated: bad-txns-duplicate, duplicate transaction');
  });

  it('wants at least one transaction, and at most a million bytes without witnesses', () => {
    const lengthFailed = 'invalid: bad-blk-length, size limits failed';
    expect(check(mineBlock([]))).toBe(lengthFailed);
    const ofSize = (size: number): Block =>
      // 80 header, 1 count, 65 coinbase, 64 payment without its script
      mineBlock([coinbase, spend(1, [pay(0n, new Uint8Array(size - 80 - 1 - 65 - 64))])]);
    expect(check(ofSize(1_000_000))).toBe('ok');
    expect(check(ofSize(1_000_001))).toBe(lengthFailed);
  });

  it('wants a coinbase in the first place and nowhere else', () => {
    expect(check(mineBlock([spend(1), coinbase]))).toBe(
      'invalid: bad-cb-missing, first tx is not coinbase',
    );
    expect(check(mineBlock([coinbase, spend(1), coinbaseTx(2, [])]))).toBe(
      'invalid: bad-cb-multiple, more than one coinbase',
    );
  });

  it('checks each transaction, and names the one that fails', () => {
    const bad = spend(1, []);
    const id = toReversedHex(txid(bad));
    expect(check(mineBlock([coinbase, bad, spend(2, [pay(-1n)])]))).toBe(
      `invalid: bad-txns-vout-empty, Transaction check failed (tx hash ${id}) `,
    );
  });

  it('counts 20,000 signature checks outside of witnesses and P2SH', () => {
    const asking = (count: number): Block => {
      const script = new Uint8Array(count).fill(CHECKSIG);
      return mineBlock([coinbase, spend(1, [pay(0n, script)])]);
    };
    expect(check(asking(20_000))).toBe('ok');
    expect(check(asking(20_001))).toBe('invalid: bad-blk-sigops, out-of-bounds SigOpCount');
  });

  it('names the first of several failures, in the order of Bitcoin Core', () => {
    const script = new Uint8Array(20_001).fill(CHECKSIG);
    const bad = spend(1, [pay(-1n, script)]);
    const failures: [string, Block][] = [
      ['high-hash', mineBlock([bad, coinbase], { bits: 0, merkleRoot: new Uint8Array(32) })],
      ['bad-txnmrklroot', mineBlock([bad, coinbase], { merkleRoot: new Uint8Array(32) })],
      ['bad-txns-duplicate', mineBlock(repeated(bad, coinbase, spend(1)))],
      ['bad-cb-missing', mineBlock([bad, coinbase])],
      ['bad-cb-multiple', mineBlock([coinbase, bad, coinbase])],
      ['bad-txns-vout-negative', mineBlock([coinbase, bad])],
    ];
    for (const [code, block] of failures) {
      expect(() => checkBlockSanity(block, regtest.consensus)).toThrow(
        expect.objectContaining({ code }) as never,
      );
    }
  });
});

describe('isBlockMutated', () => {
  const witnessed = (): Block => {
    const inputs = spend(1).inputs.map((input) => ({ ...input, witness: [Uint8Array.of(1)] }));
    const paying = { ...spend(1), inputs };
    const commitment = makeWitnessCommitment(mineBlock([coinbase, paying]));
    const bare = coinbaseTx(1, [pay(0n, commitment)]);
    const reserved = bare.inputs.map((input) => ({ ...input, witness: [new Uint8Array(32)] }));
    return mineBlock([{ ...bare, inputs: reserved }, paying]);
  };

  it('finds a wrong root and a repeated end', () => {
    const honest = mineBlock([coinbase, spend(1), spend(2)]);
    expect(isBlockMutated(honest, true)).toBe(false);
    expect(isBlockMutated({ ...honest, transactions: [coinbase] }, true)).toBe(true);
    const transactions = repeated(...honest.transactions);
    expect(isBlockMutated({ ...honest, transactions }, true)).toBe(true);
  });

  it('finds witnesses that were changed, or should not be there', () => {
    const honest = witnessed();
    const [first, second] = honest.transactions as readonly [Transaction, Transaction];
    const stripped = second.inputs.map((input) => ({ ...input, witness: [] }));
    const bare = { ...honest, transactions: [first, { ...second, inputs: stripped }] };
    expect(isBlockMutated(honest, true)).toBe(false);
    expect(isBlockMutated(honest, false)).toBe(true);
    expect(isBlockMutated(bare, true)).toBe(true);
  });

  it('finds inner nodes of the tree that pretend to be transactions', () => {
    // A transaction of exactly 64 bytes: 4 + 1 + 41 + 1 + 8 + 1 + 4, and 4 of script.
    const node = spend(1, [pay(1n, new Uint8Array(4))]);
    expect(encodeTxWithoutWitness(node).length).toBe(64);
    expect(isBlockMutated(mineBlock([node]), true)).toBe(true);
    expect(isBlockMutated(mineBlock([spend(1)]), true)).toBe(false);
    // With a coinbase in front it would take too much work to forge one.
    expect(isBlockMutated(mineBlock([coinbase, node]), true)).toBe(false);
  });

  it('says nothing of other faults', () => {
    expect(isBlockMutated(mineBlock([coinbase, spend(1, [])]), true)).toBe(false);
    expect(isBlockMutated(mineBlock([], { merkleRoot: new Uint8Array(32) }), true)).toBe(false);
  });
});

it('mines on the target that these tests rely on', () => {
  const { header } = mineBlock([coinbase]);
  expect(header.bits).toBe(EASIEST_BITS);
  expect(mineHeader(header)).toBe(header);
});

import { describe, expect, it } from 'vitest';
import { curve } from '#curve';
import { concatBytes } from '../bytes/concat.ts';
import { fromHex, toHex } from '../bytes/hex.ts';
import { encodeDer } from '../crypto/ecdsa-signature.ts';
import { hash160 } from '../crypto/hash.ts';
import { main } from '../params/main.ts';
import { signet, signetParams } from '../params/signet.ts';
import type { Block } from '../primitives/block.ts';
import { decodeBlock, encodeBlock } from '../primitives/block.ts';
import { blockHash } from '../primitives/block-hash.ts';
import { type Txid, ZERO_HASH } from '../primitives/hashes.ts';
import { blockMerkleRoot } from '../primitives/merkle-tree.ts';
import { encodeTx, NULL_VOUT, type Transaction } from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import { buildScript, pushBytes } from '../script/build-script.ts';
import { opcodes } from '../script/opcodes.ts';
import { SIGHASH_ALL } from '../script/signature-hash/hash-type.ts';
import { legacySignatureHash } from '../script/signature-hash/legacy.ts';
import { segwitV0SignatureHash } from '../script/signature-hash/segwit-v0.ts';
import { spendOf } from '../script/signature-hash/spend.ts';
import { multisig, p2pkh, p2wpkh } from '../script/templates.ts';
import { RuleError } from './rule-error.ts';
import {
  checkSignetSolution,
  type SignetSolution,
  type SignetTransactions,
  signetSolutionPush,
  signetTransactions,
} from './signet.ts';
import { makeWitnessCommitment } from './witness-commitment.ts';

const { OP_1, OP_RETURN } = opcodes;

const privateKey = new Uint8Array(32).fill(7);
const otherKey = new Uint8Array(32).fill(8);
const publicKey = curve.publicKey(privateKey) as Uint8Array;

const HEADER = fromHex('ecc7daa2');
const NOTHING: SignetSolution = { scriptSig: new Uint8Array(0), witness: [] };

const payment: Transaction = {
  version: 2,
  inputs: [
    {
      prevout: { txid: new Uint8Array(32).fill(1) as Txid, vout: 0 },
      scriptSig: new Uint8Array(0),
      sequence: 0,
      witness: [],
    },
  ],
  outputs: [{ value: 1000n, scriptPubKey: p2wpkh(hash160(publicKey)) }],
  lockTime: 0,
};

/** A block on the signet's first one, with so much behind its witness commitment. */
function blockWith(...behindCommitment: readonly Uint8Array[]): Block {
  const make = (commitment: Uint8Array): Block => {
    const coinbase: Transaction = {
      version: 2,
      inputs: [
        {
          prevout: { txid: ZERO_HASH as Txid, vout: NULL_VOUT },
          scriptSig: fromHex('5151'),
          sequence: 0xffffffff,
          witness: [ZERO_HASH],
        },
      ],
      outputs: [
        { value: 5_000_000_000n, scriptPubKey: Uint8Array.of(OP_1) },
        { value: 0n, scriptPubKey: commitment },
      ],
      lockTime: 0,
    };
    const block: Block = {
      header: {
        version: 0x20000000,
        previousBlockHash: blockHash(signet.genesis),
        merkleRoot: ZERO_HASH,
        time: signet.genesis.header.time + 600,
        bits: signet.genesis.header.bits,
        nonce: 0,
      },
      transactions: [coinbase, payment],
    };
    return { ...block, header: { ...block.header, merkleRoot: blockMerkleRoot(block).root } };
  };
  const commitment = makeWitnessCommitment(make(new Uint8Array(0)));
  return make(concatBytes(commitment, ...behindCommitment));
}

type Signer = (transactions: SignetTransactions, challenge: Uint8Array) => SignetSolution;

/** Signs a block as a signet's miner does: first with an empty place for the solution. */
function signedBlock(challenge: Uint8Array, sign: Signer): Block {
  const transactions = signetTransactions(blockWith(pushBytes(HEADER)), challenge);
  if (transactions === undefined) throw new Error('a block without a solution has none to read');
  return blockWith(signetSolutionPush(sign(transactions, challenge)));
}

function signatureOf(hash: Uint8Array, key: Uint8Array): Uint8Array {
  const signed = curve.signEcdsa(hash, key);
  if (signed === undefined) throw new Error('no signature');
  return concatBytes(encodeDer(signed.signature), Uint8Array.of(SIGHASH_ALL));
}

const legacySignature = (
  { toSign, toSpend }: SignetTransactions,
  script: Uint8Array,
  key: Uint8Array,
): Uint8Array =>
  signatureOf(legacySignatureHash(spendOf(toSign, toSpend.outputs), 0, script, SIGHASH_ALL), key);

/** 1-of-1, as the public signet has it with two keys. */
const signMultisig =
  (key: Uint8Array, dummy = new Uint8Array(0)): Signer =>
  (transactions, challenge) => ({
    scriptSig: buildScript(dummy, legacySignature(transactions, challenge, key)),
    witness: [],
  });

const signWitness: Signer = ({ toSign, toSpend }) => {
  const spend = spendOf(toSign, toSpend.outputs);
  const hash = segwitV0SignatureHash(spend, 0, p2pkh(hash160(publicKey)), 0n, SIGHASH_ALL);
  return { scriptSig: new Uint8Array(0), witness: [signatureOf(hash, privateKey), publicKey] };
};

const paramsFor = (challenge: Uint8Array) => signetParams(challenge).consensus;

function verdictOf(block: Block, challenge: Uint8Array): string {
  try {
    checkSignetSolution(block, paramsFor(challenge));
    return 'valid';
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    expect(error.verdict).toBe('invalid');
    expect(error.message).toBe('bad-signet-blksig, signet block signature validation failure');
    return error.code;
  }
}

describe('BIP325: a challenge that anybody satisfies', () => {
  const challenge = Uint8Array.of(OP_1);

  it('needs no solution, but a witness commitment', () => {
    expect(verdictOf(blockWith(), challenge)).toBe('valid');
    const [coinbase, ...others] = blockWith().transactions as readonly [Transaction];
    const bare = { ...coinbase, outputs: coinbase.outputs.slice(0, 1) };
    const { header } = blockWith();
    expect(verdictOf({ header, transactions: [bare, ...others] }, challenge)).toBe(
      'bad-signet-blksig',
    );
    expect(verdictOf({ header, transactions: [] }, challenge)).toBe('bad-signet-blksig');
  });

  it('takes an empty solution', () => {
    expect(verdictOf(blockWith(signetSolutionPush(NOTHING)), challenge)).toBe('valid');
    // The header without anything behind it is no solution, and nothing to be read.
    expect(verdictOf(blockWith(pushBytes(HEADER)), challenge)).toBe('valid');
  });

  it.each([
    ['an end in the middle', '01'],
    ['a script that is too short', '0251'],
    ['a witness count without witnesses', '0002'],
    ['something behind it', '000000'],
    ['a length that is longer than needed', 'fd000000'],
    ['a length beyond all memory', 'feffffffff'],
  ])('refuses a solution with %s', (_, hex) => {
    const push = pushBytes(concatBytes(HEADER, fromHex(hex)));
    expect(verdictOf(blockWith(push), challenge)).toBe('bad-signet-blksig');
  });

  it('reads the first push with its header and no other', () => {
    const bad = pushBytes(concatBytes(HEADER, fromHex('ff')));
    const good = signetSolutionPush(NOTHING);
    const other = pushBytes(fromHex('c0ffee'));
    expect(verdictOf(blockWith(other, good, bad), challenge)).toBe('valid');
    expect(verdictOf(blockWith(other, bad, good), challenge)).toBe('bad-signet-blksig');
    // In a later output it is no solution either.
    expect(verdictOf(blockWith(other), challenge)).toBe('valid');
  });

  it('reads on to the end of a script as long as a block can hold', () => {
    const emptyPushes = new Uint8Array(900_000);
    expect(verdictOf(blockWith(signetSolutionPush(NOTHING), emptyPushes), challenge)).toBe('valid');
  });
});

describe('BIP325: the transactions that are signed', () => {
  it('have exactly the bytes that other signers make', () => {
    const challenge = fromHex('51ac');
    const block = blockWith(pushBytes(HEADER));
    const { toSpend, toSign } = signetTransactions(block, challenge) as SignetTransactions;
    const header = toHex(encodeBlock(block)).slice(0, 160);
    // Version, parent, Merkle root and time: all of a header that a miner does not search through.
    const signed = header.slice(0, 144);
    const nothing = '00'.repeat(32);
    expect(toHex(encodeTx(toSpend))).toBe(
      `00000000 01 ${nothing} ffffffff 4a 0048 ${signed} 00000000 01 ${'00'.repeat(8)} 02 51ac 00000000`.replaceAll(
        ' ',
        '',
      ),
    );
    expect(toHex(encodeTx(toSign))).toBe(
      `00000000 01 ${toHex(txid(toSpend))} 00000000 00 00000000 01 ${'00'.repeat(8)} 01 6a 00000000`.replaceAll(
        ' ',
        '',
      ),
    );
  });

  it('hold the solution, which the Merkle root that is signed leaves out', () => {
    const challenge = Uint8Array.of(OP_1);
    const solution = { scriptSig: fromHex('51'), witness: [fromHex('aa'), fromHex('')] };
    const solved = blockWith(signetSolutionPush(solution));
    const unsolved = blockWith(pushBytes(HEADER));
    const { toSpend, toSign } = signetTransactions(solved, challenge) as SignetTransactions;
    expect(toSign.inputs[0]).toMatchObject(solution);
    // The roots in their headers differ, those that are signed do not.
    expect(solved.header.merkleRoot).not.toEqual(unsolved.header.merkleRoot);
    expect(toSpend).toEqual(signetTransactions(unsolved, challenge)?.toSpend);
  });
});

describe('BIP325: a challenge that asks for a signature', () => {
  const challenge = multisig(1, [publicKey]);

  it('accepts a block that its key has signed', () => {
    expect(verdictOf(signedBlock(challenge, signMultisig(privateKey)), challenge)).toBe('valid');
  });

  it('accepts a signed block again after it was sent', () => {
    const block = decodeBlock(encodeBlock(signedBlock(challenge, signMultisig(privateKey))));
    expect(verdictOf(block, challenge)).toBe('valid');
  });

  it('accepts a witness, for a challenge that is a SegWit program', () => {
    const program = p2wpkh(hash160(publicKey));
    expect(verdictOf(signedBlock(program, signWitness), program)).toBe('valid');
    const block = signedBlock(program, (...args) => ({ ...signWitness(...args), witness: [] }));
    expect(verdictOf(block, program)).toBe('bad-signet-blksig');
  });

  it('refuses a block without a signature, and one signed by another key', () => {
    expect(verdictOf(blockWith(), challenge)).toBe('bad-signet-blksig');
    const stolen = signedBlock(challenge, signMultisig(otherKey));
    expect(verdictOf(stolen, challenge)).toBe('bad-signet-blksig');
  });

  it('BIP147: refuses a signature behind an element that is not empty', () => {
    const block = signedBlock(challenge, signMultisig(privateKey, Uint8Array.of(1)));
    expect(verdictOf(block, challenge)).toBe('bad-signet-blksig');
  });

  it.each<[string, (block: Block) => Block]>([
    ['version', ({ header, ...rest }) => ({ ...rest, header: { ...header, version: 1 } })],
    ['time', ({ header, ...rest }) => ({ ...rest, header: { ...header, time: header.time + 1 } })],
    [
      'parent',
      ({ header, ...rest }) => ({
        ...rest,
        header: { ...header, previousBlockHash: blockHash(main.genesis) },
      }),
    ],
    [
      'transactions',
      ({ header, transactions }) => ({ header, transactions: transactions.slice(0, 1) }),
    ],
    [
      'coinbase',
      ({ header, transactions: [coinbase, ...others] }) => ({
        header,
        transactions: [{ ...(coinbase as Transaction), lockTime: 1 }, ...others],
      }),
    ],
  ])('signs the %s of a block', (_, change) => {
    const block = signedBlock(challenge, signMultisig(privateKey));
    expect(verdictOf(change(block), challenge)).toBe('bad-signet-blksig');
  });

  it('does not sign the proof of work, which is searched for afterwards', () => {
    const block = signedBlock(challenge, signMultisig(privateKey));
    const header = { ...block.header, nonce: 123456, bits: 0x1e0377ae, merkleRoot: ZERO_HASH };
    expect(verdictOf({ ...block, header }, challenge)).toBe('valid');
  });

  it('signs what else is behind the commitment, in the form that Core gives it', () => {
    const sign = (transactions: SignetTransactions | undefined): Uint8Array =>
      signetSolutionPush(signMultisig(privateKey)(transactions as SignetTransactions, challenge));
    const [before, after] = [pushBytes(fromHex('c0ffee')), Uint8Array.of(OP_RETURN)];
    const unsigned = blockWith(before, pushBytes(HEADER), after);
    const solution = sign(signetTransactions(unsigned, challenge));
    expect(verdictOf(blockWith(before, solution, after), challenge)).toBe('valid');
    expect(verdictOf(blockWith(solution, after), challenge)).toBe('bad-signet-blksig');
    // A push in a longer form than needed is signed in its shortest.
    const longer = fromHex('4c03c0ffee');
    expect(verdictOf(blockWith(longer, solution, after), challenge)).toBe('valid');
    // What follows a push that runs over the end is not signed at all.
    const broken = sign(signetTransactions(blockWith(pushBytes(HEADER)), challenge));
    expect(verdictOf(blockWith(broken, fromHex('05aabb')), challenge)).toBe('valid');
  });
});

describe('blocks that need no signature', () => {
  it('are the first one', () => {
    expect(() => checkSignetSolution(signet.genesis, signet.consensus)).not.toThrow();
  });

  it('are all of a chain without a challenge', () => {
    expect(() => checkSignetSolution(blockWith(), main.consensus)).not.toThrow();
  });
});

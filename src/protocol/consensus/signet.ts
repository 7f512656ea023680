/**
 * BIP325: on a signet, a block has to be signed besides being mined. The signature is in the coinbase,
 * behind the witness commitment, and spends an output that exists nowhere: one whose script is the
 * challenge of the chain. So a challenge can be anything that a script can be.
 */
import { encode, varBytes, vector } from '../bytes/codec.ts';
import { equalBytes } from '../bytes/compare.ts';
import { concatBytes, joinBytes } from '../bytes/concat.ts';
import { DecodeError } from '../bytes/decode-error.ts';
import { fromHex } from '../bytes/hex.ts';
import { Reader } from '../bytes/reader.ts';
import type { ConsensusParams } from '../params/chain-params.ts';
import type { Block } from '../primitives/block.ts';
import { encodeBlockHeader } from '../primitives/block-header.ts';
import { type Txid, ZERO_HASH } from '../primitives/hashes.ts';
import { merkleRoot } from '../primitives/merkle-tree.ts';
import { NULL_VOUT, type Transaction, type TxOut } from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import { buildScript, pushBytes } from '../script/build-script.ts';
import { scriptFlags } from '../script/flags.ts';
import { opcodes } from '../script/opcodes.ts';
import { parseScript } from '../script/parse-script.ts';
import { ScriptError } from '../script/script-error.ts';
import { verifyInput } from '../script/verify-input.ts';
import { RuleError } from './rule-error.ts';
import { findWitnessCommitment } from './witness-commitment.ts';

/** What a push in the commitment output begins with, if a solution follows. */
const SIGNET_HEADER = fromHex('ecc7daa2');

const CHALLENGE_FLAGS = scriptFlags('P2SH', 'WITNESS', 'DERSIG', 'NULLDUMMY');

/** Where a header's version, parent and Merkle root end. */
const MERKLE_ROOT_AT = 36;
const MERKLE_ROOT_END = 68;
const TIME_END = 72;

const witnessCodec = vector(varBytes);

/** A solution: what spends the challenge. */
export interface SignetSolution {
  readonly scriptSig: Uint8Array;
  readonly witness: readonly Uint8Array[];
}

/** The two transactions that stand for a block when it is signed. Neither is ever in a block. */
export interface SignetTransactions {
  /** Pays to the challenge. */
  readonly toSpend: Transaction;
  /** Spends it, with the solution that the block holds. Its signatures cover the block. */
  readonly toSign: Transaction;
}

/**
 * Checks that a block is signed, where the chain has a challenge. The first block needs no signature.
 *
 * @example
 * checkSignetSolution(block, signet.consensus)
 *
 * @throws {@link RuleError} `bad-signet-blksig`
 */
export function checkSignetSolution(
  block: Block,
  { signetChallenge }: Pick<ConsensusParams, 'signetChallenge'>,
): void {
  if (signetChallenge === undefined) return;
  if (equalBytes(block.header.previousBlockHash, ZERO_HASH)) return;
  const transactions = signetTransactions(block, signetChallenge);
  if (transactions === undefined) throw badSolution();
  try {
    verifyInput(transactions.toSign, 0, transactions.toSpend.outputs, CHALLENGE_FLAGS);
  } catch (error) {
    if (error instanceof ScriptError) throw badSolution();
    throw error;
  }
}

/**
 * The transactions that stand for a block; undefined if it has no witness commitment, or something in
 * it that is no solution. A block that holds none at all may still satisfy an easy challenge.
 *
 * @example
 * const { toSign } = signetTransactions(unsignedBlock, challenge); // sign its input 0
 */
export function signetTransactions(
  block: Block,
  challenge: Uint8Array,
): SignetTransactions | undefined {
  const [coinbase] = block.transactions;
  if (coinbase === undefined) return undefined;
  const position = findWitnessCommitment(coinbase);
  const commitment = coinbase.outputs[position];
  if (commitment === undefined) return undefined;
  const { script, payload } = takeSolution(commitment.scriptPubKey);
  const solution = payload === undefined ? NO_SOLUTION : readSolution(payload);
  if (solution === undefined) return undefined;
  const outputs = coinbase.outputs.with(position, { ...commitment, scriptPubKey: script });
  const toSpend = spendableChallenge(signedBytes(block, { ...coinbase, outputs }), challenge);
  return { toSpend, toSign: spendChallenge(txid(toSpend), solution) };
}

/**
 * The push that holds a solution, to be put behind the witness commitment.
 *
 * @example
 * concatBytes(makeWitnessCommitment(block), signetSolutionPush({ scriptSig, witness: [] }))
 */
export function signetSolutionPush({ scriptSig, witness }: SignetSolution): Uint8Array {
  return pushBytes(
    concatBytes(SIGNET_HEADER, encode(varBytes, scriptSig), encode(witnessCodec, witness)),
  );
}

const NO_SOLUTION: SignetSolution = { scriptSig: new Uint8Array(0), witness: [] };

/**
 * The commitment's script without its solution: the signature cannot cover itself. What is left of
 * the push is the four bytes in front; other pushes are written anew in their shortest form, and
 * whatever comes after a broken one is lost, as in Core.
 */
function takeSolution(script: Uint8Array): {
  readonly script: Uint8Array;
  readonly payload: Uint8Array | undefined;
} {
  let payload: Uint8Array | undefined;
  const parts = parseScript(script).instructions.map(({ opcode, data }) => {
    if (data === undefined || data.length === 0) return Uint8Array.of(opcode);
    if (payload !== undefined || !holdsSolution(data)) return pushBytes(data);
    payload = data.subarray(SIGNET_HEADER.length);
    return pushBytes(SIGNET_HEADER);
  });
  return { script: payload === undefined ? script : joinBytes(parts), payload };
}

/** The four bytes alone do not count. */
function holdsSolution(data: Uint8Array): boolean {
  const { length } = SIGNET_HEADER;
  return data.length > length && equalBytes(data.subarray(0, length), SIGNET_HEADER);
}

function readSolution(payload: Uint8Array): SignetSolution | undefined {
  const reader = new Reader(payload);
  try {
    const scriptSig = reader.varBytes();
    const witness = witnessCodec.read(reader);
    reader.end();
    return { scriptSig, witness };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** What is signed: the header without its proof of work, over transactions without the solution. */
function signedBytes(block: Block, coinbase: Transaction): Uint8Array {
  const header = encodeBlockHeader(block.header);
  const { root } = merkleRoot([coinbase, ...block.transactions.slice(1)].map(txid));
  return concatBytes(
    header.subarray(0, MERKLE_ROOT_AT),
    root,
    header.subarray(MERKLE_ROOT_END, TIME_END),
  );
}

function spendableChallenge(signed: Uint8Array, challenge: Uint8Array): Transaction {
  const scriptSig = buildScript(opcodes.OP_0, signed);
  return bareTransaction(ZERO_HASH as Txid, NULL_VOUT, { scriptSig, witness: [] }, challenge);
}

function spendChallenge(id: Txid, solution: SignetSolution): Transaction {
  return bareTransaction(id, 0, solution, Uint8Array.of(opcodes.OP_RETURN));
}

function bareTransaction(
  id: Txid,
  vout: number,
  { scriptSig, witness }: SignetSolution,
  scriptPubKey: Uint8Array,
): Transaction {
  const output: TxOut = { value: 0n, scriptPubKey };
  return {
    version: 0,
    inputs: [{ prevout: { txid: id, vout }, scriptSig, sequence: 0, witness }],
    outputs: [output],
    lockTime: 0,
  };
}

function badSolution(): RuleError {
  return new RuleError('bad-signet-blksig', 'invalid', 'signet block signature validation failure');
}

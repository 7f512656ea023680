/**
 * What signatures before SegWit sign: the transaction as it would be sent, with the script that is
 * being run in the place of the input's own, all other scripts emptied, and the hash type behind.
 *
 * So every signature hashes the whole transaction anew, which takes time that grows with the square
 * of its size. At least it is not written out anew: what all inputs have in common is kept ready, and
 * the usual message is two copies with a script between them.
 */
import { sha256d } from '../../crypto/hash.ts';
import type { Transaction, TxOut } from '../../primitives/transaction.ts';
import { opcodes } from '../opcodes.ts';
import { instructionEnd, pushPrefixSize } from '../parse-script.ts';
import { BLANK_INPUT_SIZE } from './blank-transaction.ts';
import { signsNoOutput, signsOneInput, signsOneOutput } from './hash-type.ts';
import { Message, OUTPOINT_SIZE } from './message.ts';
import type { Spend } from './spend.ts';

const { OP_CODESEPARATOR } = opcodes;

/** A number of inputs, a script's length, and the hash type, at their longest. */
const SPARE_SIZE = 32;

const message = new Message(4096);

/**
 * The hash that a signature before SegWit signs. The hash type is any number of 32 bits; signatures
 * hold its lowest byte.
 *
 * @example
 * legacySignatureHash(new Spend(tx, []), 0, p2pkh(hash160(publicKey)), SIGHASH_ALL)
 */
export function legacySignatureHash(
  spend: Spend,
  inputIndex: number,
  scriptCode: Uint8Array,
  hashType: number,
): Uint8Array {
  const { tx } = spend;
  const input = spend.inputAt(inputIndex);
  const oneOutput = signsOneOutput(hashType);
  // The first version answered "1" for an error here, and went on to check the signature against
  // it. Such a signature signs nothing, and is good for every transaction of its kind.
  if (oneOutput && inputIndex >= tx.outputs.length) return hashOfOne();
  const allOutputs = !oneOutput && !signsNoOutput(hashType);

  const blank = allOutputs ? spend.blank : spend.blankWithoutSequences;
  // A blank output is never longer than the one that it stands for.
  message.start(blank.bytes.length + scriptCode.length + SPARE_SIZE);
  if (signsOneInput(hashType)) {
    message.u32(tx.version).u8(1).outPoint(input.prevout);
    writeScriptCode(scriptCode);
    message.u32(input.sequence);
  } else {
    const scriptAt = blank.inputsAt + BLANK_INPUT_SIZE * inputIndex + OUTPOINT_SIZE;
    message.bytes(blank.bytes.subarray(0, scriptAt));
    writeScriptCode(scriptCode);
    message.u32(input.sequence).bytes(blank.bytes.subarray(scriptAt + 5, blank.outputsAt));
  }
  if (allOutputs) message.bytes(blank.bytes.subarray(blank.outputsAt));
  else writeFewerOutputs(tx, oneOutput ? inputIndex : undefined);
  message.u32(hashType);
  return sha256d(message.finish());
}

function hashOfOne(): Uint8Array {
  const hash = new Uint8Array(32);
  hash[0] = 1;
  return hash;
}

/** A script without its OP_CODESEPARATORs, its length in front. */
function writeScriptCode(script: Uint8Array): void {
  let separators = 0;
  for (let at = 0; at >= 0 && at < script.length; at = instructionEnd(script, at)) {
    if (script[at] === OP_CODESEPARATOR) separators++;
  }
  message.compactSize(script.length - separators);
  let start = 0;
  let at = 0;
  while (at < script.length) {
    const end = instructionEnd(script, at);
    if (end < 0) {
      at = brokenPushEnd(script, at);
      break;
    }
    if (script[at] === OP_CODESEPARATOR) {
      message.bytes(script.subarray(start, at));
      start = end;
    }
    at = end;
  }
  message.bytes(script.subarray(start, at));
}

/**
 * Core stops where it cannot read on, behind the opcode and the length of a push that runs over the
 * end, and hashes no more than that. Running such a script fails in any case, only not always for
 * the same reason.
 */
function brokenPushEnd(script: Uint8Array, at: number): number {
  const end = at + pushPrefixSize(script[at] as number);
  return end <= script.length ? end : at + 1;
}

/** SINGLE signs the output at the input's position and blanks the ones before it; NONE signs none. */
function writeFewerOutputs(tx: Transaction, single: number | undefined): void {
  if (single === undefined) {
    message.u8(0);
  } else {
    message.compactSize(single + 1);
    for (let i = 0; i < single; i++) message.i64(-1n).u8(0);
    message.output(tx.outputs[single] as TxOut);
  }
  message.u32(tx.lockTime);
}

/**
 * How many signature checks a transaction may ask for, counted without running anything. A block may
 * hold 80,000; each outside a witness counts four times (BIP141).
 */
import { isCoinbase, type Transaction, type TxOut } from '../primitives/transaction.ts';
import { P2SH, WITNESS } from './flags.ts';
import { MAX_PUBKEYS_PER_MULTISIG } from './limits.ts';
import { opcodes, smallNumberOf } from './opcodes.ts';
import { instructionEnd, isPushOnly, pushPrefixSize } from './parse-script.ts';
import { isPayToScriptHash, type WitnessProgram, witnessProgramOf } from './templates.ts';

const { OP_0, OP_CHECKSIG, OP_CHECKSIGVERIFY, OP_CHECKMULTISIG, OP_CHECKMULTISIGVERIFY } = opcodes;
const { OP_PUSHDATA4, OP_INVALIDOPCODE } = opcodes;

const WITNESS_SCALE_FACTOR = 4;
const EMPTY = new Uint8Array(0);

/**
 * The signature checks in a script. A multisig counts as 20, or, if `accurate`, as the number that is
 * pushed right before it. Where a push runs over the end, counting ends.
 *
 * @example
 * countSigops(p2pkh(hash160(publicKey)), false) // 1
 */
export function countSigops(script: Uint8Array, accurate: boolean): number {
  let count = 0;
  let previous: number = OP_INVALIDOPCODE;
  for (let at = 0; at < script.length; ) {
    const opcode = script[at] as number;
    at = instructionEnd(script, at);
    if (at < 0) break;
    if (opcode === OP_CHECKSIG || opcode === OP_CHECKSIGVERIFY) count++;
    else if (opcode === OP_CHECKMULTISIG || opcode === OP_CHECKMULTISIGVERIFY) {
      count += accurate ? multisigKeys(previous) : MAX_PUBKEYS_PER_MULTISIG;
    }
    previous = opcode;
  }
  return count;
}

/** Core asks for OP_1 to OP_16 here; a multisig of no keys is counted like one that cannot be read. */
function multisigKeys(previous: number): number {
  if (previous === OP_0) return MAX_PUBKEYS_PER_MULTISIG;
  return smallNumberOf(previous) ?? MAX_PUBKEYS_PER_MULTISIG;
}

/** The checks in the scripts of a transaction itself, as they were counted before BIP16. */
export function legacySigopCount(tx: Transaction): number {
  let count = 0;
  for (const { scriptSig } of tx.inputs) count += countSigops(scriptSig, false);
  for (const { scriptPubKey } of tx.outputs) count += countSigops(scriptPubKey, false);
  return count;
}

/** The checks in the scripts that a transaction's inputs reveal to satisfy a hash (BIP16). */
export function p2shSigopCount(tx: Transaction, spentOutputs: readonly TxOut[]): number {
  if (isCoinbase(tx)) return 0;
  let count = 0;
  tx.inputs.forEach(({ scriptSig }, i) => {
    const spent = spentOutputs[i];
    if (spent === undefined || !isPayToScriptHash(spent.scriptPubKey)) return;
    if (isPushOnly(scriptSig)) count += countSigops(lastPush(scriptSig), true);
  });
  return count;
}

/** The checks that an input's witness asks for; zero if it spends no witness program. */
export function witnessSigopCount(
  scriptSig: Uint8Array,
  scriptPubKey: Uint8Array,
  witness: readonly Uint8Array[],
): number {
  let program = witnessProgramOf(scriptPubKey);
  if (program === undefined && isPayToScriptHash(scriptPubKey) && isPushOnly(scriptSig)) {
    program = witnessProgramOf(lastPush(scriptSig));
  }
  return program === undefined ? 0 : programSigopCount(program, witness);
}

/** Taproot has no part in it: there, checks are paid for by the size of the witness (BIP342). */
function programSigopCount(
  { version, program }: WitnessProgram,
  witness: readonly Uint8Array[],
): number {
  if (version !== 0) return 0;
  if (program.length === 20) return 1;
  const script = witness[witness.length - 1];
  return program.length === 32 && script !== undefined ? countSigops(script, true) : 0;
}

/**
 * What a transaction takes out of its block's 80,000. Of the flags, `P2SH` and `WITNESS` matter.
 *
 * @example
 * transactionSigopCost(tx, spentOutputs, scriptFlags('P2SH', 'WITNESS'))
 */
export function transactionSigopCost(
  tx: Transaction,
  spentOutputs: readonly TxOut[],
  flags: number,
): number {
  let cost = legacySigopCount(tx) * WITNESS_SCALE_FACTOR;
  if (isCoinbase(tx)) return cost;
  if ((flags & P2SH) !== 0) cost += p2shSigopCount(tx, spentOutputs) * WITNESS_SCALE_FACTOR;
  if ((flags & WITNESS) === 0) return cost;
  tx.inputs.forEach(({ scriptSig, witness }, i) => {
    const scriptPubKey = spentOutputs[i]?.scriptPubKey ?? EMPTY;
    cost += witnessSigopCount(scriptSig, scriptPubKey, witness);
  });
  return cost;
}

/** What the last instruction of a script that only pushes bytes pushes; numbers count as empty. */
function lastPush(script: Uint8Array): Uint8Array {
  let last: Uint8Array = EMPTY;
  for (let at = 0; at < script.length; ) {
    const opcode = script[at] as number;
    const end = instructionEnd(script, at);
    last = opcode <= OP_PUSHDATA4 ? script.subarray(at + pushPrefixSize(opcode), end) : EMPTY;
    at = end;
  }
  return last;
}

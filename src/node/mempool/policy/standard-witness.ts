import {
  isCoinbase,
  type Transaction,
  type TxIn,
  type TxOut,
} from '../../../protocol/primitives/transaction.ts';
import {
  ANNEX_TAG,
  LEAF_VERSION_MASK,
  TAPSCRIPT_LEAF_VERSION,
} from '../../../protocol/script/taproot.ts';
import {
  isPayToScriptHash,
  solveScript,
  witnessProgramOf,
} from '../../../protocol/script/templates.ts';
import {
  MAX_STANDARD_P2WSH_SCRIPT_SIZE,
  MAX_STANDARD_P2WSH_STACK_ITEM_SIZE,
  MAX_STANDARD_P2WSH_STACK_ITEMS,
  MAX_STANDARD_TAPSCRIPT_STACK_ITEM_SIZE,
} from './limits.ts';
import { PolicyError } from './policy-error.ts';
import { redeemScriptOf } from './redeem-script.ts';

/**
 * Whether no input carries a witness that is larger than it has a use for: Bitcoin Core's
 * `IsWitnessStandard`. A witness is no part of the transaction's id, so that strangers may add to it.
 *
 * @param spentOutputs What each input spends, in their order.
 *
 * @example
 * checkWitnessStandard(tx, coins.map((coin) => coin.output))
 *
 * @throws {@link PolicyError} `bad-witness-nonstandard`.
 */
export function checkWitnessStandard(tx: Transaction, spentOutputs: readonly TxOut[]): void {
  if (isCoinbase(tx)) return;
  for (let i = 0; i < tx.inputs.length; i++) {
    const input = tx.inputs[i] as TxIn;
    if (input.witness.length === 0) continue;
    if (!isStandardWitness(input, (spentOutputs[i] as TxOut).scriptPubKey)) {
      throw new PolicyError('bad-witness-nonstandard', 'witness-mutated');
    }
  }
}

function isStandardWitness({ scriptSig, witness }: TxIn, scriptPubKey: Uint8Array): boolean {
  // An anchor needs no witness at all.
  if (solveScript(scriptPubKey).kind === 'anchor') return false;
  const wrapped = isPayToScriptHash(scriptPubKey);
  const program = programBehind(wrapped ? redeemScriptOf(scriptSig) : scriptPubKey);
  if (program === undefined) return false;
  if (program.version === 0 && program.program.length === 32) return isStandardP2wsh(witness);
  // Taproot is not defined behind a hash; there, its programs mean nothing yet.
  if (program.version === 1 && program.program.length === 32 && !wrapped) {
    return isStandardTaproot(witness);
  }
  return true;
}

function programBehind(script: Uint8Array | undefined) {
  return script === undefined ? undefined : witnessProgramOf(script);
}

function isStandardP2wsh(witness: readonly Uint8Array[]): boolean {
  const script = witness[witness.length - 1] as Uint8Array;
  const items = witness.length - 1;
  if (script.length > MAX_STANDARD_P2WSH_SCRIPT_SIZE) return false;
  if (items > MAX_STANDARD_P2WSH_STACK_ITEMS) return false;
  for (let i = 0; i < items; i++) {
    if ((witness[i] as Uint8Array).length > MAX_STANDARD_P2WSH_STACK_ITEM_SIZE) return false;
  }
  return true;
}

function isStandardTaproot(witness: readonly Uint8Array[]): boolean {
  const last = witness[witness.length - 1] as Uint8Array;
  // Annexes have no meaning yet, so nobody may put anything there.
  if (witness.length >= 2 && last[0] === ANNEX_TAG) return false;
  if (witness.length === 1) return true;
  const controlBlock = last;
  if (controlBlock.length === 0) return false;
  if (((controlBlock[0] as number) & LEAF_VERSION_MASK) !== TAPSCRIPT_LEAF_VERSION) return true;
  for (let i = 0; i < witness.length - 2; i++) {
    if ((witness[i] as Uint8Array).length > MAX_STANDARD_TAPSCRIPT_STACK_ITEM_SIZE) return false;
  }
  return true;
}

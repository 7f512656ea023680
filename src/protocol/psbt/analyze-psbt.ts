/** How far a PSBT has come, and whose turn it is. */
import { isUnspendable } from '../consensus/coin.ts';
import { isMoney } from '../primitives/amount.ts';
import { type TxOut, txWeight } from '../primitives/transaction.ts';
import { STANDARD_SCRIPT_FLAGS } from '../script/flags.ts';
import type { MissingParts } from '../script/sign/signature-data.ts';
import { NO_SIGNING_PROVIDER } from '../script/sign/signing-provider.ts';
import { transactionSigopCost } from '../script/sigops.ts';
import type { Psbt, PsbtInput } from './psbt.ts';
import { coinsOf, extractTransaction, isInputVerified, signInput, utxoOf } from './sign-psbt.ts';

/** The roles of BIP174, in the order in which they have their turns. */
const ROLES = ['creator', 'updater', 'signer', 'finalizer', 'extractor'] as const;
export type PsbtRole = (typeof ROLES)[number];

export interface InputAnalysis {
  readonly hasUtxo: boolean;
  readonly isFinal: boolean;
  readonly next: PsbtRole;
  readonly missing: MissingParts | undefined;
}

export interface PsbtAnalysis {
  readonly inputs: readonly InputAnalysis[];
  readonly next: PsbtRole;
  /** Satoshis. Known where all outputs are that are spent. */
  readonly fee?: bigint;
  /** Of the whole transaction, signatures included, if they can be told in advance. */
  readonly vsize?: number;
  /** Why this can never become a transaction. */
  readonly error?: string;
}

/** A virtual byte for 1/20 of a signature operation, as the policy of relaying counts. */
const BYTES_PER_SIGOP = 20;

/**
 * What a PSBT still lacks.
 *
 * @example
 * analyzePsbt(createPsbt(tx)).next // 'updater'
 */
export function analyzePsbt(psbt: Psbt): PsbtAnalysis {
  const coins = coinsOf(psbt);
  const utxos = psbt.inputs.map((_, i) => utxoOf(psbt, i));
  let spent = 0n;
  const signedInputs: PsbtInput[] = [];
  const inputs: InputAnalysis[] = [];
  for (const [i, utxo] of utxos.entries()) {
    if (utxo !== undefined) {
      if (!isMoney(utxo.value) || !isMoney(spent + utxo.value)) {
        return invalid(`PSBT is not valid. Input ${i} has invalid value`);
      }
      spent += utxo.value;
      if (isUnspendable(utxo.scriptPubKey)) {
        return invalid(`PSBT is not valid. Input ${i} spends unspendable output`);
      }
    }
    if (isInputVerified(psbt, i, coins)) {
      signedInputs.push(psbt.inputs[i] as PsbtInput);
      inputs.push({ hasUtxo: true, isFinal: true, next: 'extractor', missing: undefined });
      continue;
    }
    const signed = signInput(psbt, i, NO_SIGNING_PROVIDER, coins);
    signedInputs.push(signed.input);
    inputs.push({
      hasUtxo: utxo !== undefined,
      isFinal: false,
      next: signed.complete ? 'finalizer' : nextRole(signed.missing),
      missing: signed.complete ? undefined : signed.missing,
    });
  }
  const next = ROLES.find((role) => inputs.some((input) => input.next === role)) ?? 'extractor';
  if (!utxos.every((utxo) => utxo !== undefined)) return { inputs, next };

  const paid = sumOfOutputs(psbt.tx.outputs);
  if (paid === undefined) return invalid('PSBT is not valid. Output amount invalid');
  const vsize = estimatedVsize({ ...psbt, inputs: signedInputs }, utxos);
  return { inputs, next, fee: spent - paid, ...(vsize !== undefined && { vsize }) };
}

function nextRole(missing: MissingParts | undefined): PsbtRole {
  const onlySignatures =
    missing !== undefined &&
    missing.keys.length === 0 &&
    missing.redeemScriptHash === undefined &&
    missing.witnessScriptHash === undefined &&
    missing.signatures.length > 0;
  return onlySignatures ? 'signer' : 'updater';
}

function invalid(error: string): PsbtAnalysis {
  return { inputs: [], next: 'creator', error };
}

function sumOfOutputs(outputs: readonly TxOut[]): bigint | undefined {
  let sum = 0n;
  for (const { value } of outputs) {
    sum += value;
    if (!isMoney(value) || !isMoney(sum)) return undefined;
  }
  return sum;
}

/** How large it will be, if nothing but signatures is missing. */
function estimatedVsize(psbt: Psbt, utxos: readonly TxOut[]): number | undefined {
  const coins = coinsOf(psbt);
  const inputs: PsbtInput[] = [];
  for (const i of psbt.inputs.keys()) {
    const { input, complete } = signInput(psbt, i, NO_SIGNING_PROVIDER, coins, { dummy: true });
    if (!complete) return undefined;
    inputs.push(input);
  }
  const tx = extractTransaction({ ...psbt, inputs });
  const sigopCost = transactionSigopCost(tx, utxos, STANDARD_SCRIPT_FLAGS);
  return Math.ceil(Math.max(txWeight(tx), sigopCost * BYTES_PER_SIGOP) / 4);
}

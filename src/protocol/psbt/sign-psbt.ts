/** Signing, finalizing and extracting: what each role of BIP174 does with an input. */
import { curve } from '#curve';
import { equalBytes } from '../bytes/compare.ts';
import type { Transaction, TxOut } from '../primitives/transaction.ts';
import { txid } from '../primitives/transaction-id.ts';
import type { SignatureVerifier } from '../script/machine/input-checker.ts';
import { produceSignature } from '../script/sign/produce-signature.ts';
import {
  dummySigner,
  inputSigner,
  type SignatureCreator,
} from '../script/sign/signature-creator.ts';
import type { MissingParts } from '../script/sign/signature-data.ts';
import { NO_SIGNING_PROVIDER, type SigningProvider } from '../script/sign/signing-provider.ts';
import {
  inputFailure,
  type SpentCoins,
  spentCoins,
  WITHOUT_TAPROOT,
} from '../script/sign/spent-coins.ts';
import { SIGHASH_ALL } from '../script/signature-hash/hash-type.ts';
import type { Psbt, PsbtInput, PsbtOutput } from './psbt.ts';
import { dataOfInput, dataOfOutput, inputWithData, outputWithData } from './signature-data-of.ts';

/**
 * The output that an input spends, where the PSBT has it: from the whole transaction, if that is the one
 * that the input names, else by itself.
 */
export function utxoOf({ tx, inputs }: Psbt, index: number): TxOut | undefined {
  const input = inputs[index];
  const prevout = tx.inputs[index]?.prevout;
  if (input === undefined || prevout === undefined) return undefined;
  const { nonWitnessUtxo, witnessUtxo } = input;
  if (nonWitnessUtxo === undefined) return witnessUtxo;
  return equalBytes(txid(nonWitnessUtxo), prevout.txid)
    ? nonWitnessUtxo.outputs[prevout.vout]
    : undefined;
}

/** The transaction with all that the PSBT knows of what it spends. */
export function coinsOf(psbt: Psbt): SpentCoins {
  return spentCoins(
    psbt.tx,
    psbt.inputs.map((_, i) => utxoOf(psbt, i)),
  );
}

/** Whether an input has final scripts that allow it to spend its output. */
export function isInputVerified(
  psbt: Psbt,
  index: number,
  coins: SpentCoins,
  verifier: SignatureVerifier = curve,
): boolean {
  const output = utxoOf(psbt, index);
  const input = psbt.inputs[index];
  if (output === undefined || input === undefined) return false;
  const scripts = {
    scriptSig: input.finalScriptSig ?? NO_BYTES,
    witness: input.finalWitness ?? [],
  };
  return inputFailure(coins, index, scripts, output, verifier) === undefined;
}

const NO_BYTES = new Uint8Array(0);

export interface SignInputOptions {
  readonly hashType?: number;
  /** Whether to put the final scripts in place of all else once they are there. */
  readonly finalize?: boolean;
  /** Signs with nothing, to see what would become of the input. */
  readonly dummy?: boolean;
}

export interface SignedInput {
  readonly input: PsbtInput;
  readonly complete: boolean;
  /** What is missing; undefined where nobody came as far as to find out. */
  readonly missing: MissingParts | undefined;
}

/**
 * Signs an input with the keys that there are, and puts down what is known of it. `coins` are those of
 * the PSBT: {@link coinsOf}.
 *
 * @example
 * signInput(psbt, 0, ring, coinsOf(psbt)).complete
 */
export function signInput(
  psbt: Psbt,
  index: number,
  provider: SigningProvider,
  coins: SpentCoins,
  { hashType = SIGHASH_ALL, finalize = true, dummy = false }: SignInputOptions = {},
): SignedInput {
  const input = psbt.inputs[index] as PsbtInput;
  if (isInputVerified(psbt, index, coins, dummy ? WITHOUT_TAPROOT : curve)) {
    return { input, complete: true, missing: undefined };
  }
  const data = dataOfInput(input);
  const output = utxoOf(psbt, index);
  if (output === undefined) return { input, complete: false, missing: undefined };
  const creator = dummy
    ? dummySigner(coins, index, output)
    : inputSigner(coins, index, output, hashType);
  const complete = produceSignature(provider, creator, output.scriptPubKey, data);
  // An output by itself may be made up. A witness signs its amount, and nothing before SegWit did.
  if (input.nonWitnessUtxo === undefined && !data.witness) {
    return { input, complete: false, missing: undefined };
  }
  if (!finalize) data.complete = false;
  const signed = inputWithData(input, data);
  return {
    input: data.witness ? { ...signed, witnessUtxo: output } : signed,
    complete,
    missing: data.missing,
  };
}

/** Puts the final scripts where the signatures are all there. */
export function finalizePsbt(psbt: Psbt): { readonly psbt: Psbt; readonly complete: boolean } {
  const coins = coinsOf(psbt);
  const signed = psbt.inputs.map(({ hashType }, i) =>
    signInput(psbt, i, NO_SIGNING_PROVIDER, coins, { hashType: hashType ?? SIGHASH_ALL }),
  );
  return {
    psbt: { ...psbt, inputs: signed.map(({ input }) => input) },
    complete: signed.every(({ complete }) => complete),
  };
}

/**
 * The transaction with its final scripts. Whether all inputs have theirs is for the caller to know.
 *
 * @example
 * const { psbt, complete } = finalizePsbt(signed);
 * complete && extractTransaction(psbt)
 */
export function extractTransaction({ tx, inputs }: Psbt): Transaction {
  return {
    ...tx,
    inputs: tx.inputs.map((input, i) => ({
      ...input,
      scriptSig: inputs[i]?.finalScriptSig ?? NO_BYTES,
      witness: inputs[i]?.finalWitness ?? [],
    })),
  };
}

/** Signs nothing: what an output is made of is found out on the way to a signature. */
const NO_SIGNATURES: SignatureCreator = {
  ecdsa: () => undefined,
  schnorr: () => undefined,
  older: () => false,
  after: () => false,
  accepts: () => false,
};

/**
 * An output with what is known of it: its scripts, and where its keys come from.
 *
 * @example
 * psbt.outputs.map((output, i) => updatedOutput(output, psbt.tx.outputs[i].scriptPubKey, ring))
 */
export function updatedOutput(
  output: PsbtOutput,
  scriptPubKey: Uint8Array,
  provider: SigningProvider,
): PsbtOutput {
  const data = dataOfOutput(output);
  produceSignature(provider, NO_SIGNATURES, scriptPubKey, data);
  return outputWithData(output, data);
}

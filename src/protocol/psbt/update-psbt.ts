/** Bringing to a PSBT what a node and its user know: the outputs that are spent, and descriptors. */
import type { Transaction, TxOut } from '../primitives/transaction.ts';
import { isWitnessOutput } from '../script/sign/produce-signature.ts';
import type { SigningProvider } from '../script/sign/signing-provider.ts';
import { SIGHASH_ANYONECANPAY } from '../script/signature-hash/hash-type.ts';
import { witnessProgramOf } from '../script/templates.ts';
import { isInputSigned, type Psbt, type PsbtInput } from './psbt.ts';
import { coinsOf, signInput, updatedOutput } from './sign-psbt.ts';

/** What was found of the output that an input spends: its transaction, or else itself. */
export interface FoundUtxo {
  readonly tx?: Transaction | undefined;
  readonly output?: TxOut | undefined;
}

export interface UpdateOptions {
  readonly hashType: number;
  readonly finalize: boolean;
}

/**
 * A PSBT with what is spent, and what the provider knows of it; signed, too, if it has private keys.
 * `found` has an entry for each input.
 *
 * @example
 * updatePsbt(psbt, found, hideFrom(ring, { privateKeys: true }), { hashType: SIGHASH_ALL, finalize: false })
 */
export function updatePsbt(
  psbt: Psbt,
  found: readonly FoundUtxo[],
  provider: SigningProvider,
  { hashType, finalize }: UpdateOptions,
): Psbt {
  const withUtxos: Psbt = {
    ...psbt,
    inputs: psbt.inputs.map((input, i) => withUtxo(input, found[i] ?? {}, provider)),
  };
  const coins = coinsOf(withUtxos);
  const updated: Psbt = {
    ...withUtxos,
    inputs: withUtxos.inputs.map((input, i) =>
      isInputSigned(input)
        ? input
        : signInput(withUtxos, i, provider, coins, { hashType, finalize }).input,
    ),
    outputs: withUtxos.outputs.map((output, i) =>
      updatedOutput(output, (psbt.tx.outputs[i] as TxOut).scriptPubKey, provider),
    ),
  };
  return withoutNeedlessTransactions(updated, hashType);
}

function withUtxo(
  input: PsbtInput,
  { tx, output }: FoundUtxo,
  provider: SigningProvider,
): PsbtInput {
  if (input.nonWitnessUtxo !== undefined) return input;
  if (tx !== undefined) return { ...input, nonWitnessUtxo: tx };
  const isEnough = output !== undefined && isWitnessOutput(provider, output.scriptPubKey);
  return isEnough ? { ...input, witnessUtxo: output } : input;
}

/**
 * Drops the transactions that are spent from, if all inputs are of Taproot or later: their signatures
 * commit to all amounts, so that nobody can be lied to about them. Those that commit to one input do not.
 */
export function withoutNeedlessTransactions(psbt: Psbt, hashType: number): Psbt {
  const needless =
    (hashType & SIGHASH_ANYONECANPAY) === 0 &&
    psbt.inputs.every(({ witnessUtxo }) => {
      const program = witnessUtxo && witnessProgramOf(witnessUtxo.scriptPubKey);
      return program !== undefined && program.version > 0;
    });
  if (!needless) return psbt;
  return { ...psbt, inputs: psbt.inputs.map((input) => ({ ...input, nonWitnessUtxo: undefined })) };
}

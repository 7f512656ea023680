/** Signing the inputs of a transaction that somebody has the keys for. */
import { curve } from '#curve';
import { MAX_MONEY } from '../../primitives/amount.ts';
import type { Transaction, TxOut } from '../../primitives/transaction.ts';
import { ScriptError, type ScriptErrorCode } from '../script-error.ts';
import { SIGHASH_ALL, SIGHASH_ANYONECANPAY, SIGHASH_SINGLE } from '../signature-hash/hash-type.ts';
import { mergeSignatureData, signaturesOf } from './extract-signatures.ts';
import { produceSignature } from './produce-signature.ts';
import { inputSigner } from './signature-creator.ts';
import { emptySignatureData, type SignatureData } from './signature-data.ts';
import { NO_SIGNING_PROVIDER, type SigningProvider } from './signing-provider.ts';
import { inputFailure, type SpentCoins, spentCoins } from './spent-coins.ts';

/**
 * Why an input is not signed: what it spends is not known, or not how much that is (which a SegWit
 * signature commits to), or what Bitcoin Core says of its scripts.
 */
export type InputError =
  | { readonly kind: 'unknown-coin' }
  | { readonly kind: 'unknown-amount' }
  | { readonly kind: 'script'; readonly message: string };

export interface SignedTransaction {
  readonly tx: Transaction;
  /** By input; none where all are signed. */
  readonly errors: ReadonlyMap<number, InputError>;
}

/** Of an output of which only the script is known: no coin can hold this much. */
export const UNKNOWN_AMOUNT = MAX_MONEY;

/**
 * Signs what can be signed, and says what is wrong with the rest. What is signed already stays.
 *
 * @example
 * signTransaction(tx, [coin.output], ring, SIGHASH_DEFAULT).errors.size // 0
 */
export function signTransaction(
  tx: Transaction,
  outputs: readonly (TxOut | undefined)[],
  provider: SigningProvider,
  hashType: number,
): SignedTransaction {
  const coins = spentCoins(tx, outputs);
  const errors = new Map<number, InputError>();
  const single = (hashType & ~SIGHASH_ANYONECANPAY) === SIGHASH_SINGLE;
  const inputs = tx.inputs.map((input, i) => {
    const output = outputs[i];
    if (output === undefined) {
      errors.set(i, { kind: 'unknown-coin' });
      return input;
    }
    const data = signaturesOf(coins, i, output);
    // SINGLE without an output at the input's position would sign nothing at all.
    if (!single || i < tx.outputs.length) {
      const creator = inputSigner(coins, i, output, hashType);
      produceSignature(provider, creator, output.scriptPubKey, data);
    }
    const error = errorOf(coins, i, data, output);
    if (error !== undefined) errors.set(i, error);
    return { ...input, scriptSig: data.scriptSig, witness: data.scriptWitness };
  });
  return { tx: { ...tx, inputs }, errors };
}

function errorOf(
  coins: SpentCoins,
  inputIndex: number,
  data: SignatureData,
  output: TxOut,
): InputError | undefined {
  if (output.value === UNKNOWN_AMOUNT && data.scriptWitness.length > 0) {
    return { kind: 'unknown-amount' };
  }
  const scripts = { scriptSig: data.scriptSig, witness: data.scriptWitness };
  const failure = inputFailure(coins, inputIndex, scripts, output, curve);
  return failure && { kind: 'script', message: messageOf(failure) };
}

/** Two failures say, of an input that is being signed, more than they say otherwise. */
function messageOf(failure: ScriptErrorCode): string {
  switch (failure) {
    case 'INVALID_STACK_OPERATION':
      return 'Unable to sign input, invalid stack size (possibly missing key)';
    case 'NULLFAIL':
      return 'CHECK(MULTI)SIG failing with non-zero signature (possibly need more signatures)';
    default:
      return new ScriptError(failure).message;
  }
}

/**
 * Puts the signatures of several copies of a transaction together. All of its coins have to be known.
 *
 * @example
 * combineTransactions([signedByAlice, signedByBob], outputs)
 */
export function combineTransactions(
  copies: readonly [Transaction, ...(readonly Transaction[])],
  outputs: readonly TxOut[],
): Transaction {
  const [first] = copies;
  const coins = spentCoins(first, outputs);
  const copiesOfCoins = copies.map((copy) => spentCoins(copy, outputs));
  const inputs = first.inputs.map((input, i) => {
    const output = outputs[i] as TxOut;
    const data = copiesOfCoins
      .filter(({ spend }) => spend.tx.inputs.length > i)
      .map((copy) => signaturesOf(copy, i, output))
      .reduce(mergeSignatureData, emptySignatureData());
    const creator = inputSigner(coins, i, output, SIGHASH_ALL);
    produceSignature(NO_SIGNING_PROVIDER, creator, output.scriptPubKey, data);
    return { ...input, scriptSig: data.scriptSig, witness: data.scriptWitness };
  });
  return { ...first, inputs };
}

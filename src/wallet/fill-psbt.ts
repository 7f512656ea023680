/** PSBTs with what a wallet knows of them, and its signatures: the part of BIP174's updater and signer. */
import { curve } from '#curve';
import { hash160 } from '../protocol/crypto/hash.ts';
import { isInputSigned, type Psbt, type PsbtInput } from '../protocol/psbt/psbt.ts';
import { coinsOf, isInputVerified, signInput, updatedOutput } from '../protocol/psbt/sign-psbt.ts';
import { withoutNeedlessTransactions } from '../protocol/psbt/update-psbt.ts';
import { hideFrom, type SigningProvider } from '../protocol/script/sign/signing-provider.ts';
import { taprootOutput } from '../protocol/script/taproot.ts';
import { p2pkh, p2sh, p2tr, p2wpkh, witnessProgramOf } from '../protocol/script/templates.ts';
import { knownKeys } from './known-keys.ts';
import { WalletError } from './wallet-error.ts';
import type { WalletState } from './wallet-state.ts';

export interface FillOptions {
  readonly hashType: number;
  readonly signs: boolean;
  /** Whether to tell where keys come from. */
  readonly derivations: boolean;
  /** Whether to put final scripts in place of signatures where they are all there. */
  readonly finalizes: boolean;
}

export interface FilledPsbt {
  readonly psbt: Psbt;
  /** Whether every input has scripts that allow it to spend its coin. */
  readonly complete: boolean;
}

/**
 * Adds the coins that are spent, scripts, keys and where they come from; and signatures, if asked to.
 *
 * @example
 * fillPsbt(state, psbt, { hashType: SIGHASH_DEFAULT, signs: true, derivations: true, finalizes: true })
 * @throws {@link WalletError} `sighash-mismatch`, `missing-utxo`; `VaultError` `locked`
 */
export function fillPsbt(state: WalletState, psbt: Psbt, options: FillOptions): FilledPsbt {
  const { hashType, finalizes: finalize } = options;
  const inputs = psbt.inputs.map((input, i) => withTransaction(state, psbt, input, i));
  let filled: Psbt = { ...psbt, inputs };
  // Signatures of Taproot commit to all coins, so that all of them are found first.
  const coins = coinsOf(filled);
  const signed = inputs.map((input, i) => {
    if (isInputSigned(input)) return input;
    checkHashType(input, options);
    const script = scriptOf(filled, i);
    if (script === undefined) return input;
    const keys = keysForInput(state, input, script, options);
    return signInput(filled, i, keys, coins, { hashType, finalize }).input;
  });
  const outputs = psbt.outputs.map((output, i) => {
    const script = psbt.tx.outputs[i]?.scriptPubKey;
    if (script === undefined || state.keys.ownerOf(script) === undefined) return output;
    const keys = knownKeys(state, [script], { signs: false });
    return updatedOutput(output, script, hiding(keys, { ...options, signs: false }));
  });
  filled = withoutNeedlessTransactions({ ...filled, inputs: signed, outputs }, hashType);
  const finalCoins = coinsOf(filled);
  const complete = filled.inputs.every((_, i) => isInputVerified(filled, i, finalCoins));
  return { psbt: filled, complete };
}

function withTransaction(
  { ledger }: WalletState,
  { tx }: Psbt,
  input: PsbtInput,
  index: number,
): PsbtInput {
  if (isInputSigned(input) || input.nonWitnessUtxo !== undefined) return input;
  const txid = tx.inputs[index]?.prevout.txid;
  const known = txid === undefined ? undefined : ledger.get(txid);
  return known === undefined ? input : { ...input, nonWitnessUtxo: known.tx };
}

function checkHashType({ hashType }: PsbtInput, options: FillOptions): void {
  if (!options.signs || hashType === undefined || hashType === options.hashType) return;
  throw new WalletError(
    'sighash-mismatch',
    'Specified sighash value does not match value stored in PSBT',
  );
}

/** What an input spends by; undefined where the PSBT does not say. */
function scriptOf({ tx, inputs }: Psbt, index: number): Uint8Array | undefined {
  const { witnessUtxo, nonWitnessUtxo } = inputs[index] as PsbtInput;
  if (witnessUtxo !== undefined) return witnessUtxo.scriptPubKey;
  if (nonWitnessUtxo === undefined) return undefined;
  const vout = tx.inputs[index]?.prevout.vout ?? 0;
  const output = nonWitnessUtxo.outputs[vout];
  if (output !== undefined) return output.scriptPubKey;
  throw new WalletError('missing-utxo', 'Inputs missing or spent');
}

function keysForInput(
  state: WalletState,
  input: PsbtInput,
  script: Uint8Array,
  options: FillOptions,
): SigningProvider {
  // Of a script that is not the wallet's, some keys may be.
  const scripts =
    state.keys.ownerOf(script) === undefined
      ? publicKeysIn(input, script).flatMap(scriptsOfKey)
      : [script];
  return hiding(knownKeys(state, scripts, { signs: options.signs }), options);
}

function hiding(keys: SigningProvider, { signs, derivations }: FillOptions): SigningProvider {
  return hideFrom(keys, { privateKeys: !signs, origins: !derivations });
}

/** The keys that an input names, with a first byte where Taproot leaves that open. */
function publicKeysIn(
  { keyPaths, tapKeyPaths }: PsbtInput,
  script: Uint8Array,
): readonly Uint8Array[] {
  const program = witnessProgramOf(script);
  const xOnly = [
    ...(program?.version === 1 && program.program.length === 32 ? [program.program] : []),
    ...tapKeyPaths.map(({ key }) => key),
  ];
  return [
    ...keyPaths.map(({ publicKey }) => publicKey),
    ...xOnly.flatMap((key) => [Uint8Array.of(2, ...key), Uint8Array.of(3, ...key)]),
  ];
}

/** The scripts by which a wallet knows a key: those of single keys. */
function scriptsOfKey(publicKey: Uint8Array): readonly Uint8Array[] {
  if (!curve.isPublicKey(publicKey)) return [];
  const hash = hash160(publicKey);
  if (publicKey.length !== 33) return [p2pkh(hash)];
  const taproot = taprootOutput(publicKey.subarray(1));
  return [
    p2wpkh(hash),
    p2pkh(hash),
    p2sh(hash160(p2wpkh(hash))),
    ...(taproot === undefined ? [] : [p2tr(taproot.outputKey)]),
  ];
}

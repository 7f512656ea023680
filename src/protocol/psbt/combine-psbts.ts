/** PSBTs of the same transaction in one: the combiner of BIP174. */
import { equalBytes } from '../bytes/compare.ts';
import { txid } from '../primitives/transaction-id.ts';
import {
  fieldKey,
  keyPathKey,
  preimageKey,
  signatureKey,
  tapKeyPathKey,
  tapSignatureKey,
  unitedLeafScripts,
  unitedXpubs,
} from './field-keys.ts';
import type { Psbt, PsbtInput, PsbtOutput } from './psbt.ts';
import { PsbtError } from './psbt-error.ts';
import { united } from './sorted.ts';

/**
 * All that these PSBTs say of a transaction. Where two differ, the first one is right.
 *
 * @example
 * combinePsbts([signedByAlice, signedByBob])
 */
export function combinePsbts([first, ...others]: readonly [Psbt, ...(readonly Psbt[])]): Psbt {
  return others.reduce(combineTwo, first);
}

function combineTwo(a: Psbt, b: Psbt): Psbt {
  if (!equalBytes(txid(a.tx), txid(b.tx))) {
    throw new PsbtError('different-transactions', 'PSBTs not compatible (different transactions)');
  }
  return {
    ...a,
    inputs: a.inputs.map((input, i) => combineInputs(input, b.inputs[i] as PsbtInput)),
    outputs: a.outputs.map((output, i) => combineOutputs(output, b.outputs[i] as PsbtOutput)),
    xpubs: unitedXpubs(a.xpubs, b.xpubs),
    unknown: united(a.unknown, b.unknown, fieldKey),
  };
}

function combineInputs(a: PsbtInput, b: PsbtInput): PsbtInput {
  return {
    ...a,
    nonWitnessUtxo: a.nonWitnessUtxo ?? b.nonWitnessUtxo,
    witnessUtxo: a.witnessUtxo ?? b.witnessUtxo,
    partialSignatures: united(a.partialSignatures, b.partialSignatures, signatureKey),
    redeemScript: a.redeemScript ?? b.redeemScript,
    witnessScript: a.witnessScript ?? b.witnessScript,
    keyPaths: united(a.keyPaths, b.keyPaths, keyPathKey),
    finalScriptSig: a.finalScriptSig ?? b.finalScriptSig,
    finalWitness: a.finalWitness ?? b.finalWitness,
    ripemd160Preimages: united(a.ripemd160Preimages, b.ripemd160Preimages, preimageKey),
    sha256Preimages: united(a.sha256Preimages, b.sha256Preimages, preimageKey),
    hash160Preimages: united(a.hash160Preimages, b.hash160Preimages, preimageKey),
    hash256Preimages: united(a.hash256Preimages, b.hash256Preimages, preimageKey),
    tapKeySignature: a.tapKeySignature ?? b.tapKeySignature,
    tapScriptSignatures: united(a.tapScriptSignatures, b.tapScriptSignatures, tapSignatureKey),
    tapScripts: unitedLeafScripts(a.tapScripts, b.tapScripts),
    tapKeyPaths: united(a.tapKeyPaths, b.tapKeyPaths, tapKeyPathKey),
    tapInternalKey: a.tapInternalKey ?? b.tapInternalKey,
    tapMerkleRoot: a.tapMerkleRoot ?? b.tapMerkleRoot,
    unknown: united(a.unknown, b.unknown, fieldKey),
  };
}

function combineOutputs(a: PsbtOutput, b: PsbtOutput): PsbtOutput {
  return {
    ...a,
    redeemScript: a.redeemScript ?? b.redeemScript,
    witnessScript: a.witnessScript ?? b.witnessScript,
    keyPaths: united(a.keyPaths, b.keyPaths, keyPathKey),
    tapInternalKey: a.tapInternalKey ?? b.tapInternalKey,
    tapTree: a.tapTree.length > 0 ? a.tapTree : b.tapTree,
    tapKeyPaths: united(a.tapKeyPaths, b.tapKeyPaths, tapKeyPathKey),
    unknown: united(a.unknown, b.unknown, fieldKey),
  };
}

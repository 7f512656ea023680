/** Between a PSBT's fields and what signing works on. */
import { curve } from '#curve';
import { concatBytes } from '../bytes/concat.ts';
import { hash160 } from '../crypto/hash.ts';
import { mergeLeafScripts } from '../script/sign/sign-taproot.ts';
import { emptySignatureData, type SignatureData } from '../script/sign/signature-data.ts';
import { TAPSCRIPT_LEAF_VERSION } from '../script/taproot.ts';
import {
  keyPathKey,
  signatureKey,
  tapKeyPathKey,
  tapSignatureKey,
  unitedLeafScripts,
} from './field-keys.ts';
import { isInputSigned, type PsbtInput, type PsbtOutput, type TapTreeLeaf } from './psbt.ts';
import { sortedBy, united } from './sorted.ts';

/** What is known of an input. */
export function dataOfInput(input: PsbtInput): SignatureData {
  const data = emptySignatureData();
  data.scriptSig = input.finalScriptSig ?? data.scriptSig;
  data.scriptWitness = input.finalWitness ?? [];
  data.complete = isInputSigned(input);
  if (data.complete) return data;
  fillScripts(data, input);
  for (const signature of input.partialSignatures) {
    data.signatures.set(signatureKey(signature), signature);
  }
  const { preimages } = data;
  for (const { hash, preimage } of input.sha256Preimages) preimages.sha256.set(hash, preimage);
  for (const { hash, preimage } of input.hash256Preimages) preimages.hash256.set(hash, preimage);
  for (const { hash, preimage } of input.ripemd160Preimages)
    preimages.ripemd160.set(hash, preimage);
  for (const { hash, preimage } of input.hash160Preimages) preimages.hash160.set(hash, preimage);
  const { taproot } = data;
  taproot.keySignature = input.tapKeySignature;
  taproot.internalKey = input.tapInternalKey;
  taproot.merkleRoot = input.tapMerkleRoot;
  taproot.scripts = input.tapScripts;
  for (const signature of input.tapScriptSignatures) {
    taproot.scriptSignatures.set(concatBytes(signature.key, signature.leafHash), signature);
  }
  return data;
}

/** What is known of an output, as of something that is going to be spent. */
export function dataOfOutput(output: PsbtOutput): SignatureData {
  const data = emptySignatureData();
  fillScripts(data, output);
  const { tapInternalKey, tapTree } = output;
  if (tapTree.length === 0 || tapInternalKey === undefined || !curve.isXOnlyKey(tapInternalKey)) {
    return data;
  }
  data.taproot.internalKey = tapInternalKey;
  // Whose keys are in the leaves is asked for. Nobody spends this, so that there are no control blocks.
  data.taproot.scripts = mergeLeafScripts(
    tapTree.map(({ script, version }) => ({ script, version, controlBlocks: [NO_BYTES] })),
  );
  return data;
}

const NO_BYTES = new Uint8Array(0);

function fillScripts(data: SignatureData, fields: PsbtInput | PsbtOutput): void {
  data.redeemScript = fields.redeemScript;
  data.witnessScript = fields.witnessScript;
  for (const keyPath of fields.keyPaths) data.keyPaths.set(hash160(keyPath.publicKey), keyPath);
  for (const keyPath of fields.tapKeyPaths) data.taproot.keyPaths.set(keyPath.key, keyPath);
}

/** An input with what is known now. What is complete needs nothing but its final scripts. */
export function inputWithData(input: PsbtInput, data: SignatureData): PsbtInput {
  if (data.complete) {
    return {
      ...input,
      partialSignatures: [],
      keyPaths: [],
      redeemScript: undefined,
      witnessScript: undefined,
      finalScriptSig: data.scriptSig.length > 0 ? data.scriptSig : input.finalScriptSig,
      finalWitness: data.scriptWitness.length > 0 ? data.scriptWitness : input.finalWitness,
    };
  }
  const { taproot } = data;
  return {
    ...input,
    ...keyPathsWith(input, data),
    partialSignatures: united(input.partialSignatures, [...data.signatures.values()], signatureKey),
    tapKeySignature: taproot.keySignature ?? input.tapKeySignature,
    tapScriptSignatures: united(
      input.tapScriptSignatures,
      [...taproot.scriptSignatures.values()],
      tapSignatureKey,
    ),
    tapScripts: unitedLeafScripts(input.tapScripts, taproot.scripts),
    tapInternalKey: taproot.internalKey ?? input.tapInternalKey,
    tapMerkleRoot: taproot.merkleRoot ?? input.tapMerkleRoot,
  };
}

/** An output with what is known now. */
export function outputWithData(output: PsbtOutput, data: SignatureData): PsbtOutput {
  const { internalKey, tree } = data.taproot;
  return {
    ...output,
    ...keyPathsWith(output, data),
    tapInternalKey: internalKey ?? output.tapInternalKey,
    tapTree: tree === undefined || tree.length === 0 ? output.tapTree : tree.map(treeLeaf),
  };
}

type SharedFields = Pick<PsbtInput, 'redeemScript' | 'witnessScript' | 'keyPaths' | 'tapKeyPaths'>;

function keyPathsWith(fields: SharedFields, data: SignatureData): SharedFields {
  return {
    redeemScript: fields.redeemScript ?? data.redeemScript,
    witnessScript: fields.witnessScript ?? data.witnessScript,
    keyPaths: united(fields.keyPaths, [...data.keyPaths.values()], keyPathKey),
    tapKeyPaths: sortedBy(
      [...fields.tapKeyPaths, ...data.taproot.keyPaths.values()],
      tapKeyPathKey,
    ),
  };
}

function treeLeaf({
  leaf,
  path,
}: NonNullable<SignatureData['taproot']['tree']>[number]): TapTreeLeaf {
  return {
    depth: path.length,
    version: leaf.version ?? TAPSCRIPT_LEAF_VERSION,
    script: leaf.script,
  };
}

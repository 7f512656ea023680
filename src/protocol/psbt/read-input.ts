/** The fields of an input. */
import type { Reader } from '../bytes/reader.ts';
import { readTx, type Transaction, type TxOut, txOutCodec } from '../primitives/transaction.ts';
import { mergeLeafScripts } from '../script/sign/sign-taproot.ts';
import type {
  KeyPath,
  KeySignature,
  TapKeyPath,
  TapLeafScript,
  TapScriptSignature,
} from '../script/sign/signature-data.ts';
import {
  fieldKey,
  keyPathKey,
  preimageKey,
  signatureKey,
  tapKeyPathKey,
  tapSignatureKey,
} from './field-keys.ts';
import {
  badKey,
  badValue,
  type FieldKey,
  hasPublicKeyLength,
  type KeyRule,
  publicKeyIn,
  readKeyPath,
  readMap,
  readProprietary,
  readSized,
  readTapKeyPath,
  unlessEmpty,
  unlessNull,
} from './field-reader.ts';
import { INPUT, PROPRIETARY } from './field-types.ts';
import type { Preimage, ProprietaryField, PsbtInput, UnknownField } from './psbt.ts';
import { sortedBy } from './sorted.ts';

const one = (duplicate: string, badLength: string): KeyRule => ({
  length: 1,
  duplicate: `Duplicate Key, input ${duplicate} already provided`,
  badLength: `${badLength} key is more than one byte type`,
});

const preimage = (name: string, length: number): KeyRule => ({
  length,
  duplicate: `Duplicate Key, input ${name} preimage already provided`,
  badLength: `Size of key was not the expected size for the type ${name} preimage`,
});

const many = (name: string, length?: number, badLength = ''): KeyRule => ({
  ...(length !== undefined && { length }),
  duplicate: `Duplicate Key, ${name}`,
  badLength,
});

const RULES: ReadonlyMap<number, KeyRule> = new Map([
  [INPUT.nonWitnessUtxo, one('non-witness utxo', 'Non-witness utxo')],
  [INPUT.witnessUtxo, one('witness utxo', 'Witness utxo')],
  [INPUT.partialSignature, many('input partial signature for pubkey already provided')],
  [INPUT.hashType, one('sighash type', 'Sighash type')],
  [INPUT.redeemScript, one('redeemScript', 'Input redeemScript')],
  [INPUT.witnessScript, one('witnessScript', 'Input witnessScript')],
  [INPUT.keyPath, many('pubkey derivation path already provided')],
  [INPUT.finalScriptSig, one('final scriptSig', 'Final scriptSig')],
  [INPUT.finalWitness, one('final scriptWitness', 'Final scriptWitness')],
  [INPUT.ripemd160, preimage('ripemd160', 21)],
  [INPUT.sha256, preimage('sha256', 33)],
  [INPUT.hash160, preimage('hash160', 21)],
  [INPUT.hash256, preimage('hash256', 33)],
  [INPUT.tapKeySignature, one('Taproot key signature', 'Input Taproot key signature')],
  [
    INPUT.tapScriptSignature,
    many(
      'input Taproot script signature already provided',
      65,
      'Input Taproot script signature key is not 65 bytes',
    ),
  ],
  [INPUT.tapLeafScript, many('input Taproot leaf script already provided')],
  [
    INPUT.tapKeyPath,
    many(
      'input Taproot BIP32 keypath already provided',
      33,
      'Input Taproot BIP32 keypath key is not at 33 bytes',
    ),
  ],
  [INPUT.tapInternalKey, one('Taproot internal key', 'Input Taproot internal key')],
  [INPUT.tapMerkleRoot, one('Taproot merkle root', 'Input Taproot merkle root')],
  [PROPRIETARY, many('proprietary key already found')],
]);

/** An input as it grows, field by field. */
interface InputFields {
  nonWitnessUtxo: Transaction | undefined;
  witnessUtxo: TxOut | undefined;
  readonly partialSignatures: KeySignature[];
  hashType: number | undefined;
  redeemScript: Uint8Array | undefined;
  witnessScript: Uint8Array | undefined;
  readonly keyPaths: KeyPath[];
  finalScriptSig: Uint8Array | undefined;
  finalWitness: readonly Uint8Array[] | undefined;
  readonly ripemd160Preimages: Preimage[];
  readonly sha256Preimages: Preimage[];
  readonly hash160Preimages: Preimage[];
  readonly hash256Preimages: Preimage[];
  tapKeySignature: Uint8Array | undefined;
  readonly tapScriptSignatures: TapScriptSignature[];
  readonly tapScripts: TapLeafScript[];
  readonly tapKeyPaths: TapKeyPath[];
  tapInternalKey: Uint8Array | undefined;
  tapMerkleRoot: Uint8Array | undefined;
  readonly proprietary: ProprietaryField[];
  readonly unknown: UnknownField[];
}

/** Reads an input's map, up to its end. */
export function readInput(reader: Reader): PsbtInput {
  const fields: InputFields = {
    nonWitnessUtxo: undefined,
    witnessUtxo: undefined,
    partialSignatures: [],
    hashType: undefined,
    redeemScript: undefined,
    witnessScript: undefined,
    keyPaths: [],
    finalScriptSig: undefined,
    finalWitness: undefined,
    ripemd160Preimages: [],
    sha256Preimages: [],
    hash160Preimages: [],
    hash256Preimages: [],
    tapKeySignature: undefined,
    tapScriptSignatures: [],
    tapScripts: [],
    tapKeyPaths: [],
    tapInternalKey: undefined,
    tapMerkleRoot: undefined,
    proprietary: [],
    unknown: [],
  };
  readMap(
    reader,
    'an input map',
    (type) => RULES.get(type),
    (field) => readField(field, reader, fields),
  );
  return {
    ...fields,
    partialSignatures: sortedBy(fields.partialSignatures, signatureKey),
    keyPaths: sortedBy(fields.keyPaths, keyPathKey),
    ripemd160Preimages: sortedBy(fields.ripemd160Preimages, preimageKey),
    sha256Preimages: sortedBy(fields.sha256Preimages, preimageKey),
    hash160Preimages: sortedBy(fields.hash160Preimages, preimageKey),
    hash256Preimages: sortedBy(fields.hash256Preimages, preimageKey),
    tapScriptSignatures: sortedBy(fields.tapScriptSignatures, tapSignatureKey),
    tapScripts: mergeLeafScripts(fields.tapScripts),
    tapKeyPaths: sortedBy(fields.tapKeyPaths, tapKeyPathKey),
    proprietary: sortedBy(fields.proprietary, fieldKey),
    unknown: sortedBy(fields.unknown, fieldKey),
  };
}

function readField(field: FieldKey, reader: Reader, fields: InputFields): void {
  if (readSpendField(field, reader, fields) || readTaprootField(field, reader, fields)) return;
  if (field.type === PROPRIETARY) fields.proprietary.push(readProprietary(field, reader));
  else fields.unknown.push({ key: field.key, value: reader.varBytes() });
}

function readSpendField(field: FieldKey, reader: Reader, fields: InputFields): boolean {
  switch (field.type) {
    case INPUT.nonWitnessUtxo:
      fields.nonWitnessUtxo = readSized(reader, () => readTx(reader));
      return true;
    case INPUT.witnessUtxo: {
      const output = readSized(reader, () => txOutCodec.read(reader));
      // An amount of -1 is how Bitcoin Core says that there is no output.
      fields.witnessUtxo = output.value === -1n ? undefined : output;
      return true;
    }
    case INPUT.partialSignature:
      fields.partialSignatures.push(readPartialSignature(field, reader));
      return true;
    case INPUT.hashType:
      fields.hashType = readSized(reader, () => reader.i32());
      return true;
    case INPUT.redeemScript:
      fields.redeemScript = unlessEmpty(reader.varBytes());
      return true;
    case INPUT.witnessScript:
      fields.witnessScript = unlessEmpty(reader.varBytes());
      return true;
    case INPUT.keyPath:
      fields.keyPaths.push(readKeyPath(field, reader));
      return true;
    case INPUT.finalScriptSig:
      fields.finalScriptSig = unlessEmpty(reader.varBytes());
      return true;
    case INPUT.finalWitness: {
      const witness = readSized(reader, () => readWitness(reader));
      fields.finalWitness = witness.length > 0 ? witness : undefined;
      return true;
    }
    case INPUT.ripemd160:
      fields.ripemd160Preimages.push(readPreimage(field, reader));
      return true;
    case INPUT.sha256:
      fields.sha256Preimages.push(readPreimage(field, reader));
      return true;
    case INPUT.hash160:
      fields.hash160Preimages.push(readPreimage(field, reader));
      return true;
    case INPUT.hash256:
      fields.hash256Preimages.push(readPreimage(field, reader));
      return true;
    default:
      return false;
  }
}

function readTaprootField(field: FieldKey, reader: Reader, fields: InputFields): boolean {
  switch (field.type) {
    case INPUT.tapKeySignature:
      fields.tapKeySignature = readSchnorr(reader, 'key');
      return true;
    case INPUT.tapScriptSignature: {
      const signature = readSchnorr(reader, 'script');
      const key = field.key.subarray(1, 33);
      fields.tapScriptSignatures.push({ key, leafHash: field.key.subarray(33), signature });
      return true;
    }
    case INPUT.tapLeafScript:
      fields.tapScripts.push(readLeafScript(field, reader));
      return true;
    case INPUT.tapKeyPath:
      fields.tapKeyPaths.push(readTapKeyPath(field, reader, 'Input'));
      return true;
    case INPUT.tapInternalKey:
      fields.tapInternalKey = unlessNull(readSized(reader, () => reader.bytes(32)));
      return true;
    case INPUT.tapMerkleRoot:
      fields.tapMerkleRoot = unlessNull(readSized(reader, () => reader.bytes(32)));
      return true;
    default:
      return false;
  }
}

function readPartialSignature(field: FieldKey, reader: Reader): KeySignature {
  if (!hasPublicKeyLength(field)) {
    throw badKey('Size of key was not the expected size for the type partial signature pubkey');
  }
  return { publicKey: publicKeyIn(field), signature: reader.varBytes() };
}

function readPreimage({ key }: FieldKey, reader: Reader): Preimage {
  return { hash: key.subarray(1), preimage: reader.varBytes() };
}

function readWitness(reader: Reader): readonly Uint8Array[] {
  const count = reader.count(1);
  return Array.from({ length: count }, () => reader.varBytes());
}

function readSchnorr(reader: Reader, path: 'key' | 'script'): Uint8Array {
  const signature = reader.varBytes();
  if (signature.length < 64) {
    throw badValue(`Input Taproot ${path} path signature is shorter than 64 bytes`);
  }
  if (signature.length > 65) {
    throw badValue(`Input Taproot ${path} path signature is longer than 65 bytes`);
  }
  return signature;
}

function readLeafScript({ key }: FieldKey, reader: Reader): TapLeafScript {
  if (key.length < 34) throw badKey('Taproot leaf script key is not at least 34 bytes');
  if ((key.length - 2) % 32 !== 0) {
    throw badKey("Input Taproot leaf script key's control block size is not valid");
  }
  const value = reader.varBytes();
  if (value.length === 0) throw badValue('Input Taproot leaf script must be at least 1 byte');
  return {
    script: value.subarray(0, -1),
    version: value.at(-1) as number,
    controlBlocks: [key.subarray(1)],
  };
}

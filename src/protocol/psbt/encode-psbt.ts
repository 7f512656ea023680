/** From a PSBT to bytes, or to their text in Base64. */
import { base64 } from '@scure/base';
import { Writer } from '../bytes/writer.ts';
import { txOutCodec, writeTx } from '../primitives/transaction.ts';
import type { KeyOrigin } from '../script/descriptor/key-expression.ts';
import type { KeyPath, TapKeyPath } from '../script/sign/signature-data.ts';
import { GLOBAL, INPUT, MAGIC, OUTPUT } from './field-types.ts';
import {
  isInputSigned,
  type Preimage,
  type Psbt,
  type PsbtInput,
  type PsbtOutput,
  type UnknownField,
} from './psbt.ts';

/**
 * The text of a PSBT, as people send it around.
 *
 * @example
 * formatPsbt(parsePsbt(text)) // text
 */
export function formatPsbt(psbt: Psbt): string {
  return base64.encode(encodePsbt(psbt));
}

/** The bytes of a PSBT. */
export function encodePsbt(psbt: Psbt): Uint8Array {
  const writer = new Writer();
  writer.bytes(MAGIC);
  writeField(writer, GLOBAL.unsignedTx, [], (value) => writeTx(value, psbt.tx, false));
  for (const { xpub, origin } of psbt.xpubs) {
    writeField(writer, GLOBAL.xpub, [xpub], (value) => writeOrigin(value, origin));
  }
  const { version } = psbt;
  if (version !== undefined && version > 0) {
    writeField(writer, GLOBAL.version, [], (value) => value.u32(version));
  }
  writeOthers(writer, psbt.proprietary);
  writeOthers(writer, psbt.unknown);
  writeEnd(writer);
  for (const input of psbt.inputs) writeInput(writer, input);
  for (const output of psbt.outputs) writeOutput(writer, output);
  return writer.finish();
}

function writeInput(writer: Writer, input: PsbtInput): void {
  const { nonWitnessUtxo, witnessUtxo, finalScriptSig, finalWitness } = input;
  if (nonWitnessUtxo !== undefined) {
    // Whoever checks its id needs no witnesses.
    writeField(writer, INPUT.nonWitnessUtxo, [], (value) => writeTx(value, nonWitnessUtxo, false));
  }
  if (witnessUtxo !== undefined) {
    writeField(writer, INPUT.witnessUtxo, [], (value) => txOutCodec.write(value, witnessUtxo));
  }
  if (!isInputSigned(input)) {
    writeUnsigned(writer, input);
    writeTaproot(writer, input);
  }
  writeBytes(writer, INPUT.finalScriptSig, [], finalScriptSig);
  if (finalWitness !== undefined) {
    writeField(writer, INPUT.finalWitness, [], (value) => {
      value.compactSize(finalWitness.length);
      for (const item of finalWitness) value.varBytes(item);
    });
  }
  writeOthers(writer, input.proprietary);
  writeOthers(writer, input.unknown);
  writeEnd(writer);
}

/** What nobody needs any more once the final scripts are there. */
function writeUnsigned(writer: Writer, input: PsbtInput): void {
  const { hashType } = input;
  for (const { publicKey, signature } of input.partialSignatures) {
    writeBytes(writer, INPUT.partialSignature, [publicKey], signature);
  }
  if (hashType !== undefined) {
    writeField(writer, INPUT.hashType, [], (value) => value.i32(hashType));
  }
  writeBytes(writer, INPUT.redeemScript, [], input.redeemScript);
  writeBytes(writer, INPUT.witnessScript, [], input.witnessScript);
  writeKeyPaths(writer, INPUT.keyPath, input.keyPaths);
  writePreimages(writer, INPUT.ripemd160, input.ripemd160Preimages);
  writePreimages(writer, INPUT.sha256, input.sha256Preimages);
  writePreimages(writer, INPUT.hash160, input.hash160Preimages);
  writePreimages(writer, INPUT.hash256, input.hash256Preimages);
}

function writeTaproot(writer: Writer, input: PsbtInput): void {
  writeBytes(writer, INPUT.tapKeySignature, [], input.tapKeySignature);
  for (const { key, leafHash, signature } of input.tapScriptSignatures) {
    writeBytes(writer, INPUT.tapScriptSignature, [key, leafHash], signature);
  }
  for (const { script, version, controlBlocks } of input.tapScripts) {
    for (const controlBlock of controlBlocks) {
      writeField(writer, INPUT.tapLeafScript, [controlBlock], (value) => {
        value.bytes(script);
        value.u8(version);
      });
    }
  }
  writeTapKeyPaths(writer, INPUT.tapKeyPath, input.tapKeyPaths);
  writeBytes(writer, INPUT.tapInternalKey, [], input.tapInternalKey);
  writeBytes(writer, INPUT.tapMerkleRoot, [], input.tapMerkleRoot);
}

function writeOutput(writer: Writer, output: PsbtOutput): void {
  writeBytes(writer, OUTPUT.redeemScript, [], output.redeemScript);
  writeBytes(writer, OUTPUT.witnessScript, [], output.witnessScript);
  writeKeyPaths(writer, OUTPUT.keyPath, output.keyPaths);
  // Bitcoin Core writes these before the fields of Taproot here, and behind them in an input.
  writeOthers(writer, output.proprietary);
  writeBytes(writer, OUTPUT.tapInternalKey, [], output.tapInternalKey);
  if (output.tapTree.length > 0) {
    writeField(writer, OUTPUT.tapTree, [], (value) => {
      for (const { depth, version, script } of output.tapTree) {
        value.u8(depth);
        value.u8(version);
        value.varBytes(script);
      }
    });
  }
  writeTapKeyPaths(writer, OUTPUT.tapKeyPath, output.tapKeyPaths);
  writeOthers(writer, output.unknown);
  writeEnd(writer);
}

function writeKeyPaths(writer: Writer, type: number, keyPaths: readonly KeyPath[]): void {
  for (const { publicKey, origin } of keyPaths) {
    writeField(writer, type, [publicKey], (value) => writeOrigin(value, origin));
  }
}

function writeTapKeyPaths(writer: Writer, type: number, keyPaths: readonly TapKeyPath[]): void {
  for (const { key, leafHashes, origin } of keyPaths) {
    writeField(writer, type, [key], (value) => {
      value.compactSize(leafHashes.length);
      for (const leafHash of leafHashes) value.bytes(leafHash);
      writeOrigin(value, origin);
    });
  }
}

function writePreimages(writer: Writer, type: number, preimages: readonly Preimage[]): void {
  for (const { hash, preimage } of preimages) writeBytes(writer, type, [hash], preimage);
}

function writeOrigin(writer: Writer, { fingerprint, path }: KeyOrigin): void {
  writer.bytes(fingerprint);
  for (const step of path) writer.u32(step);
}

function writeOthers(writer: Writer, fields: readonly UnknownField[]): void {
  for (const { key, value } of fields) {
    writer.varBytes(key);
    writer.varBytes(value);
  }
}

function writeBytes(
  writer: Writer,
  type: number,
  keyParts: readonly Uint8Array[],
  value: Uint8Array | undefined,
): void {
  if (value === undefined) return;
  writeKey(writer, type, keyParts);
  writer.varBytes(value);
}

function writeField(
  writer: Writer,
  type: number,
  keyParts: readonly Uint8Array[],
  writeValue: (value: Writer) => void,
): void {
  writeKey(writer, type, keyParts);
  const value = new Writer();
  writeValue(value);
  writer.varBytes(value.finish());
}

function writeKey(writer: Writer, type: number, parts: readonly Uint8Array[]): void {
  writer.compactSize(parts.reduce((length, part) => length + part.length, 1));
  writer.u8(type);
  for (const part of parts) writer.bytes(part);
}

function writeEnd(writer: Writer): void {
  writer.u8(0);
}

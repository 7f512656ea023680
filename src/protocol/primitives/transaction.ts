/**
 * Transactions, and their two encodings: the original one and BIP144's, which adds the witnesses.
 *
 * A transaction is plain data and never changes once made. Scripts and witness items of a decoded
 * one are views of the bytes it came from.
 */
import { type Codec, fixedBytes, i64, struct, u32, varBytes } from '../bytes/codec.ts';
import { compactSizeLength } from '../bytes/compact-size.ts';
import { DecodeError } from '../bytes/decode-error.ts';
import { Reader } from '../bytes/reader.ts';
import { Writer } from '../bytes/writer.ts';
import type { Txid } from './hashes.ts';

/** An output of an earlier transaction, by its position in it. */
export interface OutPoint {
  readonly txid: Txid;
  readonly vout: number;
}

export interface TxIn {
  readonly prevout: OutPoint;
  readonly scriptSig: Uint8Array;
  /** Unsigned, as in relative lock times (BIP68) and replacement (BIP125). */
  readonly sequence: number;
  /** The stack that a SegWit program is run on; empty for an input without one. */
  readonly witness: readonly Uint8Array[];
}

export interface TxOut {
  /** Satoshis. Signed on the wire, so a decoded one may be negative until it is checked. */
  readonly value: bigint;
  readonly scriptPubKey: Uint8Array;
}

export interface Transaction {
  /** Unsigned, as in Bitcoin Core 28 (it was signed before; no rule sees the difference). */
  readonly version: number;
  readonly inputs: readonly TxIn[];
  readonly outputs: readonly TxOut[];
  readonly lockTime: number;
}

export const outPointCodec: Codec<OutPoint> = struct({ txid: fixedBytes<Txid>(32), vout: u32 });

export const txOutCodec: Codec<TxOut> = struct({ value: i64, scriptPubKey: varBytes });

/** The number of the output that a coinbase input names. */
export const NULL_VOUT = 0xffffffff;
/** The sequence of an input that asks for nothing: final at once, not replaceable. */
export const SEQUENCE_FINAL = 0xffffffff;

/** The shortest input: an outpoint, an empty script and a sequence. */
const MIN_INPUT_SIZE = 41;
const MIN_OUTPUT_SIZE = 9;
const NO_WITNESS: readonly Uint8Array[] = [];

/**
 * Which encoding to read. `either` is BIP144's rule: no inputs where their count belongs, and a
 * flag behind it, mark an encoding with witnesses. It misreads a transaction that has no inputs
 * yet, as wallets hand them around before they are funded; those are read with `without`.
 */
export type WitnessEncoding = 'either' | 'without';

export function readTx(reader: Reader, encoding: WitnessEncoding = 'either'): Transaction {
  const version = reader.u32();
  let inputs = readInputs(reader);
  let outputs: readonly TxOut[] = [];
  let flags = 0;
  if (inputs.length === 0 && encoding === 'either') {
    flags = reader.u8();
    if (flags !== 0) {
      inputs = readInputs(reader);
      outputs = readOutputs(reader);
    }
  } else {
    outputs = readOutputs(reader);
  }
  if ((flags & 1) !== 0) {
    flags ^= 1;
    inputs = readWitnesses(reader, inputs);
  }
  if (flags !== 0) {
    throw new DecodeError('bad-value', 'Unknown transaction optional data');
  }
  const lockTime = reader.u32();
  return { version, inputs, outputs, lockTime };
}

function readInputs(reader: Reader): readonly TxIn[] {
  const count = reader.count(MIN_INPUT_SIZE);
  const inputs: TxIn[] = [];
  for (let i = 0; i < count; i++) {
    const txid = reader.bytes(32) as Txid;
    const vout = reader.u32();
    const scriptSig = reader.varBytes();
    const sequence = reader.u32();
    inputs.push({ prevout: { txid, vout }, scriptSig, sequence, witness: NO_WITNESS });
  }
  return inputs;
}

function readOutputs(reader: Reader): readonly TxOut[] {
  const count = reader.count(MIN_OUTPUT_SIZE);
  const outputs: TxOut[] = [];
  for (let i = 0; i < count; i++) {
    const value = reader.i64();
    const scriptPubKey = reader.varBytes();
    outputs.push({ value, scriptPubKey });
  }
  return outputs;
}

function readWitnesses(reader: Reader, inputs: readonly TxIn[]): readonly TxIn[] {
  let found = false;
  const withWitness = inputs.map((input) => {
    const count = reader.count(1);
    if (count === 0) return input;
    found = true;
    const { prevout, scriptSig, sequence } = input;
    const witness: Uint8Array[] = [];
    for (let i = 0; i < count; i++) witness.push(reader.varBytes());
    return { prevout, scriptSig, sequence, witness };
  });
  // Otherwise one transaction would have two encodings, and two sizes to pay for.
  if (!found) throw new DecodeError('bad-value', 'Superfluous witness record');
  return withWitness;
}

/** Whether any input has a witness. */
export function hasWitness(tx: Transaction): boolean {
  for (const input of tx.inputs) if (input.witness.length > 0) return true;
  return false;
}

/** Writes a transaction, with its witnesses unless told otherwise. */
export function writeTx(writer: Writer, tx: Transaction, witness = true): void {
  const withWitness = witness && hasWitness(tx);
  writer.u32(tx.version);
  if (withWitness) writer.u16(0x0100);
  writer.compactSize(tx.inputs.length);
  for (const input of tx.inputs) {
    writer.bytes(input.prevout.txid);
    writer.u32(input.prevout.vout);
    writer.varBytes(input.scriptSig);
    writer.u32(input.sequence);
  }
  writer.compactSize(tx.outputs.length);
  for (const output of tx.outputs) txOutCodec.write(writer, output);
  if (withWitness) for (const input of tx.inputs) writeWitness(writer, input.witness);
  writer.u32(tx.lockTime);
}

function writeWitness(writer: Writer, witness: readonly Uint8Array[]): void {
  writer.compactSize(witness.length);
  for (const item of witness) writer.varBytes(item);
}

/** Hand-written to read, for speed; the codec is for structures that hold transactions. */
export const txCodec: Codec<Transaction> = { minSize: 10, read: readTx, write: writeTx };

/**
 * Reads a transaction from its bytes, all of them.
 *
 * @example
 * decodeTx(fromHex('0100…00000000')).outputs.length
 */
export function decodeTx(bytes: Uint8Array, encoding: WitnessEncoding = 'either'): Transaction {
  const reader = new Reader(bytes);
  const tx = readTx(reader, encoding);
  reader.end();
  return tx;
}

/**
 * A transaction's bytes: BIP144's encoding if it has witnesses, the original one otherwise.
 *
 * @example
 * encodeTx(decodeTx(bytes)) // bytes
 */
export function encodeTx(tx: Transaction): Uint8Array {
  const writer = new Writer(txSize(tx));
  writeTx(writer, tx);
  return writer.finish();
}

/** The bytes of a transaction without its witnesses: what its id is the hash of. */
export function encodeTxWithoutWitness(tx: Transaction): Uint8Array {
  const writer = new Writer(strippedTxSize(tx));
  writeTx(writer, tx, false);
  return writer.finish();
}

/**
 * Reads a single output from its bytes, all of them.
 *
 * @example
 * decodeTxOut(fromHex('00f2052a010000000151')) // { value: 5_000_000_000n, scriptPubKey: [OP_1] }
 */
export function decodeTxOut(bytes: Uint8Array): TxOut {
  const reader = new Reader(bytes);
  const output = txOutCodec.read(reader);
  reader.end();
  return output;
}

/** A coinbase has one input, which spends nothing. */
export function isCoinbase(tx: Transaction): boolean {
  const input = tx.inputs[0];
  return tx.inputs.length === 1 && input !== undefined && isNullOutPoint(input.prevout);
}

/** Whether an outpoint is the one that names no output. */
export function isNullOutPoint(outPoint: OutPoint): boolean {
  return outPoint.vout === NULL_VOUT && outPoint.txid.every((byte) => byte === 0);
}

/** The size of a transaction in bytes, without its witnesses. */
export function strippedTxSize(tx: Transaction): number {
  let size = 8 + compactSizeLength(tx.inputs.length) + compactSizeLength(tx.outputs.length);
  for (const input of tx.inputs) size += 40 + varBytesSize(input.scriptSig);
  for (const output of tx.outputs) size += 8 + varBytesSize(output.scriptPubKey);
  return size;
}

/** The size of a transaction in bytes, witnesses included. */
export function txSize(tx: Transaction): number {
  const stripped = strippedTxSize(tx);
  if (!hasWitness(tx)) return stripped;
  let size = stripped + 2;
  for (const { witness } of tx.inputs) {
    size += compactSizeLength(witness.length);
    for (const item of witness) size += varBytesSize(item);
  }
  return size;
}

/** BIP141: a byte of a witness weighs one, any other byte four. */
export function txWeight(tx: Transaction): number {
  return 3 * strippedTxSize(tx) + txSize(tx);
}

function varBytesSize(bytes: Uint8Array): number {
  return compactSizeLength(bytes.length) + bytes.length;
}

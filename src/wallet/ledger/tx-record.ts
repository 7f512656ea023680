/** How a transaction of the wallet is written down. */
import type { Reader } from '../../protocol/bytes/reader.ts';
import type { Writer } from '../../protocol/bytes/writer.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { decodeTx, encodeTx, isCoinbase } from '../../protocol/primitives/transaction.ts';
import { readRecord, readText, writeRecord, writeText } from '../store/record-codec.ts';
import type { TxNotes, TxState, WalletTx } from './wallet-tx.ts';

const VERSION = 1;

/** What is in the pool of a node is written as waiting: the next node may not have it. */
const STATES = ['waiting', 'confirmed', 'abandoned', 'conflicted', 'given-up'] as const;

const COMMENT = 1;
const TO = 2;
const REPLACES = 4;
const REPLACED_BY = 8;

/** The record of a transaction; its txid is in the key. */
export function encodeWalletTx(walletTx: WalletTx): Uint8Array {
  const { tx, state, notes, order, timeReceived, time } = walletTx;
  return writeRecord(VERSION, (writer) => {
    writer.varBytes(encodeTx(tx));
    writer.u64(BigInt(order));
    writer.u64(BigInt(timeReceived));
    writer.u64(BigInt(time));
    writeState(writer, state);
    writeNotes(writer, notes);
  });
}

/** @throws `WalletError` `damaged`, `newer-version` */
export function decodeWalletTx(txid: Txid, bytes: Uint8Array): WalletTx {
  return readRecord('a transaction of the wallet', VERSION, bytes, (reader) => {
    const tx = decodeTx(reader.varBytes());
    const order = Number(reader.u64());
    const timeReceived = Number(reader.u64());
    const time = Number(reader.u64());
    const state = readState(reader);
    const notes = readNotes(reader);
    return { txid, tx, isCoinbase: isCoinbase(tx), state, notes, order, timeReceived, time };
  });
}

function writeState(writer: Writer, state: TxState): void {
  writer.u8(STATES.indexOf(stateName(state)));
  if (state.kind !== 'confirmed' && state.kind !== 'conflicted') return;
  writer.bytes(state.block);
  writer.u32(state.height);
  if (state.kind === 'conflicted') return;
  writer.u32(state.position);
  writer.u32(state.blockTime);
}

/** What a block has ruled out has two names: one of them for what had been given up before. */
function stateName(state: TxState): (typeof STATES)[number] {
  if (state.kind === 'pool') return 'waiting';
  return state.kind === 'conflicted' && state.wasAbandoned ? 'given-up' : state.kind;
}

function readState(reader: Reader): TxState {
  const kind = STATES[reader.u8()] ?? 'waiting';
  if (kind === 'waiting' || kind === 'abandoned') return { kind };
  const block = reader.bytes(32);
  const height = reader.u32();
  if (kind !== 'confirmed') {
    return { kind: 'conflicted', block, height, wasAbandoned: kind === 'given-up' };
  }
  return { kind, block, height, position: reader.u32(), blockTime: reader.u32() };
}

function writeNotes(writer: Writer, { comment, to, replaces, replacedBy }: TxNotes): void {
  writer.u8(
    (comment === undefined ? 0 : COMMENT) |
      (to === undefined ? 0 : TO) |
      (replaces === undefined ? 0 : REPLACES) |
      (replacedBy === undefined ? 0 : REPLACED_BY),
  );
  if (comment !== undefined) writeText(writer, comment);
  if (to !== undefined) writeText(writer, to);
  if (replaces !== undefined) writer.bytes(replaces);
  if (replacedBy !== undefined) writer.bytes(replacedBy);
}

const NO_NOTES: TxNotes = {};

function readNotes(reader: Reader): TxNotes {
  const flags = reader.u8();
  if (flags === 0) return NO_NOTES;
  return {
    ...((flags & COMMENT) !== 0 && { comment: readText(reader) }),
    ...((flags & TO) !== 0 && { to: readText(reader) }),
    ...((flags & REPLACES) !== 0 && { replaces: reader.bytes(32) as Txid }),
    ...((flags & REPLACED_BY) !== 0 && { replacedBy: reader.bytes(32) as Txid }),
  };
}

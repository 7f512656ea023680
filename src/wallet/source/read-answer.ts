/** What a node answers, read as what it has to be. A node may be anybody: nothing of it is believed. */
import { CodedError } from '../../protocol/bytes/coded-error.ts';
import { equalBytes } from '../../protocol/bytes/compare.ts';
import { fromHex, fromReversedHex, isHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import { type Block, decodeBlock } from '../../protocol/primitives/block.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import { type BlockHash, ZERO_HASH } from '../../protocol/primitives/hashes.ts';
import { blockMerkleRoot } from '../../protocol/primitives/merkle-tree.ts';
import { decodeTx, type Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { JsonNumber, type JsonValue } from '../../protocol/report/json-value.ts';
import type { BlockPlace } from './chain-source.ts';
import { SourceError } from './source-error.ts';

const HASH_DIGITS = 64;
const LARGEST_HEIGHT = 0x7fff_ffff;
const LARGEST_TIME = 0xffff_ffff;
const AMOUNT = /^(\d{1,8})(?:\.(\d{1,8}))?$/;
const COIN_DIGITS = 8;

/** An answer, and to what: errors name it. */
export interface Answer {
  readonly method: string;
  readonly value: JsonValue | undefined;
}

/** A field of an answer that is an object. */
export function fieldOf(answer: Answer, name: string): Answer {
  const { method, value } = answer;
  if (!(value instanceof Map)) throw wrong(answer, 'no object');
  return {
    method: `${method}'s ${name}`,
    value: (value as ReadonlyMap<string, JsonValue>).get(name),
  };
}

export function hasField({ value }: Answer, name: string): boolean {
  return value instanceof Map && value.has(name);
}

function textOf(answer: Answer): string {
  if (typeof answer.value === 'string') return answer.value;
  throw wrong(answer, 'no text');
}

export function listOf(answer: Answer): readonly Answer[] {
  const { method, value } = answer;
  if (!Array.isArray(value)) throw wrong(answer, 'no list');
  return (value as readonly JsonValue[]).map((item) => ({ method, value: item }));
}

/** A whole number that is not below zero. */
export function wholeOf(answer: Answer, most = Number.MAX_SAFE_INTEGER): number {
  const number = answer.value instanceof JsonNumber ? Number(answer.value.text) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= 0 && number <= most) return number;
  throw wrong(answer, 'no number, or one that is out of range');
}

/** A whole number that may be below zero. */
function signedOf(answer: Answer): number {
  const number = answer.value instanceof JsonNumber ? Number(answer.value.text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw wrong(answer, 'no number');
}

/** An amount in satoshis: of its digits, none goes through a floating-point number. */
export function satoshisOf(answer: Answer): bigint {
  const text = answer.value instanceof JsonNumber ? answer.value.text : '';
  const [, whole, decimals = ''] = AMOUNT.exec(text) ?? [];
  if (whole === undefined) throw wrong(answer, 'no amount');
  return BigInt(whole + decimals.padEnd(COIN_DIGITS, '0'));
}

/** A hash, from the way in which it is shown. */
export function hashOf(answer: Answer): Uint8Array {
  const text = textOf(answer);
  if (text.length !== HASH_DIGITS || !isHex(text)) throw wrong(answer, 'no hash');
  return fromReversedHex(text);
}

export function bytesOf(answer: Answer): Uint8Array {
  const text = textOf(answer);
  if (!isHex(text)) throw wrong(answer, 'no bytes in hex');
  return fromHex(text);
}

/** A block that is these bytes, and the one that was asked for: its header, and its transactions. */
export function blockOf(answer: Answer, hash: Uint8Array): Block {
  const block = decoded(answer, decodeBlock);
  if (!equalBytes(blockHash(block), hash)) {
    throw wrong(answer, `another block than ${toReversedHex(hash)}`);
  }
  const { root, mutated } = blockMerkleRoot(block);
  if (mutated || !equalBytes(root, block.header.merkleRoot)) {
    throw wrong(answer, `block ${toReversedHex(hash)} with other transactions than its own`);
  }
  return block;
}

export function transactionOf(answer: Answer, id: Uint8Array): Transaction {
  const tx = decoded(answer, decodeTx);
  if (equalBytes(txid(tx), id)) return tx;
  throw wrong(answer, `another transaction than ${toReversedHex(id)}`);
}

/** A place, and whether it is on the chain that the node follows. */
export interface ReportedPlace {
  readonly place: BlockPlace;
  readonly isOnChain: boolean;
}

/** What `getblockheader` tells of a block. */
export function placeOf(answer: Answer, asked: Uint8Array): ReportedPlace {
  const hash = hashOf(fieldOf(answer, 'hash'));
  if (!equalBytes(hash, asked)) throw wrong(answer, `another block than ${toReversedHex(asked)}`);
  const height = wholeOf(fieldOf(answer, 'height'), LARGEST_HEIGHT);
  const place = {
    hash: hash as BlockHash,
    // The first block has none.
    parent: height === 0 ? ZERO_HASH : hashOf(fieldOf(answer, 'previousblockhash')),
    height,
    time: wholeOf(fieldOf(answer, 'time'), LARGEST_TIME),
    medianTime: wholeOf(fieldOf(answer, 'mediantime'), LARGEST_TIME),
  };
  return { place, isOnChain: signedOf(fieldOf(answer, 'confirmations')) >= 0 };
}

export function wrong({ method }: Answer, what: string): SourceError {
  return new SourceError('bad-answer', `the node cannot be believed: ${method} is ${what}`);
}

function decoded<T>(answer: Answer, decode: (bytes: Uint8Array) => T): T {
  const bytes = bytesOf(answer);
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw wrong(answer, `not what it has to be: ${error.message}`);
  }
}

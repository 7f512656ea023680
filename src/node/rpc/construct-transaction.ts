/** A transaction from what a request says of its inputs and outputs. */
import { toHex } from '../../protocol/bytes/hex.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import {
  SEQUENCE_FINAL,
  type Transaction,
  type TxIn,
  type TxOut,
} from '../../protocol/primitives/transaction.ts';
import { JsonMap, JsonNumber, type JsonValue } from '../../protocol/report/json-value.ts';
import {
  AddressError,
  type AddressPrefixes,
  scriptFromAddress,
} from '../../protocol/script/address.ts';
import { nullData } from '../../protocol/script/templates.ts';
import {
  amountFrom,
  arrayFrom,
  booleanFrom,
  hashFrom,
  hexFrom,
  int32From,
  int64From,
  objectFrom,
} from './arguments.ts';
import { RPC, RpcError } from './rpc-error.ts';
import type { RpcParameter } from './rpc-method.ts';

/** The parameters of `createrawtransaction` and `createpsbt`. */
export const constructParameters: readonly RpcParameter[] = [
  {
    name: 'inputs',
    type: 'array',
    usage: '[{"txid":"hex","vout":n,"sequence":n},...]',
    about: 'What to spend: [ { "txid": "hex", "vout": n, "sequence": n }, … ].',
  },
  {
    name: 'outputs',
    type: 'any',
    usage: '[{"address":amount,...},{"data":"hex"},...]',
    about:
      'Whom to pay: [ { "address": amount }, …, { "data": "hex" } ], or all of it in one object.',
  },
  { name: 'locktime', type: 'number', optional: true, about: 'The lock time; 0 by default.' },
  {
    name: 'replaceable',
    type: 'boolean',
    optional: true,
    about:
      'Whether inputs say that they may be replaced (BIP125), unless they have a sequence; true by default.',
  },
];

const VERSION = 2;
const MAX_LOCK_TIME = 0xffffffffn;
/** BIP125: whoever may be replaced has this sequence or a lower one. */
const REPLACEABLE = 0xfffffffd;
const NO_BYTES = new Uint8Array(0);

/**
 * Builds a transaction.
 *
 * @example
 * constructTransaction(args, regtest.addressPrefixes).outputs.length
 */
export function constructTransaction(
  [inputs, outputs, lockTimeValue, replaceableValue]: readonly (JsonValue | undefined)[],
  prefixes: AddressPrefixes,
): Transaction {
  const lockTime = lockTimeFrom(lockTimeValue);
  const replaceable = replaceableValue === undefined ? undefined : booleanFrom(replaceableValue);
  const tx: Transaction = {
    version: VERSION,
    inputs: arrayFrom(inputs ?? []).map((input) => inputFrom(input, lockTime, replaceable ?? true)),
    outputs: namedOutputsFrom(outputs, prefixes).map(({ output }) => output),
    lockTime,
  };
  const signals = tx.inputs.some(({ sequence }) => sequence <= REPLACEABLE);
  if (replaceable === true && tx.inputs.length > 0 && !signals) {
    throw invalid(
      'Invalid parameter combination: Sequence number(s) contradict replaceable option',
    );
  }
  return tx;
}

function lockTimeFrom(value: JsonValue | undefined): number {
  if (value === undefined) return 0;
  const lockTime = int64From(value);
  if (lockTime >= 0n && lockTime <= MAX_LOCK_TIME) return Number(lockTime);
  throw invalid('Invalid parameter, locktime out of range');
}

function inputFrom(value: JsonValue, lockTime: number, replaceable: boolean): TxIn {
  const fields = objectFrom(value);
  const txid = hashFrom(fields.get('txid'), 'txid') as Txid;
  const vout = fields.get('vout');
  if (!(vout instanceof JsonNumber)) throw invalid('Invalid parameter, missing vout key');
  const index = int32From(vout);
  if (index < 0) throw invalid('Invalid parameter, vout cannot be negative');
  const usual = replaceable ? REPLACEABLE : lockTime > 0 ? SEQUENCE_FINAL - 1 : SEQUENCE_FINAL;
  return {
    prevout: { txid, vout: index },
    scriptSig: NO_BYTES,
    sequence: sequenceFrom(fields.get('sequence')) ?? usual,
    witness: [],
  };
}

/** What is no number is not looked at. */
function sequenceFrom(value: JsonValue | undefined): number | undefined {
  if (!(value instanceof JsonNumber)) return undefined;
  const sequence = int64From(value);
  if (sequence >= 0n && sequence <= BigInt(SEQUENCE_FINAL)) return Number(sequence);
  throw invalid('Invalid parameter, sequence number is out of range');
}

/** An output, and what it went by: an address, or `data`. */
export interface NamedOutput {
  readonly name: string;
  readonly output: TxOut;
}

/**
 * The outputs that a request names: `{ "address": amount, …, "data": "hex" }`, or a list of such.
 *
 * @example
 * namedOutputsFrom(args[0], regtest.addressPrefixes).map(({ output }) => output.value)
 * @throws RpcError -3, -5, -8
 */
export function namedOutputsFrom(
  value: JsonValue | undefined,
  prefixes: AddressPrefixes,
): readonly NamedOutput[] {
  const seen = new Set<string>();
  // Of a name that comes twice Core reads the first value both times, before it complains.
  const values = new Map<string, JsonValue>();
  return pairsFrom(value).map(([name, given]) => {
    const amount = values.get(name) ?? given;
    values.set(name, amount);
    if (name === 'data') {
      if (seen.has(name)) throw invalid('Invalid parameter, duplicate key: data');
      seen.add(name);
      const scriptPubKey = nullData(hexFrom(textOf(amount), 'Data'));
      return { name, output: { value: 0n, scriptPubKey } };
    }
    const scriptPubKey = scriptOf(name, prefixes);
    const satoshis = amountFrom(amount);
    if (scriptPubKey === undefined) {
      throw new RpcError(RPC.invalidAddressOrKey, `Invalid Bitcoin address: ${name}`);
    }
    const script = toHex(scriptPubKey);
    if (seen.has(script)) throw invalid(`Invalid parameter, duplicated address: ${name}`);
    seen.add(script);
    return { name, output: { value: satoshis, scriptPubKey } };
  });
}

type Pair = readonly [name: string, value: JsonValue];

function pairsFrom(value: JsonValue | undefined): readonly Pair[] {
  if (value === undefined || value === null) {
    throw invalid('Invalid parameter, output argument must be non-null');
  }
  if (value instanceof Map) return pairsOf(value);
  return arrayFrom(value).flatMap((item) => {
    if (!(item instanceof Map)) {
      throw invalid('Invalid parameter, key-value pair not an object as expected');
    }
    const pairs = pairsOf(item);
    if (pairs.length !== 1) {
      throw invalid('Invalid parameter, key-value pair must contain exactly one key');
    }
    return pairs;
  });
}

/** A name that comes twice is there twice: somebody might lose what the second one pays. */
function pairsOf(object: ReadonlyMap<string, JsonValue>): readonly Pair[] {
  const repeated = object instanceof JsonMap ? object.repeated : new Set<string>();
  return [...object].flatMap((pair) => (repeated.has(pair[0]) ? [pair, pair] : [pair]));
}

/** Data may be digits that were not put in quotes; and `true` is 1 in Core's reader. */
function textOf(value: JsonValue): string {
  if (value instanceof JsonNumber) return value.text;
  if (value === true) return '1';
  return typeof value === 'string' ? value : '';
}

/** The script of an address; undefined if it is none of this chain. */
export function scriptOf(address: string, prefixes: AddressPrefixes): Uint8Array | undefined {
  try {
    return scriptFromAddress(address, prefixes);
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}

function invalid(message: string): RpcError {
  return new RpcError(RPC.invalidParameter, message);
}

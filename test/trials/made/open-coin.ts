/** Coins that whoever comes may spend: real scripts and real witnesses, without the cost of signing. */
import { concatBytes } from '../../../src/protocol/bytes/concat.ts';
import { sha256 } from '../../../src/protocol/crypto/hash.ts';
import {
  type OutPoint,
  SEQUENCE_FINAL,
  type Transaction,
  type TxIn,
  type TxOut,
} from '../../../src/protocol/primitives/transaction.ts';
import { txid } from '../../../src/protocol/primitives/transaction-id.ts';
import { pushNumber } from '../../../src/protocol/script/build-script.ts';
import { opcodes } from '../../../src/protocol/script/opcodes.ts';
import { p2wsh } from '../../../src/protocol/script/templates.ts';

export interface OpenCoin {
  readonly outPoint: OutPoint;
  readonly value: bigint;
  /** What its script is made of; undefined for one that is OP_TRUE, bare. */
  readonly number: number | undefined;
}

const TRUE = Uint8Array.of(opcodes.OP_1);
const NO_SCRIPT = new Uint8Array(0);

/** An output of its own kind for every number: P2WSH of a script that takes the number away again. */
export function openOutput(value: bigint, number: number | undefined): TxOut {
  return { value, scriptPubKey: number === undefined ? TRUE : p2wsh(sha256(openScript(number))) };
}

/** A transaction that spends these coins. The outputs are `openOutput(value, number)`. */
export function openPayment(
  coins: readonly OpenCoin[],
  outputs: readonly Pick<OpenCoin, 'value' | 'number'>[],
): { readonly tx: Transaction; readonly made: readonly OpenCoin[] } {
  const tx: Transaction = {
    version: 2,
    inputs: coins.map(inputOf),
    outputs: outputs.map(({ value, number }) => openOutput(value, number)),
    lockTime: 0,
  };
  const id = txid(tx);
  const made = outputs.map((output, vout) => ({ ...output, outPoint: { txid: id, vout } }));
  return { tx, made };
}

function inputOf({ outPoint, number }: OpenCoin): TxIn {
  const witness = number === undefined ? [] : [openScript(number)];
  return { prevout: outPoint, scriptSig: NO_SCRIPT, sequence: SEQUENCE_FINAL, witness };
}

function openScript(number: number): Uint8Array {
  return concatBytes(pushNumber(number), Uint8Array.of(opcodes.OP_DROP, opcodes.OP_1));
}

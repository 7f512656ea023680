import { sha256 } from '../../crypto/hash.ts';
import type { Transaction, TxIn, TxOut } from '../../primitives/transaction.ts';
import { type BlankTransaction, blankTransaction } from './blank-transaction.ts';
import { Message, OUTPOINT_SIZE, outputSize, varBytesSize } from './message.ts';
import { SpendError } from './spend-error.ts';

const message = new Message();

/**
 * A transaction together with the outputs that it spends, one an input: all that a signature can
 * commit to.
 *
 * The hashes of the parts that all inputs have in common are computed when they are first asked for,
 * and once: that is what made hashing linear in the number of inputs (BIP143). The names are those of
 * BIP341 (`sha…`, a single SHA-256) and of BIP143 (`hash…`, which is SHA-256 of that once more).
 */
export class Spend {
  readonly tx: Transaction;
  readonly spentOutputs: readonly TxOut[];
  #shaPrevouts: Uint8Array | undefined;
  #shaSequences: Uint8Array | undefined;
  #shaOutputs: Uint8Array | undefined;
  #shaAmounts: Uint8Array | undefined;
  #shaScriptPubKeys: Uint8Array | undefined;
  #hashPrevouts: Uint8Array | undefined;
  #hashSequences: Uint8Array | undefined;
  #hashOutputs: Uint8Array | undefined;
  #blank: BlankTransaction | undefined;
  #blankWithoutSequences: BlankTransaction | undefined;

  /** Hashes of SegWit v0 and before do without the spent outputs of other inputs. */
  constructor(tx: Transaction, spentOutputs: readonly TxOut[]) {
    this.tx = tx;
    this.spentOutputs = spentOutputs;
  }

  /** The input at a position. */
  inputAt(index: number): TxIn {
    const input = this.tx.inputs[index];
    if (input === undefined) {
      const last = this.tx.inputs.length - 1;
      throw new SpendError(
        'no-such-input',
        `there is no input ${index}: they go from 0 to ${last}`,
      );
    }
    return input;
  }

  /** What the input at a position spends. */
  spentOutputAt(index: number): TxOut {
    const output = this.spentOutputs[index];
    if (output === undefined) {
      throw new SpendError(
        'spent-outputs-mismatch',
        `what input ${index} spends is missing: only ${this.spentOutputs.length} spent outputs are given`,
      );
    }
    return output;
  }

  /** Fails unless there is a spent output for each input, and none beyond. */
  requireAllSpentOutputs(): void {
    const given = this.spentOutputs.length;
    const inputs = this.tx.inputs.length;
    if (given !== inputs) {
      throw new SpendError(
        'spent-outputs-mismatch',
        `${given} spent outputs for ${inputs} inputs: one for each is needed, in their order`,
      );
    }
  }

  get shaPrevouts(): Uint8Array {
    this.#shaPrevouts ??= hashOfPrevouts(this.tx);
    return this.#shaPrevouts;
  }

  get shaSequences(): Uint8Array {
    this.#shaSequences ??= hashOfSequences(this.tx);
    return this.#shaSequences;
  }

  get shaOutputs(): Uint8Array {
    this.#shaOutputs ??= hashOfOutputs(this.tx.outputs);
    return this.#shaOutputs;
  }

  get shaAmounts(): Uint8Array {
    this.#shaAmounts ??= hashOfAmounts(this.spentOutputs);
    return this.#shaAmounts;
  }

  get shaScriptPubKeys(): Uint8Array {
    this.#shaScriptPubKeys ??= hashOfScripts(this.spentOutputs);
    return this.#shaScriptPubKeys;
  }

  get hashPrevouts(): Uint8Array {
    this.#hashPrevouts ??= sha256(this.shaPrevouts);
    return this.#hashPrevouts;
  }

  get hashSequences(): Uint8Array {
    this.#hashSequences ??= sha256(this.shaSequences);
    return this.#hashSequences;
  }

  get hashOutputs(): Uint8Array {
    this.#hashOutputs ??= sha256(this.shaOutputs);
    return this.#hashOutputs;
  }

  /** Legacy hashes share no hash, but what they are made from. */
  get blank(): BlankTransaction {
    this.#blank ??= blankTransaction(this.tx, true);
    return this.#blank;
  }

  get blankWithoutSequences(): BlankTransaction {
    this.#blankWithoutSequences ??= blankTransaction(this.tx, false);
    return this.#blankWithoutSequences;
  }
}

function hashOfPrevouts({ inputs }: Transaction): Uint8Array {
  message.start(OUTPOINT_SIZE * inputs.length);
  for (const input of inputs) message.outPoint(input.prevout);
  return sha256(message.finish());
}

function hashOfSequences({ inputs }: Transaction): Uint8Array {
  message.start(4 * inputs.length);
  for (const input of inputs) message.u32(input.sequence);
  return sha256(message.finish());
}

/** The hash of outputs one after the other, without a count. */
export function hashOfOutputs(outputs: readonly TxOut[]): Uint8Array {
  let size = 0;
  for (const output of outputs) size += outputSize(output);
  message.start(size);
  for (const output of outputs) message.output(output);
  return sha256(message.finish());
}

function hashOfAmounts(outputs: readonly TxOut[]): Uint8Array {
  message.start(8 * outputs.length);
  for (const output of outputs) message.i64(output.value);
  return sha256(message.finish());
}

function hashOfScripts(outputs: readonly TxOut[]): Uint8Array {
  let size = 0;
  for (const output of outputs) size += varBytesSize(output.scriptPubKey);
  message.start(size);
  for (const output of outputs) message.varBytes(output.scriptPubKey);
  return sha256(message.finish());
}

const remembered = new WeakMap<Transaction, Spend>();

/**
 * The {@link Spend} of these two, the one from the last time if it was made of the same outputs: so
 * whoever verifies one input after another need not carry it around. A transaction with one input
 * has nothing to share, and is not worth remembering.
 */
export function spendOf(tx: Transaction, spentOutputs: readonly TxOut[]): Spend {
  if (tx.inputs.length <= 1) return new Spend(tx, spentOutputs);
  let spend = remembered.get(tx);
  if (spend === undefined || !sameOutputs(spend.spentOutputs, spentOutputs)) {
    // A copy, since the caller may use the array again for the next transaction.
    spend = new Spend(tx, spentOutputs.slice());
    remembered.set(tx, spend);
  }
  return spend;
}

function sameOutputs(a: readonly TxOut[], b: readonly TxOut[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

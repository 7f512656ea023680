import { compactSizeLength } from '../../bytes/compact-size.ts';
import type { Transaction } from '../../primitives/transaction.ts';
import { Message, OUTPOINT_SIZE, outputSize } from './message.ts';

/** A transaction's bytes with every input script emptied: what legacy signature hashes begin from. */
export interface BlankTransaction {
  readonly bytes: Uint8Array;
  /** Where the first input begins. */
  readonly inputsAt: number;
  /** Where the number of outputs begins. */
  readonly outputsAt: number;
}

/** An outpoint, an empty script and a sequence. */
export const BLANK_INPUT_SIZE = OUTPOINT_SIZE + 1 + 4;

const message = new Message();

/** Hash types that leave out outputs leave out the sequences of other inputs too, as zeros. */
export function blankTransaction(tx: Transaction, withSequences: boolean): BlankTransaction {
  const { inputs, outputs } = tx;
  const inputsAt = 4 + compactSizeLength(inputs.length);
  const outputsAt = inputsAt + BLANK_INPUT_SIZE * inputs.length;
  let size = outputsAt + compactSizeLength(outputs.length) + 4;
  for (const output of outputs) size += outputSize(output);

  message.start(size).u32(tx.version).compactSize(inputs.length);
  for (const { prevout, sequence } of inputs) {
    message
      .outPoint(prevout)
      .u8(0)
      .u32(withSequences ? sequence : 0);
  }
  message.compactSize(outputs.length);
  for (const output of outputs) message.output(output);
  message.u32(tx.lockTime);
  return { bytes: message.finish().slice(), inputsAt, outputsAt };
}

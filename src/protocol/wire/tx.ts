import type { Codec } from '../bytes/codec.ts';
import { readTx, type Transaction, txCodec } from '../primitives/transaction.ts';

/** A transaction, asked for by `getdata`. */
export interface TxMessage {
  readonly command: 'tx';
  readonly tx: Transaction;
  /** Its bytes, where they are at hand. They are what is sent, so that a block may leave out witnesses. */
  readonly raw?: Uint8Array;
}

export const txMessageCodec: Codec<TxMessage> = {
  minSize: txCodec.minSize,
  read(reader) {
    const start = reader.offset;
    const tx = readTx(reader);
    return { command: 'tx', tx, raw: reader.data.subarray(start, reader.offset) };
  },
  write(writer, { tx, raw }) {
    if (raw !== undefined) writer.bytes(raw);
    else txCodec.write(writer, tx);
  },
};

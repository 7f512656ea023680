import { type Codec, u64 } from '../bytes/codec.ts';

/** The answer to `ping` (BIP31). */
export interface PongMessage {
  readonly command: 'pong';
  /** That of the `ping`. 0, which no ping has, stands for one that was cut short. */
  readonly nonce: bigint;
  /** How many bytes came of a nonce that was cut short. */
  readonly shortBytes?: number;
}

export const pongCodec: Codec<PongMessage> = {
  minSize: 0,
  // Bitcoin Core takes a short pong as it takes a zero: a bug of the other side that ends the ping.
  read: (reader) =>
    reader.remaining < 8
      ? { command: 'pong', nonce: 0n, shortBytes: reader.remaining }
      : { command: 'pong', nonce: reader.u64() },
  write: (writer, { nonce }) => u64.write(writer, nonce),
};

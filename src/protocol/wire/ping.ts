import { type Codec, u64 } from '../bytes/codec.ts';

/** Are you there? */
export interface PingMessage {
  readonly command: 'ping';
  /** What the `pong` repeats. Nodes from before BIP31 send none and expect no answer. */
  readonly nonce: bigint | undefined;
}

export const pingCodec: Codec<PingMessage> = {
  minSize: 0,
  read: (reader) => ({
    command: 'ping',
    nonce: reader.remaining === 0 ? undefined : reader.u64(),
  }),
  write(writer, { nonce }) {
    if (nonce !== undefined) u64.write(writer, nonce);
  },
};

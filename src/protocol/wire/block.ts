import type { Codec } from '../bytes/codec.ts';

/** A block. It is not decoded here: whoever takes it wants its bytes. */
export interface BlockMessage {
  readonly command: 'block';
  readonly raw: Uint8Array;
}

export const blockCodec: Codec<BlockMessage> = {
  minSize: 0,
  read: (reader) => ({ command: 'block', raw: reader.rest() }),
  write: (writer, { raw }) => writer.bytes(raw),
};

import { type Codec, fixedBytes } from '../bytes/codec.ts';
import { DecodeError } from '../bytes/decode-error.ts';

/**
 * A message's codec, made of that of its fields. Its command is not a part of the payload: the header
 * of the frame names it.
 */
export function messageCodec<M extends { readonly command: string }>(
  command: M['command'],
  body: Codec<Omit<M, 'command'>>,
): Codec<M> {
  return {
    minSize: body.minSize,
    read: (reader) => ({ command, ...body.read(reader) }) as M,
    write: (writer, message) => body.write(writer, message),
  };
}

/** The codec of a message that says all by its command. */
export function bareMessageCodec<M extends { readonly command: string }>(
  command: M['command'],
): Codec<M> {
  const message = { command } as M;
  return { minSize: 0, read: () => message, write() {} };
}

/** Bytes with their length in front, which may be so long and no longer. */
export function shortBytes(most: number, words: (length: number) => string): Codec<Uint8Array> {
  return {
    minSize: 1,
    read(reader) {
      const length = reader.compactSize();
      if (length > most) throw new DecodeError('size-too-large', words(length));
      return reader.bytes(length);
    },
    write: (writer, value) => writer.varBytes(value),
  };
}

/** A byte: 0 is false, and all else true. */
export const bool: Codec<boolean> = {
  minSize: 1,
  read: (reader) => reader.u8() !== 0,
  write: (writer, value) => writer.u8(value ? 1 : 0),
};

const hash = fixedBytes(32);

/**
 * 32 bytes in an array of their own. Many hashes come in one message and single ones are kept for long:
 * as views, each would keep the whole message. Short arrays cost no more than views do.
 */
export function ownHash<T extends Uint8Array = Uint8Array>(): Codec<T> {
  return {
    minSize: 32,
    read: (reader) => reader.bytes(32).slice() as Uint8Array as T,
    write: (writer, value) => hash.write(writer, value),
  };
}

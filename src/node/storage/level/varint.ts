/**
 * Reads the numbers of LevelDB's files: seven bits a byte, the lowest first. Whatever cannot be read is
 * `undefined`: the reader knows which file is to blame.
 */
export class VarintReader {
  readonly bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.bytes = bytes;
    this.offset = offset;
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  /** A number up to 2^53; larger ones stand in no file that LevelDB has written. */
  number(): number | undefined {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.offset];
      if (byte === undefined) return undefined;
      this.offset++;
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) return undefined;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  /** So many bytes, as a view. */
  take(length: number): Uint8Array | undefined {
    if (length > this.remaining) return undefined;
    const from = this.offset;
    this.offset += length;
    return this.bytes.subarray(from, this.offset);
  }

  /** Bytes with their length in front. */
  slice(): Uint8Array | undefined {
    const length = this.number();
    return length === undefined ? undefined : this.take(length);
  }
}

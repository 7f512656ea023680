/**
 * CRC-32C (Castagnoli), the checksum of LevelDB's files. RFC 3720, appendix B.4.
 *
 * Eight bytes a step, by eight tables ("slicing"): by single bytes, it takes three times as long.
 */

/** The polynomial 0x1edc6f41 with its bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/** `TABLES[256 * k + b]`: what byte `b` does to a sum, followed by `k` zero bytes. */
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let sum = byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? POLYNOMIAL : 0);
    tables[byte] = sum;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256] as number;
    tables[at] = (before >>> 8) ^ (tables[before & 0xff] as number);
  }
  return tables;
}

/**
 * The checksum of bytes, or of a part of them, going on from that of the bytes before.
 *
 * @example
 * crc32c(new TextEncoder().encode('123456789')) // 0xe3069283
 */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length, before = 0): number {
  const t = TABLES;
  let sum = ~before;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    const low =
      sum ^
      ((bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24));
    sum =
      (t[1792 + (low & 0xff)] as number) ^
      (t[1536 + ((low >>> 8) & 0xff)] as number) ^
      (t[1280 + ((low >>> 16) & 0xff)] as number) ^
      (t[1024 + (low >>> 24)] as number) ^
      (t[768 + (bytes[at + 4] as number)] as number) ^
      (t[512 + (bytes[at + 5] as number)] as number) ^
      (t[256 + (bytes[at + 6] as number)] as number) ^
      (t[bytes[at + 7] as number] as number);
  }
  for (; at < to; at++) sum = (sum >>> 8) ^ (t[(sum ^ (bytes[at] as number)) & 0xff] as number);
  return ~sum >>> 0;
}

/** Added to the sums in LevelDB's files, which it keeps masked: a sum over sums would be weak. */
const MASK_DELTA = 0xa282ead8;

/** A checksum as LevelDB stores it. */
export function maskedCrc32c(sum: number): number {
  return (((sum >>> 15) | (sum << 17)) + MASK_DELTA) >>> 0;
}

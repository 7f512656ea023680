export type { Brand } from './brand.ts';
export { ByteMap, ByteSet } from './byte-map.ts';
export {
  type Codec,
  type Decoded,
  decode,
  encode,
  fixedBytes,
  i32,
  i64,
  struct,
  u8,
  u16,
  u16be,
  u32,
  u64,
  varBytes,
  vector,
} from './codec.ts';
export { CodedError } from './coded-error.ts';
export { compactSizeLength, MAX_COMPACT_SIZE } from './compact-size.ts';
export { compareBytes, equalBytes } from './compare.ts';
export { concatBytes, joinBytes } from './concat.ts';
export { DecodeError, type DecodeErrorCode } from './decode-error.ts';
export { EncodeError } from './encode-error.ts';
export { fromHex, fromReversedHex, isHex, toHex, toReversedHex } from './hex.ts';
export { Reader } from './reader.ts';
export { Writer } from './writer.ts';

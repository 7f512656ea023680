/**
 * CompactSize, the length prefix of Bitcoin's wire format: a byte up to 252, else 253, 254 or 255
 * and two, four or eight bytes.
 */

/**
 * The largest length that is read (32 MiB). Longer ones are refused before anything is allocated;
 * Bitcoin Core calls it `MAX_SIZE`.
 */
export const MAX_COMPACT_SIZE = 0x02000000;

/**
 * How many bytes the CompactSize of a value takes.
 *
 * @example
 * compactSizeLength(252) // 1
 * compactSizeLength(253) // 3
 */
export function compactSizeLength(value: number): 1 | 3 | 5 | 9 {
  if (value < 253) return 1;
  if (value <= 0xffff) return 3;
  if (value <= 0xffffffff) return 5;
  return 9;
}

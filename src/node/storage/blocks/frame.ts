/**
 * Frames: how blocks, and the data to undo blocks, stand in Bitcoin Core's files. The magic of the
 * chain (4 bytes), the length of the data (4), the data; behind undo data, 32 bytes of checksum.
 */

/** The magic and the length. */
export const FRAME_HEADER_SIZE = 8;

/** Core reads nothing longer from a file (`MAX_SIZE`). */
export const MAX_FRAME_DATA = 0x02000000;

/** Writes the magic and the length. */
export function putFrameHeader(
  target: Uint8Array,
  at: number,
  magic: Uint8Array,
  length: number,
): void {
  target.set(magic, at);
  new DataView(target.buffer, target.byteOffset).setUint32(at + 4, length, true);
}

/** Whether the magic stands here. */
export function isMagicAt(bytes: Uint8Array, at: number, magic: Uint8Array): boolean {
  return (
    bytes[at] === magic[0] &&
    bytes[at + 1] === magic[1] &&
    bytes[at + 2] === magic[2] &&
    bytes[at + 3] === magic[3]
  );
}

/** The length that a frame has by its header. */
export function frameLength(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at + 4, true);
}

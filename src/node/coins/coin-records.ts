import type { CoinKey } from '../../protocol/consensus/coin.ts';

/** Where a record is: the number of its segment, and its place there in steps of 8 bytes. Never 0. */
export type RecordRef = number;

/** What a record says beside its key and its value: one bit each. */
export type RecordFlags = number;

export const KEY_SIZE = 36;
/** More than any coin takes: the largest script has 10,000 bytes. */
const MAX_VALUE_SIZE = 16_000;

const KEY_WORDS = KEY_SIZE / 4;
/** The word behind the key: the length of the value, the size of the record, and the flags. */
const META_WORD = KEY_WORDS;
const HEADER_SIZE = KEY_SIZE + 4;
const LENGTH_BITS = 14;
const LENGTH_MASK = (1 << LENGTH_BITS) - 1;
const UNITS_BITS = 11;
const UNITS_MASK = (1 << UNITS_BITS) - 1;
const FLAGS_SHIFT = LENGTH_BITS + UNITS_BITS;
const FLAGS_MASK = 0x3f;
/** A record that has left, and whose place is not free before the rest of its segment is. */
const DEAD = 0x40;

const UNIT = 8;
const PLACE_BITS = 13;
const PLACE_MASK = (1 << PLACE_BITS) - 1;
const SEGMENT_SIZE = UNIT << PLACE_BITS;

interface Segment {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  /** Where the next record goes. */
  used: number;
  /** Of that, bytes of records that have not left. */
  live: number;
  /** Records among them that have flags, or no value. */
  marked: number;
}

/**
 * Records of a key and a short value in a few large arrays, so that a million of them are nothing to
 * the garbage collector. They are written one behind the other into segments; the place of one that
 * leaves is lost until its segment empties by itself or is {@link relocate | relocated}. The order of
 * the segments is therefore the order of age.
 */
export class CoinRecords {
  readonly #segments: (Segment | undefined)[] = [];
  readonly #unusedIds: number[] = [];
  /** Ids, the oldest first. */
  #order: number[] = [];
  #spare: Segment[] = [];
  #open: Segment | undefined;
  #refuge: Segment | undefined;

  /** The memory that is set aside, whether it is used or not. */
  get bytes(): number {
    return (this.#order.length + this.#spare.length) * SEGMENT_SIZE;
  }

  append(key: CoinKey, value: Uint8Array, flags: RecordFlags): RecordRef {
    const size = recordSize(value.length);
    let segment = this.#open;
    if (segment === undefined || segment.used + size > SEGMENT_SIZE) {
      segment = this.#newSegment(this.#order.length);
      const previous = this.#open;
      this.#open = segment;
      if (previous?.live === 0) this.#release(previous);
    }
    return put(segment, key, value, flags, size);
  }

  remove(ref: RecordRef): void {
    const segment = this.#segmentOf(ref);
    const at = metaOf(ref);
    const meta = segment.words[at] as number;
    segment.words[at] = meta | (DEAD << FLAGS_SHIFT);
    segment.live -= sizeIn(meta);
    segment.marked -= markOf(meta);
    if (segment.live === 0 && segment !== this.#open && segment !== this.#refuge) {
      this.#release(segment);
    }
  }

  /** Puts another value in the place of the present one, if there is room for it. */
  replace(ref: RecordRef, value: Uint8Array, flags: RecordFlags): boolean {
    const segment = this.#segmentOf(ref);
    const at = metaOf(ref);
    const size = sizeIn(segment.words[at] as number);
    if (recordSize(value.length) > size) return false;
    segment.bytes.set(value, offsetOf(ref) + HEADER_SIZE);
    setMeta(segment, at, metaWord(value.length, size, flags));
    return true;
  }

  flags(ref: RecordRef): RecordFlags {
    return ((this.#segmentOf(ref).words[metaOf(ref)] as number) >>> FLAGS_SHIFT) & FLAGS_MASK;
  }

  setFlags(ref: RecordRef, flags: RecordFlags): void {
    const segment = this.#segmentOf(ref);
    const at = metaOf(ref);
    const rest = (segment.words[at] as number) & ~(FLAGS_MASK << FLAGS_SHIFT);
    setMeta(segment, at, rest | (flags << FLAGS_SHIFT));
  }

  valueLength(ref: RecordRef): number {
    return (this.#segmentOf(ref).words[metaOf(ref)] as number) & LENGTH_MASK;
  }

  /** The value: a view, valid until the next change. */
  value(ref: RecordRef): Uint8Array {
    const start = offsetOf(ref) + HEADER_SIZE;
    return this.#segmentOf(ref).bytes.subarray(start, start + this.valueLength(ref));
  }

  /** The key: a view, valid until the next change. */
  key(ref: RecordRef): CoinKey {
    const start = offsetOf(ref);
    return this.#segmentOf(ref).bytes.subarray(start, start + KEY_SIZE);
  }

  /** Whether a record has this key, given as its nine words in the machine's byte order. */
  hasKey(ref: RecordRef, key: Int32Array): boolean {
    const { words } = this.#segmentOf(ref);
    const at = offsetOf(ref) >>> 2;
    for (let i = 0; i < KEY_WORDS; i++) if (words[at + i] !== key[i]) return false;
    return true;
  }

  /** The segments, the oldest first, as they are now. */
  segments(): readonly number[] {
    return [...this.#order];
  }

  /** As many of the oldest segments as take so many bytes. */
  oldest(bytes: number): readonly number[] {
    return this.#order.slice(0, Math.max(0, Math.ceil(bytes / SEGMENT_SIZE)));
  }

  /** Whether any record of a segment has flags, or no value. */
  hasMarked(id: number): boolean {
    return (this.#segments[id]?.marked ?? 0) > 0;
  }

  /** The records in a segment; none if it is there no more. */
  refsIn(id: number): readonly RecordRef[] {
    const refs: RecordRef[] = [];
    const segment = this.#segments[id];
    if (segment === undefined) return refs;
    for (let offset = UNIT; offset < segment.used; ) {
      const meta = segment.words[(offset >>> 2) + META_WORD] as number;
      if (((meta >>> FLAGS_SHIFT) & DEAD) === 0) refs.push(refAt(id, offset));
      offset += sizeIn(meta);
    }
    return refs;
  }

  /** Which part of a segment is taken by records that have not left. */
  occupancy(id: number): number {
    const segment = this.#segments[id];
    return segment === undefined || segment === this.#open ? 1 : segment.live / SEGMENT_SIZE;
  }

  /**
   * Copies a record to where others of its age are gathered. The caller removes the old one. From
   * {@link startRelocation} on, they are gathered in new segments.
   */
  relocate(ref: RecordRef): RecordRef {
    const { id } = this.#segmentOf(ref);
    const value = this.value(ref);
    const size = recordSize(value.length);
    if (this.#refuge === undefined || this.#refuge.used + size > SEGMENT_SIZE) {
      this.#refuge = this.#newSegment(this.#order.indexOf(id));
    }
    return put(this.#refuge, this.key(ref), value, this.flags(ref), size);
  }

  startRelocation(): void {
    const previous = this.#refuge;
    this.#refuge = undefined;
    if (previous?.live === 0) this.#release(previous);
  }

  /** Gives back the memory that is set aside, and empty. */
  dropSpare(): void {
    this.#spare = [];
  }

  #segmentOf(ref: RecordRef): Segment {
    return this.#segments[ref >>> PLACE_BITS] as Segment;
  }

  #newSegment(position: number): Segment {
    const id = this.#unusedIds.pop() ?? this.#segments.length;
    const bytes = this.#spare.pop()?.bytes ?? new Uint8Array(SEGMENT_SIZE);
    const segment = {
      id,
      bytes,
      words: new Int32Array(bytes.buffer),
      used: UNIT,
      live: 0,
      marked: 0,
    };
    this.#segments[id] = segment;
    this.#order.splice(position, 0, id);
    return segment;
  }

  #release(segment: Segment): void {
    this.#segments[segment.id] = undefined;
    this.#order.splice(this.#order.indexOf(segment.id), 1);
    this.#unusedIds.push(segment.id);
    this.#spare.push(segment);
  }
}

function put(
  segment: Segment,
  key: CoinKey,
  value: Uint8Array,
  flags: RecordFlags,
  size: number,
): RecordRef {
  const offset = segment.used;
  segment.bytes.set(key, offset);
  segment.bytes.set(value, offset + HEADER_SIZE);
  const meta = metaWord(value.length, size, flags);
  segment.words[(offset >>> 2) + META_WORD] = meta;
  segment.marked += markOf(meta);
  segment.used = offset + size;
  segment.live += size;
  return refAt(segment.id, offset);
}

function setMeta(segment: Segment, at: number, meta: number): void {
  segment.marked += markOf(meta) - markOf(segment.words[at] as number);
  segment.words[at] = meta;
}

function markOf(meta: number): 0 | 1 {
  return meta >>> FLAGS_SHIFT === 0 && (meta & LENGTH_MASK) > 0 ? 0 : 1;
}

function recordSize(valueLength: number): number {
  if (valueLength > MAX_VALUE_SIZE) {
    throw new RangeError(`a coin of ${valueLength} bytes: allowed are ${MAX_VALUE_SIZE}`);
  }
  return (HEADER_SIZE + valueLength + UNIT - 1) & -UNIT;
}

function metaWord(length: number, size: number, flags: RecordFlags): number {
  return length | ((size / UNIT) << LENGTH_BITS) | (flags << FLAGS_SHIFT);
}

function sizeIn(meta: number): number {
  return ((meta >>> LENGTH_BITS) & UNITS_MASK) * UNIT;
}

function refAt(id: number, offset: number): RecordRef {
  return ((id << PLACE_BITS) | (offset / UNIT)) >>> 0;
}

function offsetOf(ref: RecordRef): number {
  return (ref & PLACE_MASK) * UNIT;
}

function metaOf(ref: RecordRef): number {
  return (offsetOf(ref) >>> 2) + META_WORD;
}

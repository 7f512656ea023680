import type { Clock } from '../../outside/clock/clock.ts';
import type { RecordRef } from './coin-records.ts';
import type { CoinTable } from './coin-table.ts';

export interface MakeRoomOptions {
  /** The bytes that the table may take afterwards. */
  readonly goal: number;
  /** Records that say something that is nowhere else. */
  readonly mustStay: (ref: RecordRef) => boolean;
}

/** Of a segment, what has to be taken for it to be left as it is. */
const LEAST_OCCUPANCY = 1 / 2;
/** Segments of 64 KiB that are worked through in a turn: a few milliseconds. */
const SEGMENTS_PER_TURN = 4;

/** Forgets what is not there, gathers what is scattered, and sends the oldest records away. */
export async function makeRoom(
  table: CoinTable,
  clock: Clock,
  { goal, mustStay }: MakeRoomOptions,
): Promise<void> {
  const { records } = table;
  const isSparse = (segment: number): boolean => records.occupancy(segment) < LEAST_OCCUPANCY;
  const untidy = records
    .segments()
    .filter((segment) => records.hasMarked(segment) || isSparse(segment));
  records.startRelocation();
  await inTurns(clock, untidy, (segment) => {
    for (const ref of records.refsIn(segment)) {
      if (records.valueLength(ref) === 0 && !mustStay(ref)) table.remove(ref);
    }
    if (!isSparse(segment)) return;
    for (const ref of records.refsIn(segment)) table.relocate(ref);
  });
  if (table.bytes > goal) records.dropSpare();
  await inTurns(clock, records.oldest(table.bytes - goal), (segment) => {
    for (const ref of records.refsIn(segment)) {
      if (mustStay(ref)) table.relocate(ref);
      else table.remove(ref);
    }
    records.dropSpare();
  });
}

/** Works through a part of the memory without keeping others from working. */
export async function inTurns(
  clock: Clock,
  segments: readonly number[],
  work: (segment: number) => void,
): Promise<void> {
  for (const [i, segment] of segments.entries()) {
    // A turn begins with nobody between a load and the use of what it has loaded.
    if (i % SEGMENTS_PER_TURN === 0) await clock.nextTurn();
    work(segment);
  }
}

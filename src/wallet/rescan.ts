import type { BlockIntake } from './block-intake.ts';
import type { BlockPlace, ChainSource } from './source/chain-source.ts';
import { SourceError } from './source/source-error.ts';
import type { WalletState } from './wallet-state.ts';

/** Clocks of miners are wrong by up to so much: Bitcoin Core's `TIMESTAMP_WINDOW`. */
const TIMESTAMP_WINDOW_SECONDS = 2 * 60 * 60;

export interface RescanOptions {
  readonly from: number;
  /** The tip by default. */
  readonly to?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (height: number) => void;
}

export interface RescanResult {
  readonly from: number;
  /** The last block that was looked at. */
  readonly to: number;
  /** The height of the last block that would have to be looked at, and is not there any more. */
  readonly missing?: number;
}

interface RescanParts {
  readonly state: WalletState;
  readonly source: ChainSource;
  readonly intake: BlockIntake;
}

/**
 * Looks at blocks once more, for scripts that are new to the wallet. Those that come meanwhile are
 * looked at in their turn, so that a chain that takes another branch is no reason to begin again.
 * At the tip, the pool is looked at too.
 *
 * @throws `SourceError`
 */
export async function rescanBlocks(
  { state, source, intake }: RescanParts,
  { from, to = Number.POSITIVE_INFINITY, signal, onProgress }: RescanOptions,
): Promise<RescanResult> {
  let reached = from;
  let missing: number | undefined;
  for (let next = from; ; ) {
    const tip = await source.tip();
    const end = to < tip.height ? await source.placeAt(to) : tip;
    if (end === undefined) continue;
    try {
      const stretch = { from: next, to: end };
      for await (const { place, block } of source.blocksConcerning(
        stretch,
        () => state.keys.scripts,
      )) {
        if (signal?.aborted === true) return { from, to: reached };
        if (block !== undefined) {
          await onceMore({ state, source, intake }, place, () => intake.look(place, block, true));
        }
        reached = place.height;
        next = place.height + 1;
        onProgress?.(reached);
      }
      if (end === tip) {
        const waiting = await source.pool();
        await state.queue.run(() => intake.enterPool(waiting));
      }
      return { from, to: end.height, ...(missing !== undefined && { missing }) };
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      if (error.code === 'no-block' && error.height !== undefined) {
        missing = error.height;
        next = error.height + 1;
      } else if (error.code !== 'moved') throw error;
    }
  }
}

/** Each block is a task by itself, so that others have their turn. No node is asked within. */
async function onceMore(
  { state, source, intake }: RescanParts,
  place: BlockPlace,
  look: () => Promise<void>,
): Promise<void> {
  for (let isDone = false; !isDone; ) {
    const { undone } = intake;
    const isThere = (await source.find(place.hash)) !== undefined;
    isDone = await state.queue.run(async () => {
      if (intake.undone !== undone) return false;
      // Above what the wallet has seen, blocks come in their turn; others may be gone by now.
      if (isThere && place.height <= state.ledger.height) await look();
      return true;
    });
  }
}

/** The first height at which there may be something that was made at a time, or later. */
export function firstHeightSince(
  source: ChainSource,
  timestamp: number,
  tip: BlockPlace,
): Promise<number> {
  return heightSince(source, timestamp - TIMESTAMP_WINDOW_SECONDS, tip.height);
}

/** The first height at which the median time has reached a time; one above the tip if none has. */
async function heightSince(source: ChainSource, time: number, tip: number): Promise<number> {
  let [low, high] = [0, tip + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const place = await source.placeAt(middle);
    if (place === undefined || place.medianTime >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}

import type { MempoolEntry } from './mempool-entry.ts';

/**
 * - `block`: a block has it
 * - `conflict`: a block has another one that spends the same coin
 * - `replaced`: another one took its place
 * - `expired`: it waited too long
 * - `size`: the pool was full
 * - `reorg`: the blocks that it relied on are no longer there
 * - `cleared`: somebody wanted it to leave
 */
export type RemovalReason =
  | 'block'
  | 'conflict'
  | 'replaced'
  | 'expired'
  | 'size'
  | 'reorg'
  | 'cleared';

/** What happens to the pool, in the order in which it happens. `sequence` counts events. */
export type MempoolEvent =
  | { readonly kind: 'added'; readonly entry: MempoolEntry; readonly sequence: number }
  | {
      readonly kind: 'removed';
      readonly entry: MempoolEntry;
      readonly reason: RemovalReason;
      readonly sequence: number;
    };

/** Hears of changes at once, while they are made: it must not change the pool, nor wait. */
export type MempoolListener = (event: MempoolEvent) => void;

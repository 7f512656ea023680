import type { AdjustableClock } from '../../outside/clock/adjustable-clock.ts';
import type { Disk } from '../../outside/disk/disk.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';
import type { Log } from '../log/log.ts';
import type { Node } from '../node.ts';

/** What methods work on. */
export interface RpcContext {
  readonly node: Node;
  /** The clock of the node: `setmocktime` sets it, `mockscheduler` hastens it. */
  readonly clock: AdjustableClock;
  readonly entropy: Entropy;
  readonly disk: Disk;
  readonly log: Log;
  /** Where the node keeps its things, the folder of its chain; undefined in memory. */
  readonly folder: string | undefined;
  /** Where files go that a user names without a folder: `dumptxoutset`, `importmempool`. */
  readonly dataFolder: string | undefined;
  /** The wallet that the call is for, by its path `/wallet/NAME`. */
  readonly walletName: string | undefined;
  /** When the node was started, in milliseconds of the monotonic clock. */
  readonly startedAt: number;
  /** Has the node stop, once this answer is on its way. */
  readonly stop: () => void;
  /** What is being answered, for `getrpcinfo`. */
  readonly activeCommands: () => readonly {
    readonly method: string;
    readonly microseconds: number;
  }[];
  /** What Core's `-debug` names, and whether it is logged: `logging` changes it. */
  readonly logCategories?: Map<string, boolean>;
  /** Ends waiting calls (`waitfornewblock`, long polls) when the node stops. */
  readonly signal: AbortSignal;
}

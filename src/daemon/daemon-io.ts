import type { Chain } from '../node/chain/chain.ts';
import type { OpenStore } from '../node/storage/key-value-store.ts';
import type { Clock } from '../outside/clock/clock.ts';
import type { Disk } from '../outside/disk/disk.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';
import type { Http } from '../outside/http/http.ts';
import type { Network } from '../outside/network/network.ts';
import type { Programs } from '../outside/programs/programs.ts';
import type { Threads } from '../outside/threads/threads.ts';

export interface ImportTarget {
  readonly chain: Chain;
  readonly signal: AbortSignal;
  readonly onNotice: (line: string) => void;
}

/** The outside, as a daemon sees it: the doors, and what it is told and tells as a process. */
export interface DaemonIo {
  readonly out: { readonly write: (text: string) => void };
  readonly err: { readonly write: (text: string) => void };
  /**
   * From now on it is no reason to end that nobody reads any more what is written: a node has others to
   * answer. Whoever has a use for it is told.
   */
  readonly outliveReaders: (onGone: () => void) => void;
  readonly disk: Disk;
  readonly openStore: OpenStore;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly network: Network;
  readonly http: Http;
  readonly threads: Threads;
  readonly programs: Programs;
  /** The folder of whoever runs the program. */
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Gives the blocks of files to a chain: `-loadblock`. What is wrong with them is told in lines. */
  readonly importBlocks: (paths: readonly string[], into: ImportTarget) => Promise<void>;
  /**
   * Calls `listener` when somebody wants the program to end: SIGTERM, Ctrl-C. Who is asked a second time
   * has been too slow, and ends at once. What comes back takes the listener off again.
   */
  readonly onStop: (listener: () => void) => () => void;
  /** Calls `listener` whenever log files have been moved away: SIGHUP. What comes back takes it off again. */
  readonly onHangUp: (listener: () => void) => () => void;
}

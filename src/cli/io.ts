/** The outside, as a command sees it. Tests bring their own. */

import type { OpenStore } from '../node/storage/key-value-store.ts';
import type { Clock } from '../outside/clock/clock.ts';
import type { Disk } from '../outside/disk/disk.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';
import type { Network } from '../outside/network/network.ts';
import type { Threads } from '../outside/threads/threads.ts';

export interface Io {
  /** The answer. */
  readonly out: Output;
  /** Whatever else there is to say. */
  readonly err: Output;
  readonly input: Input;
  readonly disk: Disk;
  /** Opens databases in folders of that disk. */
  readonly openStore: OpenStore;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly network: Network;
  readonly threads: Threads;
  /** The folder of whoever runs the program. */
  readonly home: string;
  /**
   * Calls `listener` when somebody wants the program to end (Ctrl-C). Who is asked a second time has
   * been too slow, and ends at once. What comes back takes the listener off again.
   */
  readonly onStop: (listener: () => void) => () => void;
  /** What to type to call this program again: `blockyard`, or a longer way to it. */
  readonly command: string;
}

export interface Output {
  readonly write: (text: string) => void;
  /** Resolves when the reader has caught up. Whoever writes much waits for it now and then. */
  readonly drained: () => Promise<void>;
  /** Whether a person is watching. */
  readonly isTerminal: boolean;
  /** How wide it is now. */
  readonly columns: number;
  readonly colours: boolean;
}

export interface Input {
  readonly isTerminal: boolean;
  /** All of it, up to so many bytes; `undefined` if there is more. */
  readonly readAll: (limit: number) => Promise<Uint8Array | undefined>;
}

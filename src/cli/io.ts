/** The outside, as a command sees it. Tests bring their own. */

import type { OpenStore } from '../node/storage/key-value-store.ts';
import type { Clock } from '../outside/clock/clock.ts';
import type { Disk } from '../outside/disk/disk.ts';
import type { Entropy } from '../outside/entropy/entropy.ts';
import type { Http } from '../outside/http/http.ts';
import type { HttpClient } from '../outside/http/http-client.ts';
import type { Network } from '../outside/network/network.ts';
import type { Programs } from '../outside/programs/programs.ts';
import type { Threads } from '../outside/threads/threads.ts';

export interface Io {
  /** The answer. */
  readonly out: Output;
  /** Whatever else there is to say. */
  readonly err: Output;
  /**
   * From now on it is no reason to end that nobody reads any more what is written: a node has others to
   * answer. Any other program ends then. Whoever has a use for it is told.
   */
  readonly outliveReaders: (onGone: () => void) => void;
  readonly input: Input;
  readonly disk: Disk;
  /** Opens databases in folders of that disk. */
  readonly openStore: OpenStore;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly network: Network;
  readonly http: Http;
  readonly httpClient: HttpClient;
  readonly threads: Threads;
  readonly programs: Programs;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder of whoever runs the program. */
  readonly home: string;
  /**
   * Calls `listener` when somebody wants the program to end (Ctrl-C). Who is asked a second time has
   * been too slow, and ends at once. What comes back takes the listener off again.
   */
  readonly onStop: (listener: () => void) => () => void;
  /** Calls `listener` whenever log files have been moved away: SIGHUP. What comes back takes it off again. */
  readonly onHangUp: (listener: () => void) => () => void;
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
  /** Asks a person at a terminal for a line that nobody shall see; `undefined` if there is none. */
  readonly readSecret: (prompt: string) => Promise<string | undefined>;
}

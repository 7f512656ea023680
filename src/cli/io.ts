/** The outside, as a command sees it. Tests bring their own. */
import type { Clock } from '../outside/clock/clock.ts';
import type { Disk } from '../outside/disk/disk.ts';

export interface Io {
  /** The answer. */
  readonly out: Output;
  /** Whatever else there is to say. */
  readonly err: Output;
  readonly input: Input;
  readonly disk: Disk;
  readonly clock: Clock;
  /** What to type to call this program again: `blockyard`, or a longer way to it. */
  readonly command: string;
}

export interface Output {
  readonly write: (text: string) => void;
  /** Whether a person is watching. */
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly colours: boolean;
}

export interface Input {
  readonly isTerminal: boolean;
  /** All of it, up to so many bytes; `undefined` if there is more. */
  readonly readAll: (limit: number) => Promise<Uint8Array | undefined>;
}

import type { Cancel, Clock } from '../../outside/clock/clock.ts';
import { shuffled } from '../../outside/entropy/draw.ts';
import type { Entropy } from '../../outside/entropy/entropy.ts';

/** How long the addresses that are known have, before the next seed node is asked for others. */
const PAUSE_MS = 10_000;

export interface SeedNodesParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly names: readonly string[];
  readonly hasAddresses: () => boolean;
  /** Whether there is nobody to connect to. */
  readonly isHelpNeeded: () => boolean;
  readonly ask: (name: string) => Promise<void>;
  readonly onFatal: (error: unknown) => void;
}

/** Nodes that the operator named to be asked for addresses: one after the other, while none are known. */
export class SeedNodes {
  readonly #parts: SeedNodesParts;
  readonly #names: string[];
  #cancel: Cancel | undefined;
  #isRunning = false;

  constructor(parts: SeedNodesParts) {
    this.#parts = parts;
    this.#names = shuffled(parts.entropy, parts.names);
  }

  start(): void {
    this.#isRunning = true;
    this.#schedule(this.#parts.hasAddresses() ? PAUSE_MS : 0);
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancel?.();
  }

  /** Somebody is gone: perhaps there is nobody left. */
  wake(): void {
    if (this.#cancel === undefined) this.#schedule(PAUSE_MS);
  }

  #schedule(delayMs: number): void {
    if (!this.#isRunning || this.#names.length === 0) return;
    this.#cancel = this.#parts.clock.schedule(delayMs, () => {
      this.#cancel = undefined;
      if (!this.#parts.isHelpNeeded()) return;
      this.#parts.ask(this.#names.shift() as string).catch(this.#parts.onFatal);
      this.#schedule(PAUSE_MS);
    });
  }
}

/** What lies between the hosts of a virtual network: how far apart they are, and whether at all. */
import type { Cancel, Clock } from '../clock/clock.ts';
import { drawChance, drawUnit } from '../entropy/draw.ts';
import type { SeededEntropy } from '../entropy/seeded-entropy.ts';

/** How bytes travel from one host to another. */
export interface LinkConditions {
  /** Milliseconds on the way. */
  readonly latencyMs: number;
  /** Up to so many milliseconds more, drawn anew for everything that is sent. */
  readonly jitterMs: number;
  /** All connections between the two hosts share it. */
  readonly bytesPerSecond: number;
  /**
   * How often, from 0 up to and without 1, something gets lost on the way. A stream sends it again,
   * and everything behind it waits; a message to a group is gone.
   */
  readonly loss: number;
}

/** A link between ordinary homes, some thousand kilometres apart. */
const DEFAULT_LINK: LinkConditions = {
  latencyMs: 50,
  jitterMs: 10,
  bytesPerSecond: 12_500_000,
  loss: 0,
};

const LOOPBACK: LinkConditions = {
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  loss: 0,
};

/** What is lost is sent again after this and twice the latency; what is cut off, again and again. */
export const RETRY_MS = 500;

/** One direction between two hosts. */
export interface Link {
  conditions: LinkConditions;
  /** When the last byte that was sent will have left. */
  freeAt: number;
}

/** A way from one host to another. */
export interface Route {
  readonly from: string;
  readonly to: string;
}

export class Wires {
  readonly clock: Clock;
  readonly entropy: SeededEntropy;
  readonly #usual: LinkConditions;
  readonly #links = new Map<string, Link>();
  /** In which part of a divided network a host is; those that nobody named share one. */
  #parts = new Map<string, number>();

  constructor(clock: Clock, entropy: SeededEntropy, conditions: Partial<LinkConditions>) {
    this.clock = clock;
    this.entropy = entropy;
    this.#usual = { ...DEFAULT_LINK, ...conditions };
  }

  link({ from, to }: Route): Link {
    const key = `${from}>${to}`;
    let link = this.#links.get(key);
    if (link === undefined) {
      link = { conditions: from === to ? LOOPBACK : this.#usual, freeAt: 0 };
      this.#links.set(key, link);
    }
    return link;
  }

  divide(parts: readonly (readonly string[])[]): void {
    this.#parts = new Map(
      parts.flatMap((hosts, part) => hosts.map((host): [string, number] => [host, part])),
    );
  }

  isCut({ from, to }: Route): boolean {
    return from !== to && this.#parts.get(from) !== this.#parts.get(to);
  }

  /** How long something takes on the way this time, if it arrives at the first attempt. */
  delay(link: Link, entropy: SeededEntropy): number {
    const { latencyMs, jitterMs } = link.conditions;
    return latencyMs + drawUnit(entropy) * jitterMs;
  }

  /** The same, with as many further attempts as it takes. */
  reliableDelay(link: Link, entropy: SeededEntropy): number {
    let delay = this.delay(link, entropy);
    while (drawChance(entropy, link.conditions.loss)) {
      delay += RETRY_MS + 2 * link.conditions.latencyMs;
    }
    return delay;
  }

  /** Does something at the other end as soon as word of it gets there. */
  notify(route: Route, entropy: SeededEntropy, action: () => void): Cancel {
    let cancel: Cancel;
    const arrive = (): void => {
      if (this.isCut(route)) cancel = this.clock.schedule(RETRY_MS, arrive);
      else action();
    };
    cancel = this.clock.schedule(this.reliableDelay(this.link(route), entropy), arrive);
    return () => cancel();
  }
}

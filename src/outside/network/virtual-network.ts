import type { Clock } from '../clock/clock.ts';
import type { SeededEntropy } from '../entropy/seeded-entropy.ts';
import { VirtualGroups } from './virtual-groups.ts';
import { type Surroundings, VirtualHost } from './virtual-host.ts';
import { type LinkConditions, Wires } from './virtual-wires.ts';

/** How long a stream tries to get through a cut before it gives the connection up. */
const DEFAULT_STALL_TIMEOUT_MS = 120_000;

export interface VirtualNetworkOptions {
  readonly clock: Clock;
  readonly entropy: SeededEntropy;
  /** Conditions between hosts for which none of their own are set. */
  readonly link?: Partial<LinkConditions>;
  readonly stallTimeoutMs?: number;
}

/**
 * A network in memory, under a virtual clock: hosts at a distance, slow or lossy links, partitions.
 * The same seed and the same calls give the same events at the same moments.
 *
 * A host's part of the randomness comes from its address, and a connection's from its endpoints, so
 * that one host more changes nothing for the others.
 *
 * @example
 * const network = new VirtualNetwork({ clock, entropy: new SeededEntropy('trial 7') });
 * const alice = network.host('10.0.0.1');
 * const bob = network.host('10.0.0.2');
 * network.setLink('10.0.0.1', '10.0.0.2', { latencyMs: 200, loss: 0.02 });
 */
export class VirtualNetwork {
  readonly #hosts = new Map<string, VirtualHost>();
  readonly #names = new Map<string, readonly string[]>();
  readonly #wires: Wires;
  readonly #surroundings: Surroundings;

  constructor(options: VirtualNetworkOptions) {
    const { clock, entropy, link = {}, stallTimeoutMs = DEFAULT_STALL_TIMEOUT_MS } = options;
    this.#wires = new Wires(clock, entropy, link);
    this.#surroundings = {
      wires: this.#wires,
      groups: new VirtualGroups(this.#wires),
      stallTimeoutMs,
      findHost: (address) => this.#hosts.get(address),
      findName: (hostname) => this.#names.get(hostname),
    };
  }

  /** The host at this address; it comes into being when it is first asked for. */
  host(address: string): VirtualHost {
    let host = this.#hosts.get(address);
    if (host === undefined) {
      host = new VirtualHost(address, this.#surroundings);
      this.#hosts.set(address, host);
    }
    return host;
  }

  /** Lets a name stand for these addresses. */
  setName(hostname: string, addresses: readonly string[]): void {
    this.#names.set(hostname, addresses);
  }

  /** Changes the conditions between two hosts, in both directions, from now on. */
  setLink(a: string, b: string, conditions: Partial<LinkConditions>): void {
    for (const route of [
      { from: a, to: b },
      { from: b, to: a },
    ]) {
      const link = this.#wires.link(route);
      link.conditions = { ...link.conditions, ...conditions };
    }
  }

  /**
   * Divides the network: nothing passes between hosts of different parts. All hosts that are not
   * named are one part more. What is under way waits, and streams that wait too long break.
   */
  partition(...parts: readonly (readonly string[])[]): void {
    this.#wires.divide(parts);
  }

  /** Undoes {@link partition}. */
  heal(): void {
    this.#wires.divide([]);
  }
}

import type { Cancel, Clock } from '../../outside/clock/clock.ts';
import type { Endpoint } from '../../outside/network/endpoint.ts';

/** The first pause after a connection failed or ended. It doubles each time, up to the last one. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

export interface ManualPeersParts {
  readonly clock: Clock;
  /** Whether there is a connection to it, whoever opened it. */
  readonly isConnected: (name: string, at: Endpoint) => boolean;
  /** Resolves once it has succeeded or failed. */
  readonly dial: (name: string, at: Endpoint) => Promise<void>;
  readonly onFatal: (error: unknown) => void;
}

interface ManualPeer {
  readonly at: Endpoint;
  pauseMs: number;
  cancel: Cancel;
}

/** The peers that the operator wants. They are tried until they answer, and again when they are gone. */
export class ManualPeers {
  readonly #parts: ManualPeersParts;
  readonly #peers = new Map<string, ManualPeer>();
  #isRunning = false;

  constructor(parts: ManualPeersParts) {
    this.#parts = parts;
  }

  /** As they were given. */
  get names(): readonly string[] {
    return [...this.#peers.keys()];
  }

  start(): void {
    this.#isRunning = true;
    for (const [name, peer] of this.#peers) this.#schedule(name, peer, 0);
  }

  stop(): void {
    this.#isRunning = false;
    for (const { cancel } of this.#peers.values()) cancel();
  }

  /** False if it was there before. */
  add(name: string, at: Endpoint): boolean {
    if (this.#peers.has(name)) return false;
    const peer: ManualPeer = { at, pauseMs: FIRST_PAUSE_MS, cancel: () => {} };
    this.#peers.set(name, peer);
    this.#schedule(name, peer, 0);
    return true;
  }

  /** It is not tried any more. A connection that there is stays. False if it was not there. */
  remove(name: string): boolean {
    this.#peers.get(name)?.cancel();
    return this.#peers.delete(name);
  }

  /** It has answered. */
  answered(name: string): void {
    const peer = this.#peers.get(name);
    if (peer !== undefined) peer.pauseMs = FIRST_PAUSE_MS;
  }

  /** Its connection has ended. */
  lost(name: string): void {
    const peer = this.#peers.get(name);
    if (peer !== undefined) this.#retry(name, peer);
  }

  #schedule(name: string, peer: ManualPeer, delayMs: number): void {
    peer.cancel();
    if (!this.#isRunning) return;
    peer.cancel = this.#parts.clock.schedule(delayMs, () => {
      this.#try(name, peer).catch(this.#parts.onFatal);
    });
  }

  #retry(name: string, peer: ManualPeer): void {
    this.#schedule(name, peer, peer.pauseMs);
    peer.pauseMs = Math.min(LONGEST_PAUSE_MS, peer.pauseMs * 2);
  }

  async #try(name: string, peer: ManualPeer): Promise<void> {
    const { isConnected, dial } = this.#parts;
    if (!isConnected(name, peer.at)) await dial(name, peer.at);
    // An ended connection is told of; this is for one that did not come about, or is somebody else's.
    if (this.#peers.get(name) !== peer || !this.#isRunning) return;
    if (isConnected(name, peer.at)) this.#schedule(name, peer, LONGEST_PAUSE_MS);
    else this.#retry(name, peer);
  }
}

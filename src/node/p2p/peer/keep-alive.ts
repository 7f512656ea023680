import type { Cancel, Clock } from '../../../outside/clock/clock.ts';
import { drawU64 } from '../../../outside/entropy/draw.ts';
import type { Entropy } from '../../../outside/entropy/entropy.ts';
import type { PongMessage } from '../../../protocol/wire/pong.ts';
import type { Log } from '../../log/log.ts';
import type { Peer } from './peer.ts';
import type { PeerHandler } from './peer-handler.ts';

/** How often a peer is asked whether it is still there. */
const PING_INTERVAL_MS = 120_000;
/** How long it may take to answer, or, where it cannot, to say anything at all. */
const SILENCE_MS = 1_200_000;
/** Newer peers put a nonce into `ping` and expect an answer (BIP31). */
const LAST_WITHOUT_NONCE = 60000;

const NONCE_SIZE = 8;

/** How long answers of a peer took, in milliseconds. */
export interface PingTimes {
  readonly lastMs: number | undefined;
  readonly minMs: number | undefined;
  /** For how long one is being waited for. */
  readonly waitingMs: number | undefined;
}

interface PingState {
  nonce: bigint | undefined;
  sentAt: number;
  lastMs: number | undefined;
  minMs: number | undefined;
  cancel: Cancel;
}

export interface KeepAliveParts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  /** When something came from a peer last, by the clock's monotonic time. */
  readonly heardAt: (peer: Peer) => number;
}

/** Asks peers whether they are there, and answers when they ask. */
export class KeepAlive implements PeerHandler {
  readonly handles: PeerHandler['handles'] = {
    ping: (peer, { nonce }) => {
      if (nonce === undefined || peer.protocolVersion <= LAST_WITHOUT_NONCE) return;
      peer.send({ command: 'pong', nonce });
    },
    pong: (peer, message) => this.#hearPong(peer, message),
  };
  readonly #parts: KeepAliveParts;
  readonly #states = new Map<Peer, PingState>();

  constructor(parts: KeepAliveParts) {
    this.#parts = parts;
  }

  ready(peer: Peer): void {
    this.#states.set(peer, {
      nonce: undefined,
      sentAt: 0,
      lastMs: undefined,
      minMs: undefined,
      cancel: () => {},
    });
    this.#ping(peer);
  }

  gone(peer: Peer): void {
    this.#states.get(peer)?.cancel();
    this.#states.delete(peer);
  }

  /** Asks nobody any more. */
  stop(): void {
    for (const { cancel } of this.#states.values()) cancel();
    this.#states.clear();
  }

  /** Asks all peers now: the RPC `ping`. */
  pingAll(): void {
    for (const [peer, { nonce }] of this.#states) if (nonce === undefined) this.#ping(peer);
  }

  timesOf(peer: Peer): PingTimes {
    const state = this.#states.get(peer);
    const isWaiting = state?.nonce !== undefined;
    return {
      lastMs: state?.lastMs,
      minMs: state?.minMs,
      waitingMs: isWaiting ? this.#parts.clock.monotonic() - state.sentAt : undefined,
    };
  }

  #ping(peer: Peer): void {
    const state = this.#states.get(peer);
    if (state === undefined || peer.isGone) return;
    const { clock, entropy } = this.#parts;
    state.cancel();
    state.sentAt = clock.monotonic();
    if (peer.protocolVersion > LAST_WITHOUT_NONCE) {
      // Zero is what careless peers answer with.
      state.nonce = drawU64(entropy) || 1n;
      peer.send({ command: 'ping', nonce: state.nonce });
    } else {
      peer.send({ command: 'ping', nonce: undefined });
    }
    state.cancel = clock.schedule(PING_INTERVAL_MS, () => this.#look(peer, state));
  }

  /** Asks again if it has answered, and waits on if not. */
  #look(peer: Peer, state: PingState): void {
    const { clock, heardAt } = this.#parts;
    const silentMs = clock.monotonic() - (state.nonce === undefined ? heardAt(peer) : state.sentAt);
    if (silentMs >= SILENCE_MS) {
      const seconds = silentMs / 1000;
      const isMute = state.nonce === undefined;
      peer.disconnect(
        isMute
          ? `socket receive timeout: ${Math.trunc(seconds)}s`
          : `ping timeout: ${seconds.toFixed(6)}s`,
      );
    } else if (state.nonce === undefined) {
      this.#ping(peer);
    } else {
      state.cancel = clock.schedule(SILENCE_MS - silentMs, () => this.#look(peer, state));
    }
  }

  #hearPong(peer: Peer, { nonce, shortBytes }: PongMessage): void {
    const state = this.#states.get(peer);
    if (state === undefined) return;
    const { clock, log } = this.#parts;
    if (state.nonce === undefined || nonce !== state.nonce) {
      const problem = pongProblem(state.nonce, nonce, shortBytes !== undefined);
      const [expected, received] = [state.nonce ?? 0n, nonce].map((value) => value.toString(16));
      const size = shortBytes ?? NONCE_SIZE;
      const values = `${expected} expected, ${received} received, ${size} bytes`;
      log('debug', 'net', `pong peer=${peer.id}: ${problem}, ${values}`);
      // A peer that does not know nonces well: there is no use in waiting for a better answer.
      if (nonce === 0n) this.#settle(peer, state);
      return;
    }
    const tookMs = clock.monotonic() - state.sentAt;
    state.lastMs = tookMs;
    state.minMs = Math.min(state.minMs ?? tookMs, tookMs);
    this.#settle(peer, state);
  }

  #settle(peer: Peer, state: PingState): void {
    const { clock } = this.#parts;
    state.nonce = undefined;
    state.cancel();
    const delay = Math.max(0, state.sentAt + PING_INTERVAL_MS - clock.monotonic());
    state.cancel = clock.schedule(delay, () => this.#look(peer, state));
  }
}

/** In Core's words. */
function pongProblem(expected: bigint | undefined, nonce: bigint, isShort: boolean): string {
  if (isShort) return 'Short payload';
  if (expected === undefined) return 'Unsolicited pong without ping';
  return nonce === 0n ? 'Nonce zero' : 'Nonce mismatch';
}

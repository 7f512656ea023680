import type { Message } from '../../../protocol/wire/message.ts';
import { PROTOCOL_VERSION } from '../../../protocol/wire/services.ts';
import type { VersionMessage } from '../../../protocol/wire/version.ts';
import type { ConnectionKind } from './peer.ts';
import { PeerFault } from './peer-fault.ts';

/** Who speaks an older version cannot be served: it does not know `getheaders`. */
const OLDEST_VERSION = 31800;
/** BIP339. Who speaks at least this is told of `wtxidrelay` and `sendaddrv2`. */
const WTXID_RELAY_VERSION = 70016;
/** Wishes for later that may come before `verack`, and how many of them are kept. */
const EARLY_WISHES: ReadonlySet<string> = new Set(['sendheaders', 'sendcmpct']);
const MOST_WISHES = 16;

export interface HandshakeParts {
  readonly peerId: number;
  readonly kind: ConnectionKind;
  /** What we say of ourselves. */
  readonly ourVersion: VersionMessage;
  /** What a node must offer for us to stay, if it offers this. */
  readonly requiredServices: (offered: bigint) => bigint;
  /** Whether a connection that we have opened carries this nonce: then we talk to ourselves. */
  readonly isOwnNonce: (nonce: bigint) => boolean;
  readonly send: (message: Message) => void;
}

/**
 * How far a message brought it: nowhere, to the other side's `version`, to the end, or: the message is
 * none of the handshake's, and comes after it.
 */
export type HandshakeStep = 'none' | 'version' | 'ready' | 'over';

/**
 * How two nodes introduce themselves. Each says `version`, and `verack` to that of the other; between
 * the two stands what has to be known from the start (BIP155, BIP339). The side that was called waits
 * for the other one's `version`, so that it tells nothing to whoever only knocks at doors.
 */
export class Handshake {
  readonly #parts: HandshakeParts;
  readonly #wishes: Message[] = [];
  #said: VersionMessage | undefined;
  #isOver = false;
  #relaysByWtxid = false;
  #wantsAddrV2 = false;

  constructor(parts: HandshakeParts) {
    this.#parts = parts;
  }

  /** What the other side said of itself. */
  get said(): VersionMessage | undefined {
    return this.#said;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get relaysByWtxid(): boolean {
    return this.#relaysByWtxid;
  }

  get wantsAddrV2(): boolean {
    return this.#wantsAddrV2;
  }

  /** The lower one of both sides' versions. */
  get protocolVersion(): number {
    return Math.min(this.#said?.version ?? PROTOCOL_VERSION, PROTOCOL_VERSION);
  }

  /** Of a side that has opened the connection. */
  begin(): void {
    this.#parts.send(this.#parts.ourVersion);
  }

  /** Hears a message of the other side. */
  hear(message: Message): HandshakeStep {
    if (message.command === 'version') return this.#hearVersion(message);
    if (this.#said === undefined)
      this.#refuseEarly(`non-version message before version: "${message.command}"`);
    switch (message.command) {
      case 'verack':
        return this.#hearVerack();
      case 'wtxidrelay':
        this.#refuseLate(message);
        this.#relaysByWtxid = this.protocolVersion >= WTXID_RELAY_VERSION;
        return 'none';
      case 'sendaddrv2':
        this.#refuseLate(message);
        this.#wantsAddrV2 = true;
        return 'none';
      default:
        return this.#isOver ? 'over' : this.#keepWish(message);
    }
  }

  /** What was said before `verack` and is to be heard after it. */
  takeWishes(): readonly Message[] {
    return this.#wishes.splice(0);
  }

  #hearVersion(message: VersionMessage): HandshakeStep {
    const { peerId, kind } = this.#parts;
    if (this.#said !== undefined) {
      throw new PeerFault(
        'message',
        'redundant-version',
        `redundant version message from peer=${peerId}`,
      );
    }
    this.#checkVersion(message);
    this.#said = message;
    if (kind === 'inbound') this.begin();
    if (this.protocolVersion >= WTXID_RELAY_VERSION) {
      this.#parts.send({ command: 'wtxidrelay' });
      this.#parts.send({ command: 'sendaddrv2' });
    }
    this.#parts.send({ command: 'verack' });
    return 'version';
  }

  #checkVersion({ version, services, nonce }: VersionMessage): void {
    const { peerId, kind, requiredServices, isOwnNonce } = this.#parts;
    const required = expectsServices(kind) ? requiredServices(services) : 0n;
    if ((services & required) !== required) {
      const [offered, expected] = [services, required].map((bits) =>
        bits.toString(16).padStart(8, '0'),
      );
      throw new PeerFault(
        'message',
        'missing-services',
        `peer=${peerId} does not offer the expected services (${offered} offered, ${expected} expected); disconnecting`,
      );
    }
    if (version < OLDEST_VERSION) {
      throw new PeerFault(
        'message',
        'obsolete-version',
        `peer=${peerId} using obsolete version ${version}; disconnecting`,
      );
    }
    if (kind === 'inbound' && isOwnNonce(nonce)) {
      throw new PeerFault('message', 'connected-to-self', 'connected to self');
    }
  }

  #hearVerack(): HandshakeStep {
    if (this.#isOver) return 'none';
    this.#isOver = true;
    return 'ready';
  }

  #keepWish(message: Message): HandshakeStep {
    const { command } = message;
    const isWish = EARLY_WISHES.has(command);
    if (!isWish) this.#refuseEarly(`Unsupported message "${command}" prior to verack`);
    if (this.#wishes.length < MOST_WISHES) this.#wishes.push(message);
    return 'none';
  }

  #refuseEarly(words: string): void {
    throw new PeerFault('message', 'too-early', `${words} from peer=${this.#parts.peerId}`);
  }

  #refuseLate({ command }: Message): void {
    if (!this.#isOver) return;
    throw new PeerFault(
      'message',
      'too-late-for-handshake',
      `${command} received after verack from peer=${this.#parts.peerId}; disconnecting`,
    );
  }
}

/** Whoever calls, or is called by hand or for a moment, may offer what he likes. */
function expectsServices(kind: ConnectionKind): boolean {
  return kind === 'outbound-full-relay' || kind === 'block-relay-only' || kind === 'addr-fetch';
}

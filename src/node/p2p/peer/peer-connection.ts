import { type Cancel, type Clock, unixTime } from '../../../outside/clock/clock.ts';
import type { Endpoint } from '../../../outside/network/endpoint.ts';
import {
  type CloseReason,
  type Connection,
  SEND_BUFFER_SIZE,
} from '../../../outside/network/network.ts';
import { DecodeError } from '../../../protocol/bytes/decode-error.ts';
import {
  encodeFrame,
  FRAME_HEADER_SIZE,
  type Frame,
  type FrameProblem,
  framePayload,
} from '../../../protocol/wire/frame.ts';
import { COMMANDS, decodePayload, type Message } from '../../../protocol/wire/message.ts';
import type { VersionMessage } from '../../../protocol/wire/version.ts';
import { isHeard, type Log } from '../../log/log.ts';
import type { NetEndpoint } from '../addresses/net-address.ts';
import { TrafficByCommand, type TrafficTotals } from '../traffic.ts';
import type { Dispatcher } from './dispatcher.ts';
import { Handshake, type HandshakeParts } from './handshake.ts';
import { MessagePump } from './message-pump.ts';
import { Outbox } from './outbox.ts';
import type { ConnectionKind, Peer, Permission } from './peer.ts';
import { PeerFault } from './peer-fault.ts';
import type { SharedLoad } from './receive-queue.ts';

/** Under which name commands are counted that nobody knows: there could be endlessly many. */
const OTHER_COMMANDS = '*other*';

/** BIP330, which Core names where it is off, as it is by default. */
const RECONCILIATION = 'sendtxrcncl';

const KNOWN_COMMANDS: ReadonlySet<string> = new Set([...COMMANDS, RECONCILIATION]);

/** Those that a connection belongs to. */
export interface ConnectionOwner {
  readonly dispatcher: Dispatcher;
  /** It has said `version`. */
  introduced(peer: PeerConnection): void;
  /** The handshake is over. */
  ready(peer: PeerConnection): void;
  blame(peer: PeerConnection, fault: PeerFault): void;
  /** It is over, and nothing that came over it is being handled any more. */
  closed(peer: PeerConnection): void;
  minPingMs(peer: PeerConnection): number | undefined;
  /** Something was thrown that is no fault of a peer's: a bug. */
  failed(error: unknown): void;
}

export interface PeerConnectionParts extends Omit<HandshakeParts, 'peerId' | 'kind' | 'send'> {
  readonly id: number;
  readonly kind: ConnectionKind;
  readonly connection: Connection;
  /** Undefined where the other side has none that is known. */
  readonly address: NetEndpoint | undefined;
  /** As the operator named it. */
  readonly name: string | undefined;
  readonly permissions: ReadonlySet<Permission>;
  readonly magic: Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: ConnectionOwner;
  readonly totals: TrafficTotals;
  readonly shared: SharedLoad;
  readonly receiveBuffer: number;
  readonly sendBuffer: number;
  /** How long it may take to introduce itself: Core's `-peertimeout`. */
  readonly timeoutMs: number;
}

/** A connection to another node: its handshake, and after that the {@link Peer} that the parts know. */
export class PeerConnection implements Peer {
  readonly id: number;
  readonly kind: ConnectionKind;
  readonly connection: Connection;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly address: NetEndpoint | undefined;
  readonly name: string | undefined;
  readonly connectedAt: number;
  readonly permissions: ReadonlySet<Permission>;
  /** Bytes in each direction, by command. */
  readonly received = new TrafficByCommand();
  readonly sent = new TrafficByCommand();
  /** The nonce by which it would notice that it is us. */
  readonly nonce: bigint;
  /** Unix times, in seconds; 0 for never. */
  lastSentAt = 0;
  lastReceivedAt = 0;
  lastBlockAt = 0;
  lastTransactionAt = 0;
  /** By the clock's monotonic time. */
  heardAtMs: number;
  /** What its clock shows, less what ours did, in seconds. */
  timeOffset = 0;
  hasBloomFilter = false;
  readonly #parts: PeerConnectionParts;
  readonly #handshake: Handshake;
  readonly #pump: MessagePump;
  readonly #outbox: Outbox;
  #relaysTransactions = true;
  #isGone = false;
  #isCongested = false;
  #cancelTimeout: Cancel;

  constructor(parts: PeerConnectionParts) {
    const { connection, clock } = parts;
    this.#parts = parts;
    this.id = parts.id;
    this.kind = parts.kind;
    this.connection = connection;
    this.remote = connection.remote;
    this.local = connection.local;
    this.address = parts.address;
    this.name = parts.name;
    this.permissions = parts.permissions;
    this.nonce = parts.ourVersion.nonce;
    this.connectedAt = unixTime(clock);
    this.heardAtMs = clock.monotonic();
    this.#outbox = new Outbox(connection);
    this.#pump = new MessagePump({
      ...parts,
      take: (item) => this.#handle(item),
      pulse: () => this.#pulse(),
      isCongested: () => this.#isCongested,
      isOver: () => this.#isGone,
      failed: (error) => this.#fail(error),
      ended: () => this.#tellClosed(),
    });
    this.#handshake = new Handshake({
      ...parts,
      peerId: parts.id,
      send: (message) => this.send(message),
    });
    this.#cancelTimeout = clock.schedule(parts.timeoutMs, () => this.#giveUp());
  }

  /** Lets bytes flow. Of a connection that we have opened, we speak first. */
  start(): void {
    this.connection.start({
      data: (bytes) => this.#receive(bytes),
      drain: () => this.#drain(),
      close: (reason) => this.#close(reason),
    });
    if (this.kind !== 'inbound') this.#handshake.begin();
  }

  get version(): VersionMessage {
    const said = this.#handshake.said;
    if (said === undefined) throw new Error(`peer ${this.id} has not said its version`);
    return said;
  }

  /** The same for those who know a connection before its handshake is over. */
  get said(): VersionMessage | undefined {
    return this.#handshake.said;
  }

  get isReady(): boolean {
    return this.#handshake.isOver && !this.#isGone;
  }

  get protocolVersion(): number {
    return this.#handshake.protocolVersion;
  }

  get relaysByWtxid(): boolean {
    return this.#handshake.relaysByWtxid;
  }

  get wantsAddrV2(): boolean {
    return this.#handshake.wantsAddrV2;
  }

  /** Whether it wants to hear of transactions: it may say so later, by a filter (BIP37). */
  get wantsTransactions(): boolean {
    return this.#relaysTransactions;
  }

  get isCongested(): boolean {
    return this.#isCongested;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get minPingMs(): number | undefined {
    return this.#parts.owner.minPingMs(this);
  }

  send(message: Message): void {
    if (!this.#isGone) this.#sendFrame(message.command, encodeFrame(this.#parts.magic, message));
  }

  /** Sends what may be no message at all: for trials. */
  sendPayload(command: string, payload: Uint8Array): void {
    if (!this.#isGone) {
      this.#sendFrame(command, framePayload(this.#parts.magic, command, payload));
    }
  }

  #sendFrame(command: string, frame: Uint8Array): void {
    const { totals, clock, log, sendBuffer } = this.#parts;
    if (isHeard(log, 'debug', 'net')) {
      const size = frame.length - FRAME_HEADER_SIZE;
      log('debug', 'net', `sending ${command} (${size} bytes) peer=${this.id}`);
    }
    this.sent.add(command, frame.length);
    totals.sentByCommand.add(command, frame.length);
    totals.sent += frame.length;
    this.lastSentAt = unixTime(clock);
    this.#outbox.push(frame);
    if (this.connection.buffered > Math.max(sendBuffer, SEND_BUFFER_SIZE)) this.#isCongested = true;
  }

  /** The reason is for the log, where it is not there yet. */
  disconnect(reason?: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    if (reason !== undefined) this.#note(reason);
    this.#note('disconnecting');
    this.#cancelTimeout();
    this.#outbox.flush();
    this.connection.destroy();
  }

  /** Ends it after so long, whatever it does until then. */
  endAfter(ms: number, reason: string): void {
    this.#cancelTimeout();
    this.#cancelTimeout = this.#parts.clock.schedule(ms, () => this.disconnect(reason));
  }

  noteUseful(what: 'block' | 'transaction'): void {
    const now = unixTime(this.#parts.clock);
    if (what === 'block') this.lastBlockAt = now;
    else this.lastTransactionAt = now;
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isGone) return;
    const { clock, totals } = this.#parts;
    totals.received += bytes.length;
    this.lastReceivedAt = unixTime(clock);
    this.heardAtMs = clock.monotonic();
    this.#pump.push(bytes);
  }

  /** A message was not handled to its end, so this peer is in a state that nobody knows. */
  #fail(error: unknown): void {
    this.disconnect('an error of this node');
    this.#parts.owner.failed(error);
  }

  #pulse(): void {
    if (!this.isReady) return;
    try {
      this.#parts.owner.dispatcher.pulse(this);
    } catch (error) {
      this.#accuse(error);
    }
  }

  #handle(item: Frame | FrameProblem): void | Promise<void> {
    try {
      return this.#take(item)?.catch((error: unknown) => this.#accuse(error));
    } catch (error) {
      return this.#accuse(error);
    }
  }

  /** The peer's fault, or ours. */
  #accuse(error: unknown): void {
    if (!(error instanceof PeerFault)) throw error;
    if (!this.#isGone) this.#parts.owner.blame(this, error);
  }

  #take(item: Frame | FrameProblem): void | Promise<void> {
    if (item.kind === 'problem') {
      const words = `${item.words}, peer=${this.id}`;
      if (item.isFatal) throw new PeerFault('message', item.code, words);
      this.#countBytes(OTHER_COMMANDS, item.size);
      this.#parts.log('debug', 'net', words);
      return undefined;
    }
    const { command, payload } = item;
    this.#count(command, payload.length);
    // Before anybody is introduced, nothing is worth decoding.
    if (this.said === undefined && command !== 'version') {
      const words = `non-version message before version handshake. Message "${command}" from peer=${this.id}`;
      this.#parts.log('debug', 'net', words);
      return undefined;
    }
    const message = this.#decode(command, payload);
    return message === undefined ? undefined : this.#hear(message);
  }

  #count(command: string, length: number): void {
    const { log } = this.#parts;
    if (isHeard(log, 'debug', 'net')) {
      log('debug', 'net', `received: ${command} (${length} bytes) peer=${this.id}`);
    }
    const name = KNOWN_COMMANDS.has(command) ? command : OTHER_COMMANDS;
    this.#countBytes(name, length + FRAME_HEADER_SIZE);
  }

  #countBytes(name: string, size: number): void {
    this.received.add(name, size);
    this.#parts.totals.receivedByCommand.add(name, size);
  }

  #decode(command: string, payload: Uint8Array): Message | undefined {
    const { log } = this.#parts;
    try {
      const message = decodePayload(command, payload);
      if (message === undefined) log('debug', 'net', this.#unknown(command));
      return message;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      // Core drops it too: the message after it may be sound.
      const what = `Exception '${error.message}' (${error.code}) caught`;
      this.#note(`ProcessMessages(${command}, ${payload.length} bytes): ${what}`);
      return undefined;
    }
  }

  #unknown(command: string): string {
    const { id } = this;
    if (command === RECONCILIATION) {
      return `${command} from peer=${id} ignored, as our node does not have txreconciliation enabled`;
    }
    return this.#handshake.isOver
      ? `Unknown command "${command}" from peer=${id}`
      : `Unsupported message "${command}" prior to verack from peer=${id}`;
  }

  #hear(message: Message): void | Promise<void> {
    const { owner } = this.#parts;
    switch (this.#handshake.hear(message)) {
      case 'version':
        this.#meet(this.version);
        return undefined;
      case 'ready':
        return this.#beReady();
      case 'over':
        this.#noteFilter(message);
        return owner.dispatcher.handle(this, message);
      default:
        return undefined;
    }
  }

  #meet(version: VersionMessage): void {
    const { clock, owner } = this.#parts;
    this.timeOffset = Number(version.time) - unixTime(clock);
    this.#relaysTransactions = version.relay;
    owner.introduced(this);
  }

  async #beReady(): Promise<void> {
    const { owner } = this.#parts;
    this.#cancelTimeout();
    owner.ready(this);
    for (const wish of this.#handshake.takeWishes()) await owner.dispatcher.handle(this, wish);
  }

  #noteFilter({ command }: Message): void {
    if (command !== 'filterload' && command !== 'filterclear') return;
    this.#relaysTransactions = true;
    this.hasBloomFilter = command === 'filterload';
  }

  #drain(): void {
    if (!this.#isCongested) return;
    this.#isCongested = false;
    try {
      if (this.#handshake.isOver) this.#parts.owner.dispatcher.drained(this);
    } catch (error) {
      if (error instanceof PeerFault) this.#accuse(error);
      else this.#parts.owner.failed(error);
    }
    this.#pump.drained();
  }

  #giveUp(): void {
    const seconds = this.#parts.timeoutMs / 1000;
    const isSilent = this.lastReceivedAt === 0 || this.lastSentAt === 0;
    const ways = [this.lastReceivedAt, this.lastSentAt].map((time) => (time === 0 ? 0 : 1));
    const silence = `socket no message in first ${seconds} seconds, ${ways.join(' ')}`;
    this.disconnect(isSilent ? silence : 'version handshake timeout');
  }

  #close(reason: CloseReason): void {
    if (!this.#isGone) {
      const isClosed = typeof reason === 'string';
      this.#note(isClosed ? 'socket closed for' : `socket error: ${reason.message}`);
      this.#note('disconnecting');
    }
    this.#isGone = true;
    this.#cancelTimeout();
    // Whoever waits for it to read would wait for ever, and `gone` comes only after him.
    this.#drain();
    this.#pump.close();
  }

  #note(words: string): void {
    this.#parts.log('debug', 'net', `${words} peer=${this.id}`);
  }

  #tellClosed(): void {
    try {
      this.#parts.owner.closed(this);
    } catch (error) {
      this.#parts.owner.failed(error);
    }
  }
}

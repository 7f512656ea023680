import type { Cancel } from '../../../src/outside/clock/clock.ts';
import { drawBelow, drawU64 } from '../../../src/outside/entropy/draw.ts';
import type { SeededEntropy } from '../../../src/outside/entropy/seeded-entropy.ts';
import { NetworkError } from '../../../src/outside/network/network-error.ts';
import { regtest } from '../../../src/protocol/params/regtest.ts';
import type { Message, MessageOf } from '../../../src/protocol/wire/message.ts';
import { exampleMessages } from '../../fixtures/example-messages.ts';
import { PORT } from '../../fixtures/virtual-world.ts';
import { type HeardMessage, WirePeer } from '../../fixtures/wire-peer.ts';
import type { MadeBlock } from '../made/made-block.ts';
import { type Stage, TARGET } from './stage.ts';

/** Whoever is thrown out is back after so long, from somewhere else. */
const BACK_AFTER_MS = 2000;
/** Nearer than any honest peer: whatever there is to tell, they tell it first. */
const LATENCY_MS = 5;

/** What a hostile peer does. All of it happens to whoever it is connected to. */
export interface Behaviour {
  readonly name: string;
  /** How often it acts. */
  readonly everyMs: number;
  readonly act: (peer: HostilePeer) => void;
  /** What it does as soon as an honest node has found a block. */
  readonly onBlock?: (peer: HostilePeer, block: MadeBlock) => void;
  readonly onMessage?: (peer: HostilePeer, message: HeardMessage) => void;
  /** How it introduces itself; as everybody does unless told otherwise. */
  readonly greet?: (peer: HostilePeer) => void;
}

export class HostilePeer {
  readonly stage: Stage;
  readonly behaviour: Behaviour;
  readonly number: number;
  readonly entropy: SeededEntropy;
  #wire: WirePeer | undefined;
  #cancel: Cancel = () => {};
  #isOver = false;
  /** How often it has come back. */
  returns = -1;
  /** How often it has acted, since it came the last time. */
  acts = 0;

  constructor(stage: Stage, behaviour: Behaviour, number: number) {
    this.stage = stage;
    this.behaviour = behaviour;
    this.number = number;
    this.entropy = stage.entropy.fork(`${behaviour.name} ${number}`);
    this.#later(drawBelow(this.entropy, BACK_AFTER_MS), () => this.#come());
  }

  get isConnected(): boolean {
    return this.#wire !== undefined && this.#wire.closed === undefined;
  }

  /** Its end of the connection, as long as there is one. */
  get wire(): WirePeer | undefined {
    return this.isConnected ? this.#wire : undefined;
  }

  send(...messages: readonly Message[]): void {
    for (const message of messages) this.wire?.send(message);
  }

  hearOfBlock(block: MadeBlock): void {
    if (this.isConnected) this.behaviour.onBlock?.(this, block);
  }

  /** As everybody does it. */
  greet(): void {
    this.sendVersion();
    this.send({ command: 'wtxidrelay' }, { command: 'sendaddrv2' }, { command: 'verack' });
    this.send({ command: 'sendcmpct', announce: false, version: 2n });
  }

  sendVersion(): void {
    const version = exampleMessages.find(
      (one) => one.command === 'version',
    ) as MessageOf<'version'>;
    const startHeight = this.stage.newest.height;
    this.send({ ...version, nonce: drawU64(this.entropy), services: 1033n, startHeight });
  }

  leave(): void {
    this.#isOver = true;
    this.#cancel();
    this.#wire?.connection.destroy();
  }

  #come(): void {
    this.returns++;
    this.acts = 0;
    this.#connect().catch((error: unknown) => {
      if (!(error instanceof NetworkError)) throw error;
      this.#later(BACK_AFTER_MS, () => this.#come());
    });
  }

  async #connect(): Promise<void> {
    const { network } = this.stage.world;
    // Each time from another address, in whatever network.
    const host = `10.${64 + (this.number % 128)}.${(this.returns >> 8) & 255}.${this.returns & 255}`;
    const address = this.number < 128 ? host : host.replace('10.', '100.');
    network.setLink(address, TARGET, { latencyMs: LATENCY_MS, jitterMs: 1 });
    const connection = await network.host(address).connect({ host: TARGET, port: PORT });
    if (this.#isOver) {
      connection.destroy();
      return;
    }
    const wire = new WirePeer(connection, regtest.magic);
    wire.onMessage = (message) => {
      wire.heard.length = 0;
      this.behaviour.onMessage?.(this, message);
    };
    this.#wire = wire;
    if (this.behaviour.greet === undefined) this.greet();
    else this.behaviour.greet(this);
    this.#later(this.behaviour.everyMs, () => this.#act());
  }

  #act(): void {
    if (!this.isConnected) {
      this.#later(BACK_AFTER_MS, () => this.#come());
      return;
    }
    this.behaviour.act(this);
    this.acts++;
    this.#later(this.behaviour.everyMs, () => this.#act());
  }

  #later(ms: number, what: () => void): void {
    if (!this.#isOver) this.#cancel = this.stage.world.clock.schedule(ms, what);
  }
}

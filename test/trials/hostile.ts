/**
 * Two hundred peers at once that each do what they should not, in thirteen ways, beside four honest
 * ones. The node goes on as if they were not there: it follows each honest block within seconds, keeps
 * the peers that it has chosen, and its memory. The hostile ones are nearer than the honest ones, and who
 * is thrown out comes back from elsewhere.
 */
import type { Node } from '../../src/node/node.ts';
import { LIMITS } from '../../src/node/p2p/limits.ts';
import { drawBelow } from '../../src/outside/entropy/draw.ts';
import { toReversedHex } from '../../src/protocol/bytes/hex.ts';
import { blockTricks } from './hostile/block-tricks.ts';
import { brokenTalk } from './hostile/broken-talk.ts';
import { floods } from './hostile/floods.ts';
import { type Behaviour, HostilePeer } from './hostile/hostile-peer.ts';
import { Stage } from './hostile/stage.ts';
import { memoryUsed } from './memory-used.ts';
import type { Trial, TrialSetting } from './trial.ts';

const SIZES = {
  long: { peers: 200, blocks: 12, height: 400 },
  short: { peers: 26, blocks: 4, height: 250 },
} as const;
/** Where there is a place for everybody; and with those that a node has by default, which they fight for. */
const PLACES = {
  long: [SIZES.long.peers + 30, LIMITS.connections],
  short: [SIZES.short.peers + 30],
} as const;
const BEHAVIOURS: readonly Behaviour[] = [...floods, ...blockTricks, ...brokenTalk];
/** How long the node may take until it has a block that an honest one has found. */
const LONGEST_DELAY_MS = 5000;
const MOST_BYTES = 1_000_000_000;
/** A step that takes longer would hold up everybody else. */
const LONGEST_STEP_MS = 500;
/** So many of them are connected, most of the time: the others are on their way back. */
const LEAST_CONNECTED = 0.7;
/** Those that the node keeps for its own choice, and the two honest peers that come in. */
const OUTBOUND_PLACES = 13;
const LEAST_PAUSE_MS = 10_000;
const MOST_PAUSE_MS = 30_000;
const SETTLE_MS = 5000;

export const hostileTrial: Trial = {
  name: 'hostile',
  shows: 'a node among 200 hostile peers follows the honest tip, and keeps its honest peers',
  times: { long: 1, short: 1 },
  async run(setting) {
    const rows: TrialRow[] = [];
    const failures: string[] = [];
    for (const places of PLACES[setting.size]) {
      const { peers, height } = SIZES[setting.size];
      setting.say(`${peers} hostile peers, ${places} places`);
      const stage = await Stage.open({ seed: setting.seed, places, height });
      const siege = new Siege(stage, setting, places);
      try {
        rows.push(await siege.run());
      } finally {
        siege.end();
        await stage.close();
      }
      failures.push(...siege.failures.map((failure) => `${places} places: ${failure}`));
    }
    return { figures: { sieges: rows }, failures };
  },
};

type TrialRow = Readonly<Record<string, number | string>>;

class Siege {
  readonly #stage: Stage;
  readonly #setting: TrialSetting;
  readonly #peers: readonly HostilePeer[];
  readonly #places: number;
  readonly failures: string[] = [];
  readonly #delays: number[] = [];

  constructor(stage: Stage, setting: TrialSetting, places: number) {
    this.#stage = stage;
    this.#places = places;
    this.#setting = setting;
    this.#peers = Array.from({ length: SIZES[setting.size].peers }, (_, i) => {
      const behaviour = BEHAVIOURS[i % BEHAVIOURS.length] as Behaviour;
      return new HostilePeer(stage, behaviour, i);
    });
  }

  async run(): Promise<TrialRow> {
    const stage = this.#stage;
    const { size, say } = this.#setting;
    const chosen = stage.chosenPeers();
    const before = memoryUsed();
    const [began, beganAt] = [process.cpuUsage(), stage.world.clock.monotonic()];
    let least = this.#peers.length;
    for (let i = 0; i < SIZES[size].blocks; i++) {
      await stage.run(LEAST_PAUSE_MS + drawBelow(stage.entropy, MOST_PAUSE_MS - LEAST_PAUSE_MS));
      const miner = stage.honest[i % stage.honest.length] as Node;
      await stage.pay(miner);
      await stage.run(SETTLE_MS);
      const connected = this.#peers.filter(({ isConnected }) => isConnected).length;
      least = Math.min(least, connected);
      const delay = await this.#follow(miner);
      say(`block ${i + 1} after ${delay.toFixed(0)} ms, ${connected} hostile peers connected`);
    }
    const { user, system } = process.cpuUsage(began);
    const simulated = (stage.world.clock.monotonic() - beganAt) / 1000;
    const bytes = memoryUsed();
    this.#judge(chosen, least, Math.max(bytes, stage.mostBytes));
    const returns = this.#peers.reduce((sum, peer) => sum + peer.returns, 0);
    return {
      'hostile peers': this.#peers.length,
      ways: BEHAVIOURS.length,
      places: this.#places,
      'at once': least,
      'thrown out': returns,
      'honest blocks': this.#delays.length,
      'delay ms': medianAndMost(this.#delays),
      'simulated s': Math.round(simulated),
      'processor s': Math.round((user + system) / 1e6),
      'longest step ms': Math.round(stage.longestStepMs),
      'most MB': megabytes(stage.mostBytes),
      'more MB': megabytes(bytes - before),
    };
  }

  end(): void {
    for (const peer of this.#peers) peer.leave();
  }

  /** How long the node takes to have a block that an honest one finds now. */
  async #follow(miner: Node): Promise<number> {
    const stage = this.#stage;
    const { clock } = stage.world;
    const block = await stage.mine(miner);
    const began = clock.monotonic();
    for (const peer of this.#peers) peer.hearOfBlock(block);
    const wanted = toReversedHex(block.hash);
    const isThere = (): boolean => toReversedHex(stage.target.chain.tip.hash) === wanted;
    const hasCome = await stage.runUntil(isThere, LONGEST_DELAY_MS);
    const delay = clock.monotonic() - began;
    this.#delays.push(delay);
    if (!hasCome) {
      this.failures.push(`block ${block.height} was not there after ${LONGEST_DELAY_MS} ms`);
    }
    return delay;
  }

  #judge(chosen: readonly number[], least: number, bytes: number): void {
    const stage = this.#stage;
    const left = stage.chosenPeers();
    const lost = chosen.filter((id) => !left.includes(id));
    if (lost.length > 0) this.failures.push(`honest outbound peers were lost: ${lost.join(', ')}`);
    if (bytes > MOST_BYTES) this.failures.push(`${megabytes(bytes)} MB of memory were in use`);
    if (stage.longestStepMs > LONGEST_STEP_MS) {
      this.failures.push(`the event loop stood still for ${Math.round(stage.longestStepMs)} ms`);
    }
    const possible = Math.min(this.#peers.length, this.#places - OUTBOUND_PLACES);
    if (least < LEAST_CONNECTED * possible) {
      this.failures.push(`only ${least} hostile peers were connected at some moment`);
    }
    for (const failure of stage.world.failures) this.failures.push(`a node: ${String(failure)}`);
  }
}

/** In milliseconds. */
function medianAndMost(delays: readonly number[]): string {
  const sorted = [...delays].sort((a, b) => a - b);
  return `${Math.round(sorted[sorted.length >> 1] ?? 0)}, ${Math.round(sorted.at(-1) ?? 0)}`;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

/** One node among four honest ones, on a network and under a clock that are simulated. */
import type { Node } from '../../../src/node/node.ts';
import { drawBelow } from '../../../src/outside/entropy/draw.ts';
import type { SeededEntropy } from '../../../src/outside/entropy/seeded-entropy.ts';
import { blockSubsidy } from '../../../src/protocol/consensus/subsidy.ts';
import { regtest } from '../../../src/protocol/params/regtest.ts';
import { txid } from '../../../src/protocol/primitives/transaction-id.ts';
import { OPEN_SCRIPT, Payer } from '../../../src/sim/payer.ts';
import { PORT, VirtualWorld } from '../../fixtures/virtual-world.ts';
import type { MadeBlock } from '../made/made-block.ts';

/** The node that all of it is about. */
export const TARGET = '10.0.0.1';
/** The first two are those that the node has chosen itself; the others have chosen it. */
const HONEST = ['10.0.0.11', '10.0.0.12', '10.0.0.13', '10.0.0.14'] as const;
const CHOSEN = HONEST.slice(0, 2);
const START_LIMIT_MS = 120_000;
const MOST_PAYMENTS = 30;

export interface StageOptions {
  readonly seed: number;
  /** How many connections the node may have. */
  readonly places: number;
  /** The height that everybody begins at. */
  readonly height: number;
}

export class Stage {
  readonly world: VirtualWorld;
  readonly entropy: SeededEntropy;
  readonly target: Node;
  readonly honest: readonly Node[];
  readonly #payer: Payer;
  /** The last block that an honest node has mined. */
  #newest: MadeBlock | undefined;
  /** The longest time that a step took, which on a real event loop others would have waited. */
  longestStepMs = 0;
  mostBytes = 0;
  #lastStep: { readonly at: number; readonly cpu: number } | undefined;
  #steps = 0;

  private constructor(world: VirtualWorld, target: Node, honest: readonly Node[], payer: Payer) {
    this.world = world;
    this.entropy = world.entropy.fork('the stage');
    this.target = target;
    this.honest = honest;
    this.#payer = payer;
  }

  static async open({ seed, places, height }: StageOptions): Promise<Stage> {
    const world = new VirtualWorld(`hostile peers ${seed}`);
    const [a, b, c, d] = HONEST;
    const first = await world.node(a, { network: { connect: [] } });
    await world.clock.settle(first.generate(height, OPEN_SCRIPT));
    const honest = [
      first,
      await world.node(b, { network: { connect: [a] } }),
      await world.node(c, { network: { connect: [a, TARGET] } }),
      await world.node(d, { network: { connect: [b, TARGET] } }),
    ];
    // Nodes that begin at the same time could wait for each other's headers, and nobody has any.
    const haveBegun = (): boolean => honest.every(({ chain }) => chain.tip.height === height);
    if (!(await world.clock.runUntil(haveBegun, START_LIMIT_MS))) {
      throw new Error('the honest nodes did not sync');
    }
    const target = await world.node(TARGET, {
      indexes: ['filters'],
      network: {
        known: CHOSEN.map((host) => ({ host, port: PORT })),
        maxConnections: places,
        serveBloomFilters: true,
        serveBlockFilters: true,
      },
    });
    const payer = new Payer(world.entropy.fork('payments'));
    const stage = new Stage(world, target, honest, payer);
    await stage.#begin(height);
    return stage;
  }

  get newest(): MadeBlock {
    if (this.#newest === undefined) throw new Error('nothing has been mined yet');
    return this.#newest;
  }

  /** Those honest peers that the node has chosen, by the numbers of their connections. */
  chosenPeers(): readonly number[] {
    const peers = this.target.peers.peerInfos();
    return peers
      .filter(({ name, kind, isReady }) => {
        const host = CHOSEN.find((one) => name === `${one}:${PORT}`);
        return host !== undefined && kind !== 'inbound' && isReady;
      })
      .map(({ id }) => id);
  }

  /** Lets time pass until something holds, and watches how long each step really takes. */
  async runUntil(condition: () => boolean, limitMs: number): Promise<boolean> {
    this.#lastStep = undefined;
    return this.world.clock.runUntil(() => {
      this.#watchStep();
      return condition();
    }, limitMs);
  }

  async run(ms: number): Promise<void> {
    await this.runUntil(() => false, ms);
  }

  /** Gives a node payments: it surely has them when it mines, and others most of them. */
  async pay(node: Node): Promise<void> {
    for (let left = 5 + drawBelow(this.entropy, MOST_PAYMENTS); left > 0; left--) {
      const payment = this.#payer.pay();
      if (payment === undefined) return;
      const { kind } = await this.world.clock.settle(node.broadcast(payment.tx));
      this.#payer.settle(payment, kind === 'accepted');
    }
  }

  /** An honest node finds a block. */
  async mine(miner: Node): Promise<MadeBlock> {
    await this.world.clock.settle(miner.generate(1, OPEN_SCRIPT));
    this.#newest = await this.blockAt(miner, miner.chain.tip.height);
    return this.#newest;
  }

  async blockAt({ chain }: Node, height: number): Promise<MadeBlock> {
    const node = chain.blockAt(height);
    if (node === undefined) throw new Error(`there is no block ${height}`);
    const { block } = await this.world.clock.settle(chain.readBlock(node));
    const raw = await this.world.clock.settle(chain.readRaw(node));
    return { block, raw, hash: node.hash, height, time: node.time };
  }

  async close(): Promise<void> {
    await this.world.stop(this.target, ...this.honest);
  }

  async #begin(height: number): Promise<void> {
    const [miner] = this.honest as readonly [Node];
    for (let i = 1; i <= height - regtest.consensus.coinbaseMaturity; i++) {
      const { block } = await this.blockAt(miner, i);
      const [coinbase] = block.transactions;
      if (coinbase === undefined) continue;
      const value = blockSubsidy(i, regtest.consensus);
      this.#payer.add({ txid: txid(coinbase), vout: 0 }, value);
    }
    this.#newest = await this.blockAt(miner, height);
    const isReady = (): boolean =>
      this.chosenPeers().length === CHOSEN.length &&
      [this.target, ...this.honest].every(({ chain }) => chain.tip.height === height);
    if (!(await this.runUntil(isReady, START_LIMIT_MS))) {
      throw new Error('the honest nodes did not find each other');
    }
    this.longestStepMs = 0;
  }

  /** Where the machine is busy with something else, only the time of this process counts. */
  #watchStep(): void {
    const { user, system } = process.cpuUsage();
    const now = { at: performance.now(), cpu: (user + system) / 1000 };
    if (this.#lastStep !== undefined) {
      const took = Math.min(now.at - this.#lastStep.at, now.cpu - this.#lastStep.cpu);
      this.longestStepMs = Math.max(this.longestStepMs, took);
    }
    this.#lastStep = now;
    if (++this.#steps % 1000 !== 0) return;
    const { heapUsed, external } = process.memoryUsage();
    this.mostBytes = Math.max(this.mostBytes, heapUsed + external);
  }
}

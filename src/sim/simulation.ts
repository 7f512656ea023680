import { Node } from '../node/node.ts';
import { MemoryStores } from '../node/storage/memory-stores.ts';
import { InProcessVerifier } from '../node/verify/in-process-verifier.ts';
import { AdjustableClock } from '../outside/clock/adjustable-clock.ts';
import type { Cancel } from '../outside/clock/clock.ts';
import { VirtualClock } from '../outside/clock/virtual-clock.ts';
import { MemoryDisk } from '../outside/disk/memory-disk.ts';
import { drawBelow, drawExponential, drawUnit, pick, shuffled } from '../outside/entropy/draw.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import { VirtualNetwork } from '../outside/network/virtual-network.ts';
import { LocalThreads } from '../outside/threads/local-threads.ts';
import { toReversedHex } from '../protocol/bytes/hex.ts';
import type { ChainParams } from '../protocol/params/chain-params.ts';
import { encodeBlock } from '../protocol/primitives/block.ts';
import { txid } from '../protocol/primitives/transaction-id.ts';
import { OPEN_SCRIPT, Payer } from './payer.ts';
import { simChain } from './sim-chain.ts';
import { SimNode } from './sim-node.ts';
import { type FilledOptions, fillOptions, type SimulationOptions } from './sim-options.ts';
import { reportOf, type SimulationReport } from './sim-report.ts';
import { Spread } from './spread.ts';
import { Trace } from './trace.ts';

/** Everybody begins with so many blocks more than it takes until coins can be spent. */
const FIRST_COINS = 10;
const MINUTE_MS = 60_000;
/** So long does the longest way from node to node take, retries included. */
const SETTLE_MS = 5 * MINUTE_MS;
const MOST_TIE_BREAKS = 10;
/** From here on, a few thousand networks belong to nobody whom the rules treat in another way. */
const FIRST_GROUP = 20;
/** A node keeps so little of what it could cache: a thousand of them share this process. */
const DBCACHE_BYTES = 2 ** 20;
const SCRIPT_CACHE_BYTES = 2 ** 14;

/**
 * Many real nodes in one process, on a network and under a clock that are simulated: hours go by in
 * seconds, and a seed replays them to the last byte.
 *
 * @example
 * const simulation = await Simulation.begin({ seed: 7, nodes: 100 });
 * await simulation.run(2 * 3_600_000);
 * console.log(simulation.report());
 * await simulation.end();
 */
export class Simulation {
  readonly options: FilledOptions;
  readonly params: ChainParams;
  readonly clock: VirtualClock;
  readonly network: VirtualNetwork;
  readonly trace: Trace;
  readonly blocks = new Spread();
  readonly transactions = new Spread();
  readonly #entropy: SeededEntropy;
  readonly #payer: Payer;
  readonly #nodes: SimNode[] = [];
  /** Blocks that have been mined, by whomever. */
  #mined = 0;
  #nextBlock: Cancel = () => {};
  #nextPayment: Cancel = () => {};
  #failure: unknown;
  /** The height of the blocks that everybody began with. */
  #firstHeight = 0;

  private constructor(options: FilledOptions) {
    this.options = options;
    this.params = options.params ?? simChain();
    const start = (this.params.genesis.header.time + 3600) * 1000;
    this.clock = new VirtualClock(start);
    this.#entropy = new SeededEntropy(`simulation ${options.seed}`);
    this.network = new VirtualNetwork({
      clock: this.clock,
      entropy: this.#entropy.fork('network'),
      link: {
        latencyMs: options.latencyMs,
        jitterMs: options.latencyMs,
        bytesPerSecond: options.bandwidth,
        loss: options.loss,
      },
    });
    this.trace = new Trace(options.onTrace);
    this.#payer = new Payer(this.#entropy.fork('payments'));
  }

  /** Starts all nodes, with a few blocks that everybody has. They find each other by themselves. */
  static async begin(given: SimulationOptions): Promise<Simulation> {
    const simulation = new Simulation(fillOptions(given));
    await simulation.#startNodes();
    simulation.#scheduleBlock();
    simulation.#schedulePayment();
    return simulation;
  }

  get firstHeight(): number {
    return this.#firstHeight;
  }

  get nodes(): readonly SimNode[] {
    return this.#nodes;
  }

  /** Blocks that somebody has mined since the beginning. */
  get mined(): number {
    return this.#mined;
  }

  /** Lets so much time pass. */
  async run(ms: number): Promise<void> {
    await this.clock.advance(ms);
    this.#throwFailure();
  }

  /** Lets time pass until something holds; whether it came to hold in time. */
  async runUntil(condition: () => boolean, limitMs: number): Promise<boolean> {
    const held = await this.clock.runUntil(condition, limitMs);
    this.#throwFailure();
    return held;
  }

  /** Whether all nodes have the same tip. */
  get agrees(): boolean {
    const [first] = this.#nodes;
    const tip = first && toReversedHex(first.node.chain.tip.hash);
    return this.#nodes.every(({ node }) => toReversedHex(node.chain.tip.hash) === tip);
  }

  /** Has a node mine a block now, on its own tip. */
  async mineAt(miner: SimNode, scriptPubKey: Uint8Array = OPEN_SCRIPT): Promise<void> {
    const before = this.clock.monotonic();
    const [hash] = await miner.node.generate(1, scriptPubKey);
    if (hash === undefined) throw new Error(`${miner.name} found no block`);
    this.#mined++;
    this.blocks.began(hash, before);
    this.trace.add(before, miner.name, `mined ${toReversedHex(hash)}`);
  }

  /** No blocks and no payments come any more, but those that somebody asks for. */
  rest(): void {
    this.#nextBlock();
    this.#nextPayment();
  }

  /**
   * Lets the last blocks and payments arrive. Where two branches are equally long, somebody mines one
   * block more: nothing else would decide between them.
   */
  async comeToAgree(): Promise<void> {
    this.rest();
    this.network.heal();
    for (let tries = 0; tries < MOST_TIE_BREAKS; tries++) {
      if (await this.runUntil(() => this.agrees, SETTLE_MS)) return;
      await this.clock.settle(this.mineAt(this.#nodes[0] as SimNode));
    }
  }

  /** All figures, as things are now. */
  report(): SimulationReport {
    return reportOf(this);
  }

  /** Stops all nodes. */
  async end(): Promise<void> {
    this.rest();
    const stopping = Promise.all(this.#nodes.map(({ node }) => node.stop()));
    await this.clock.settle(stopping);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #startNodes(): Promise<void> {
    const count = this.options.nodes;
    for (let i = 0; i < count; i++) await this.#startNode(i);
    await this.#giveFirstBlocks();
    for (const { node } of this.#nodes) await this.clock.settle(node.connect());
  }

  async #startNode(number: number): Promise<void> {
    const { knownAddresses, clockOffsetSeconds, nodes } = this.options;
    const name = `node ${number}`;
    const entropy = this.#entropy.fork(name);
    const offset = Math.round((2 * drawUnit(entropy) - 1) * clockOffsetSeconds) * 1000;
    const clock = new AdjustableClock(this.clock, offset);
    const address = addressOf(number);
    const others = Array.from({ length: nodes }, (_, i) => i).filter((i) => i !== number);
    const known = shuffled(entropy, others).slice(0, knownAddresses).map(addressOf);
    const { p2p: port } = this.params.ports;
    const starting = Node.open(
      {
        params: this.params,
        chain: {
          dbcacheBytes: DBCACHE_BYTES,
          verifier: new InProcessVerifier(clock),
          checkBlocks: 0,
        },
        scriptCacheBytes: SCRIPT_CACHE_BYTES,
        network: {
          listen: [{ host: address, port }],
          known: known.map((host) => ({ host, port })),
          discover: false,
        },
        onFatal: (error) => {
          this.#failure ??= error;
        },
      },
      {
        clock,
        entropy,
        network: this.network.host(address),
        disk: new MemoryDisk(),
        openStore: new MemoryStores().open,
        threads: new LocalThreads(clock),
      },
    );
    const node = await this.clock.settle(starting);
    const now = (): number => this.clock.monotonic();
    this.#nodes.push(
      new SimNode(name, address, node, {
        onTip: (_, hash) => this.blocks.heard(hash, now()),
        onTransaction: (_, id) => this.transactions.heard(id, now()),
        onTrace: (who, what) => this.trace.add(now(), who.name, what),
      }),
    );
  }

  /** The same blocks for all, whose coins are then spent. */
  async #giveFirstBlocks(): Promise<void> {
    const [first] = this.#nodes;
    if (first === undefined) return;
    const { chain } = first.node;
    const count = this.params.consensus.coinbaseMaturity + FIRST_COINS;
    this.#firstHeight = count;
    await this.clock.settle(first.node.generate(count, OPEN_SCRIPT));
    for (let height = 1; height <= count; height++) {
      const block = chain.blockAt(height);
      if (block === undefined) throw new Error(`there is no block ${height}`);
      const { block: whole } = await this.clock.settle(chain.readBlock(block));
      const raw = encodeBlock(whole);
      for (const { node } of this.#nodes.slice(1)) {
        await this.clock.settle(node.chain.processBlock(raw));
      }
      const [coinbase] = whole.transactions;
      const output = coinbase?.outputs[0];
      if (coinbase === undefined || output === undefined || height > FIRST_COINS) continue;
      this.#payer.add({ txid: txid(coinbase), vout: 0 }, output.value);
    }
  }

  /** The next block comes when it comes; that one has gone by says nothing of the next. */
  #scheduleBlock(): void {
    const { miners, blockSeconds } = this.options;
    if (miners === 0) return;
    const entropy = this.#entropy.fork('mining');
    const shares = Array.from({ length: miners }, () => 0.5 + drawUnit(entropy));
    const next = (): void => {
      const delay = drawExponential(entropy, blockSeconds * 1000);
      this.#nextBlock = this.clock.schedule(delay, () => {
        const miner = this.#nodes[drawByShare(entropy, shares)] as SimNode;
        this.#try(this.mineAt(miner));
        next();
      });
    };
    next();
  }

  #schedulePayment(): void {
    const { paymentsAMinute } = this.options;
    if (paymentsAMinute === 0) return;
    const entropy = this.#entropy.fork('payers');
    const next = (): void => {
      const delay = drawExponential(entropy, MINUTE_MS / paymentsAMinute);
      this.#nextPayment = this.clock.schedule(delay, () => {
        this.#try(this.#pay(pick(entropy, this.#nodes) as SimNode));
        next();
      });
    };
    next();
  }

  /** A payment goes out from a node, if that has heard of what it spends. */
  async #pay(from: SimNode): Promise<void> {
    const payment = this.#payer.pay();
    if (payment === undefined) return;
    const before = this.clock.monotonic();
    const { kind } = await from.node.broadcast(payment.tx);
    this.#payer.settle(payment, kind === 'accepted');
    if (kind === 'accepted') this.transactions.began(txid(payment.tx), before);
  }

  /** Whatever goes wrong in what nobody waits for ends the simulation. */
  #try(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#failure ??= error;
    });
  }
}

/** Each in a network of its own, so that nobody takes them for neighbours: 20.0.0.1, 20.1.0.1, … */
function addressOf(number: number): string {
  return `${FIRST_GROUP + (number >> 8)}.${number & 0xff}.0.1`;
}

function drawByShare(entropy: SeededEntropy, shares: readonly number[]): number {
  const total = shares.reduce((sum, share) => sum + share, 0);
  let left = drawUnit(entropy) * total;
  for (const [i, share] of shares.entries()) {
    left -= share;
    if (left < 0) return i;
  }
  return drawBelow(entropy, shares.length);
}

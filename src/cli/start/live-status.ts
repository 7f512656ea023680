import type { ChainEvent } from '../../node/chain/chain-events.ts';
import type { Clock } from '../../outside/clock/clock.ts';
import { unixTime } from '../../outside/clock/clock.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { toReversedHex } from '../../protocol/bytes/hex.ts';
import type { NodeService } from '../../service/node-service.ts';

/** So many of the last blocks are shown. */
const MOST_RECENT = 6;

/** What a mining node is at, at one moment. */
export interface LiveStatus {
  readonly chain: string;
  readonly height: number;
  /** Hashes a second; 0 before they were measured. */
  readonly hashRate: number;
  readonly threads: number;
  /** How many hashes a block takes on average. */
  readonly hashesPerBlock: number;
  readonly peersIn: number;
  readonly peersOut: number;
  readonly poolTransactions: number;
  readonly poolVsize: number;
  /** Blocks of the chain that were found here since the start, and what they brought. */
  readonly found: number;
  readonly rewards: bigint;
  /** How often the chain went back, since the start. */
  readonly reorganisations: number;
  /** From the last one on. */
  readonly recent: readonly RecentBlock[];
}

export interface RecentBlock {
  readonly height: number;
  readonly hash: string;
  readonly transactions: number;
  /** In seconds. */
  readonly age: number;
  readonly isOwn: boolean;
}

/** Watches a service, and says at any moment what it is at. */
export class StatusWatch {
  readonly #service: NodeService;
  readonly #clock: Clock;
  /** What the blocks that were found here pay, by their hashes. */
  readonly #own = new ByteMap<bigint>();
  readonly #stops: (() => void)[];
  #found = 0;
  #rewards = 0n;
  #reorganisations = 0;
  #isGoingBack = false;

  constructor(service: NodeService) {
    this.#service = service;
    this.#clock = service.clock;
    const { miner, node } = service;
    this.#stops = [node.chain.on((event) => this.#hear(event))];
    // The chain has connected a block before its miner tells of it.
    const off = miner?.on((event) => {
      if (event.kind !== 'found') return;
      const value = event.block.transactions[0]?.outputs[0]?.value ?? 0n;
      this.#own.set(event.hash, value);
      const block = node.chain.lookup(event.hash);
      if (block !== undefined && node.chain.contains(block)) this.#count(1, value);
    });
    if (off !== undefined) this.#stops.push(off);
  }

  /** What the service is at. */
  now(): LiveStatus {
    const { node, miner } = this.#service;
    const { chain, mempool, peers } = node;
    const all = peers.all();
    const inbound = all.filter(({ kind }) => kind === 'inbound').length;
    return {
      chain: chain.params.name,
      height: chain.tip.height,
      hashRate: miner?.hashesPerSecond ?? 0,
      threads: this.#service.mineThreads,
      hashesPerBlock: hashesOf(chain.tip),
      peersIn: inbound,
      peersOut: all.length - inbound,
      poolTransactions: mempool.size,
      poolVsize: mempool.totalVsize,
      found: this.#found,
      rewards: this.#rewards,
      reorganisations: this.#reorganisations,
      recent: this.#recent(),
    };
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #recent(): readonly RecentBlock[] {
    const now = unixTime(this.#clock);
    const blocks: RecentBlock[] = [];
    for (let node = this.#service.node.chain.tip; blocks.length < MOST_RECENT; ) {
      blocks.push({
        height: node.height,
        hash: toReversedHex(node.hash),
        transactions: node.transactionCount,
        age: Math.max(0, now - node.time),
        isOwn: this.#own.has(node.hash),
      });
      if (node.parent === undefined) break;
      node = node.parent;
    }
    return blocks;
  }

  #hear(event: ChainEvent): void {
    if (event.kind === 'tip') this.#isGoingBack = false;
    if (event.kind !== 'connected' && event.kind !== 'disconnected') return;
    const isGone = event.kind === 'disconnected';
    if (isGone && !this.#isGoingBack) this.#reorganisations++;
    if (isGone) this.#isGoingBack = true;
    const value = this.#own.get(event.node.hash);
    if (value !== undefined) this.#count(isGone ? -1 : 1, value);
  }

  #count(sign: 1 | -1, value: bigint): void {
    this.#found += sign;
    this.#rewards += BigInt(sign) * value;
  }
}

/** How many hashes the next block takes on average, as far as the last one tells. */
function hashesOf({ chainWork, parent }: NodeService['node']['chain']['tip']): number {
  return Number(chainWork - (parent?.chainWork ?? 0n));
}

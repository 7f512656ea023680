/** A chain with all that follows it, put back to marks between whatever else can happen to it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  blockOn,
  genesis,
  type MadeBlock,
  quickRegtest,
  SUBSIDY,
} from '../../test/fixtures/block-maker.ts';
import { type ChainDigest, chainDigest, utxoHash } from '../../test/fixtures/chain-digest.ts';
import { checkPool } from '../../test/fixtures/check-pool.ts';
import { type IndexedChain, IndexedMachine } from '../../test/fixtures/indexed-machine.ts';
import { pay, payment } from '../../test/fixtures/regtest-blocks.ts';
import { memoryChain } from '../../test/fixtures/test-chain.ts';
import { VirtualWorld } from '../../test/fixtures/virtual-world.ts';
import { SystemClock } from '../outside/clock/system-clock.ts';
import { toHex } from '../protocol/bytes/hex.ts';
import type { OutPoint, Transaction } from '../protocol/primitives/transaction.ts';
import { txid } from '../protocol/primitives/transaction-id.ts';
import type { BlockNode } from './chain/block-node.ts';
import type { ChainMark } from './chain/chain-marks.ts';
import { Mempool } from './mempool/mempool.ts';
import { ScriptExecutionCache } from './verify/script-execution-cache.ts';

const clock = new SystemClock();
const FEE = 10_000n;
/** OP_TRUE */
const ANYONE = Uint8Array.of(0x51);

interface Money {
  readonly outPoint: OutPoint;
  readonly value: bigint;
}

interface TreeBlock extends MadeBlock {
  readonly parent: TreeBlock | undefined;
  readonly coins: readonly Money[];
}

const ROOT: TreeBlock = { ...genesis, parent: undefined, coins: [] };

const pick = fc.nat(6);
const operation = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('grow' as const),
      on: fc.nat(3),
      spends: fc.array(fc.nat(), { maxLength: 2 }),
      isGreedy: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      as: fc.constantFrom(
        'block' as const,
        'block' as const,
        'unawaited' as const,
        'header' as const,
      ),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('extend tip' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('body' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('invalidate' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reconsider' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('precious' as const), pick }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pay' as const), coin: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('mark' as const) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('revert' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

interface Running extends IndexedChain {
  readonly mempool: Mempool;
  /** The branch, as events tell of it. */
  readonly followed: readonly BlockNode[];
}

async function open(machine: IndexedMachine): Promise<Running> {
  const running = await machine.open();
  const { chain } = running;
  const mempool = new Mempool({
    ...{ chain, params: quickRegtest, clock, entropy: machine.entropy },
    scriptCache: new ScriptExecutionCache(new Uint8Array(16)),
    options: { requireStandard: false },
  });
  mempool.start();
  const followed = [chain.tip];
  chain.on((event) => {
    if (event.kind === 'connected') {
      expect(event.node.parent).toBe(followed.at(-1));
      followed.push(event.node);
    } else if (event.kind === 'disconnected') {
      expect(event.node).toBe(followed.at(-1));
      followed.pop();
      if (followed.length === 0) followed.push(event.node.parent as BlockNode);
    }
  });
  const close = async (): Promise<void> => {
    mempool.close();
    await running.close();
  };
  return { ...running, mempool, followed, close };
}

interface Marked {
  readonly mark: ChainMark;
  readonly digest: ChainDigest;
  readonly offered: ReadonlySet<string>;
  readonly pool: readonly Transaction[];
}

class Life {
  readonly #machine: IndexedMachine;
  #running: Running;
  /** All that were ever made. */
  readonly #made: TreeBlock[] = [ROOT];
  readonly #transactions: Transaction[] = [];
  /** Those that the chain may know. */
  #offered = new Set([toHex(ROOT.hash)]);
  #marked: Marked[] = [];
  #unawaited: Promise<unknown>[] = [];

  private constructor(machine: IndexedMachine, running: Running) {
    this.#machine = machine;
    this.#running = running;
  }

  static async begin(seed: string): Promise<Life> {
    const machine = await IndexedMachine.make(seed);
    return new Life(machine, await open(machine));
  }

  async do(step: Operation): Promise<void> {
    const { chain, indexes } = this.#running;
    switch (step.kind) {
      case 'grow':
        return this.#grow(step);
      case 'extend tip':
        return this.#mine(this.#blockOf(chain.tip), this.#poolInOrder(), SUBSIDY, 'block');
      case 'body':
        return this.#offer(this.#fromYoungest(step.pick), 'block');
      case 'invalidate':
      case 'reconsider':
      case 'precious':
        return this.#say(step.kind, this.#fromYoungest(step.pick));
      case 'pay':
        return this.#pay(step.coin);
      case 'flush':
        return chain.flush();
      case 'settle':
        return indexes.settled();
      case 'mark':
        return this.#mark();
      case 'revert':
        return this.#revert(step.pick);
      case 'restart':
        return this.#restart();
      case 'crash':
        return this.#crash();
    }
  }

  async end(): Promise<void> {
    await this.#rest();
    const { chain } = this.#running;
    expect((await chain.verify({ level: 4, blocks: 0 })).failure).toBeUndefined();
    await this.#checkIndexes();
    const { tip } = chain;
    expect(await utxoHash(chain)).toBe(await this.#replayedCoins(this.#blockOf(tip)));
    await this.#running.close();
  }

  async #grow(step: Operation & { readonly kind: 'grow' }): Promise<void> {
    const parent = this.#fromYoungest(step.on);
    const left = [...parent.coins];
    const transactions: Transaction[] = [];
    for (const number of step.spends) {
      const [coin] = left.splice(number % Math.max(1, left.length), 1);
      if (coin !== undefined) transactions.push(payment([coin.outPoint], [pay(coin.value)]));
    }
    await this.#mine(parent, transactions, step.isGreedy ? SUBSIDY + 1n : SUBSIDY, step.as);
  }

  async #mine(
    parent: TreeBlock,
    transactions: readonly Transaction[],
    reward: bigint,
    as: 'block' | 'unawaited' | 'header',
  ): Promise<void> {
    const made = blockOn(parent, { transactions, extra: this.#made.length, reward });
    const spent = new Set<string>();
    const coins = [...parent.coins, { outPoint: made.coinbase, value: reward }];
    for (const tx of transactions) {
      for (const { prevout } of tx.inputs) spent.add(nameOf(prevout));
      const outPoint = { txid: txid(tx), vout: 0 };
      coins.push({ outPoint, value: tx.outputs[0]?.value ?? 0n });
    }
    this.#transactions.push(...transactions);
    const left = coins.filter(({ outPoint }) => !spent.has(nameOf(outPoint)));
    const block: TreeBlock = { ...made, parent, coins: left };
    this.#made.push(block);
    await this.#offer(block, as);
  }

  async #offer(block: TreeBlock, as: 'block' | 'unawaited' | 'header'): Promise<void> {
    const { chain } = this.#running;
    this.#offered.add(toHex(block.hash));
    if (as === 'header') await chain.processHeaders([block.block.header]);
    else if (as === 'unawaited') this.#unawaited.push(chain.processBlock(block.raw));
    else await chain.processBlock(block.raw);
  }

  async #say(what: 'invalidate' | 'reconsider' | 'precious', { hash, height }: TreeBlock) {
    const { chain } = this.#running;
    await this.#rest();
    if (height === 0 || chain.lookup(hash) === undefined) return;
    if (what === 'invalidate') await chain.invalidateBlock(hash);
    else if (what === 'reconsider') await chain.reconsiderBlock(hash);
    else await chain.preciousBlock(hash);
  }

  async #pay(number: number): Promise<void> {
    await this.#rest();
    const { chain, mempool } = this.#running;
    const { coins } = this.#blockOf(chain.tip);
    const free = [
      ...coins,
      ...this.#poolInOrder().map((tx) => ({
        outPoint: { txid: txid(tx), vout: 0 },
        value: tx.outputs[0]?.value ?? 0n,
      })),
    ].filter(({ outPoint }) => mempool.spender(outPoint) === undefined);
    const coin = free[number % Math.max(1, free.length)];
    if (coin === undefined) return;
    // One with a single output would be too small for a pool.
    const outputs = [pay(coin.value - FEE), pay(0n, Uint8Array.of(0x6a))];
    const tx = payment([coin.outPoint], outputs);
    const result = await mempool.accept(tx, { source: 'rpc' });
    expect(result).toMatchObject({ kind: 'accepted' });
  }

  async #mark(): Promise<void> {
    await this.#rest();
    const { chain } = this.#running;
    const digest = await chainDigest(chain, this.#made);
    const mark = await chain.mark();
    const pool = this.#poolInOrder();
    this.#marked.push({ mark, digest, offered: new Set(this.#offered), pool });
  }

  async #revert(number: number): Promise<void> {
    const at = number % Math.max(1, this.#marked.length);
    const marked = this.#marked[at];
    if (marked === undefined) return;
    const { chain, mempool } = this.#running;
    const later = this.#marked.splice(at + 1);
    await chain.revertTo(marked.mark);
    await this.#rest();
    this.#offered = new Set(marked.offered);
    for (const { mark } of later) {
      await expect(chain.revertTo(mark)).rejects.toMatchObject({ code: 'unknown-mark' });
    }
    const blocks = this.#made.map((_, i) => marked.digest.blocks[i]);
    expect(await chainDigest(chain, this.#made)).toEqual({ ...marked.digest, blocks });
    await mempool.clear();
    expect(mempool.size).toBe(0);
    for (const tx of marked.pool) {
      expect((await mempool.accept(tx, { source: 'rpc' })).kind).toBe('accepted');
    }
  }

  async #restart(): Promise<void> {
    await this.#rest();
    const before = await chainDigest(this.#running.chain, this.#made);
    await this.#running.close();
    this.#running = await open(this.#machine);
    this.#marked = [];
    const { tip, tips, coins } = await chainDigest(this.#running.chain, this.#made);
    expect({ tip, tips, coins }).toEqual({
      tip: before.tip,
      tips: before.tips,
      coins: before.coins,
    });
  }

  async #crash(): Promise<void> {
    this.#machine.crash();
    await Promise.allSettled(this.#unawaited.splice(0));
    await this.#running.close();
    this.#running = await open(this.#machine);
    this.#marked = [];
    await this.#rest();
  }

  /** Waits for everything, and looks whether it all fits together. */
  async #rest(): Promise<void> {
    await Promise.all(this.#unawaited.splice(0));
    const { chain, indexes, mempool, followed, failures } = this.#running;
    await indexes.settled();
    expect(failures).toEqual([]);
    expect(followed.at(-1)).toBe(chain.tip);
    for (const { hash } of this.#made) {
      if (this.#offered.has(toHex(hash))) continue;
      expect(chain.lookup(hash), 'a block that was forgotten').toBeUndefined();
    }
    for (const tx of this.#transactions) {
      const found = await indexes.transactions?.find(txid(tx));
      if (found !== undefined) expect(chain.lookup(found.node.hash)).toBe(found.node);
    }
    checkPool(mempool);
  }

  /** The indexes have what those have that never saw anything else. */
  async #checkIndexes(): Promise<void> {
    const compared = await this.#machine.compareIndexes(this.#running);
    for (const { name, rows, wanted, isBuiltAnew } of compared) {
      expect(isBuiltAnew, `${name} was built anew`).toBe(false);
      if (name === 'addresses') expect(rows).toEqual(wanted);
      for (const [key, value] of wanted) expect(rows.get(key), name).toBe(value);
    }
  }

  async #replayedCoins(tip: TreeBlock): Promise<string> {
    const { chain } = await memoryChain(quickRegtest);
    const branch: TreeBlock[] = [];
    for (let at: TreeBlock | undefined = tip; at?.parent; at = at.parent) branch.push(at);
    for (const { raw } of branch.reverse()) {
      expect((await chain.processBlock(raw)).kind).toBe('connected');
    }
    const coins = await utxoHash(chain);
    await chain.close();
    return coins;
  }

  #fromYoungest(number: number): TreeBlock {
    return this.#made[Math.max(0, this.#made.length - 1 - number)] as TreeBlock;
  }

  #blockOf(node: BlockNode): TreeBlock {
    return this.#made.find(({ hash }) => node.hasHash(hash)) as TreeBlock;
  }

  #poolInOrder(): readonly Transaction[] {
    const entries = [...this.#running.mempool.entries()];
    return entries.sort((a, b) => a.ancestorCount - b.ancestorCount).map(({ tx }) => tx);
  }
}

function nameOf({ txid: id, vout }: OutPoint): string {
  return `${toHex(id)}:${vout}`;
}

it('a chain, its mempool and its indexes are at a mark what they were, whatever came between', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 5, maxLength: 40 }),
      fc.string(),
      async (steps, seed) => {
        const life = await Life.begin(seed);
        for (const step of steps) await life.do(step);
        await life.end();
      },
    ),
    { numRuns: 60 },
  );
}, 20_000);

it('a node that was put back hears of the blocks again from a peer that goes on', async () => {
  const world = new VirtualWorld('back and forth');
  const first = await world.node('10.0.0.1');
  await world.clock.settle(first.generate(10, ANYONE));
  const second = await world.node('10.0.0.2', { network: { connect: ['10.0.0.1'] } });
  await world.clock.advance(30_000);
  expect(second.chain.tip.height).toBe(10);
  const mark = await world.clock.settle(second.chain.mark());
  for (let round = 1; round <= 3; round++) {
    // One by one, as compact blocks come.
    for (let i = 0; i < 3; i++) {
      await world.clock.settle(first.generate(1, ANYONE));
      await world.clock.advance(2_000);
    }
    expect(world.tips(first, second)).toHaveLength(1);
    expect(second.chain.tip.height).toBe(10 + 3 * round);
    await world.clock.settle(second.chain.revertTo(mark));
    await world.clock.advance(2_000);
    expect(second.chain.tip).toBe(mark.tip);
    expect(second.mempool.size).toBe(0);
  }
  // It can go another way, too, and the other one follows if that is longer.
  await world.clock.settle(second.generate(20, ANYONE));
  await world.clock.advance(30_000);
  expect(world.tips(first, second)).toHaveLength(1);
  expect(first.chain.tip.height).toBe(30);
  await world.stop(first, second);
  expect(world.failures).toEqual([]);
});

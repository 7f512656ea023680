import { describe, expect, it } from 'vitest';
import { pay, payment } from '../../../test/fixtures/regtest-blocks.ts';
import { memoryChain, type TestChain } from '../../../test/fixtures/test-chain.ts';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import type { ChainParams } from '../../protocol/params/chain-params.ts';
import { lab } from '../../protocol/params/lab.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import type { BlockHeader } from '../../protocol/primitives/block-header.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import type { BlockNode } from '../chain/block-node.ts';
import { BlockGenerator } from './block-generator.ts';
import { Miner, type MinerEvent, type MinerOptions } from './continuous-miner.ts';
import {
  InProcessSearch,
  type NonceResult,
  type NonceSearch,
  type SearchLimits,
} from './nonce-search.ts';
import { noTransactions, type TransactionSource, theseTransactions } from './transaction-source.ts';

const TIME = 1_700_000_000;
const ANYONE = Uint8Array.of(0x51);

/** A search that finds nothing: it waits until it is ended, and tells what it was asked. */
class IdleSearch implements NonceSearch {
  readonly headers: BlockHeader[] = [];
  readonly limits: SearchLimits[] = [];
  #waiting: (() => void) | undefined;

  search(header: BlockHeader, limits: SearchLimits): Promise<NonceResult> {
    this.headers.push(header);
    this.limits.push(limits);
    this.#waiting?.();
    return new Promise((resolve) => {
      const end = (): void => resolve({ kind: 'gave-up', tries: 1000 });
      if (limits.signal?.aborted === true) end();
      else limits.signal?.addEventListener('abort', end);
    });
  }

  /** Waits for so many searches in all. */
  async atLeast(count: number): Promise<void> {
    while (this.headers.length < count) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
  }
}

interface Mining {
  readonly test: TestChain;
  readonly miner: Miner;
  readonly events: MinerEvent[];
  /** Resolves at the next event of a kind. */
  until(kind: MinerEvent['kind']): Promise<MinerEvent>;
  end(): Promise<void>;
}

async function mining(
  search: NonceSearch | undefined,
  options: Partial<MinerOptions> = {},
  source: TransactionSource = noTransactions,
): Promise<Mining> {
  const test = await memoryChain(regtest, TIME);
  const { chain, clock } = test;
  const own = search ?? new InProcessSearch(clock);
  const generator = new BlockGenerator({ chain, clock, search: own, source });
  const miner = new Miner(
    { chain, clock, search: own, generator },
    { scriptPubKey: ANYONE, ...options },
  );
  const events: MinerEvent[] = [];
  miner.on((event) => events.push(event));
  return {
    ...{ test, miner, events },
    until: (kind) =>
      new Promise((resolve) => {
        const off = miner.on((event) => {
          if (event.kind !== kind) return;
          off();
          resolve(event);
        });
      }),
    async end() {
      await miner.stop();
      await chain.close();
    },
  };
}

describe('a miner', () => {
  it('mines block on block until it is stopped, and then no more', async () => {
    const tag = new TextEncoder().encode('/tests/');
    const { test, miner, events, until, end } = await mining(undefined, {
      tag,
      extraNonce: 7,
      paceMs: 0,
    });
    expect(miner.isMining).toBe(false);
    miner.start();
    miner.start();
    expect(miner.isMining).toBe(true);
    while (test.chain.tip.height < 20) await until('found');
    await miner.stop();
    expect(miner.isMining).toBe(false);
    const { height } = test.chain.tip;
    const found = events.filter((event) => event.kind === 'found');
    expect(found).toHaveLength(height);
    expect(found.at(-1)?.hash).toEqual(test.chain.tip.hash);
    const scripts = found.map(({ block }) =>
      toHex(block.transactions[0]?.inputs[0]?.scriptSig ?? ANYONE),
    );
    // Height 1 and extra nonce 7 of four bytes; then the tag, of seven.
    expect(scripts[0]).toBe(`51040700000007${toHex(tag)}`);
    expect(new Set(scripts).size).toBe(height);
    await new Promise<void>((resolve) => test.clock.schedule(20, resolve));
    expect(test.chain.tip.height).toBe(height);
    miner.start();
    await until('found');
    await end();
    expect(test.chain.tip.height).toBeGreaterThan(height);
  });

  it('goes on with the new tip at once when somebody else has found a block', async () => {
    const search = new IdleSearch();
    const { test, miner, end } = await mining(search, { refreshMs: 60_000 });
    miner.start();
    await search.atLeast(1);
    expect(search.limits[0]).toMatchObject({ maxTries: Number.POSITIVE_INFINITY, wanted: 'any' });
    const other = new BlockGenerator({ ...test, search: new InProcessSearch(test.clock) });
    const [hash] = await other.generate(1, Uint8Array.of(0x52));
    await search.atLeast(2);
    expect(search.limits[0]?.signal?.aborted).toBe(true);
    expect(search.headers[1]?.previousBlockHash).toEqual(hash);
    await end();
    expect(search.limits[1]?.signal?.aborted).toBe(true);
    expect(search.headers).toHaveLength(2);
  });

  it('makes a new template every few seconds, with the time and the transactions of then', async () => {
    const search = new IdleSearch();
    const { test, miner, events, end } = await mining(search, { refreshMs: 5 });
    miner.start();
    await search.atLeast(1);
    test.clock.freeze((TIME + 5) * 1000);
    await search.atLeast(4);
    await end();
    const [first] = search.headers;
    const last = search.headers.at(-1);
    expect([first?.time, last?.time]).toEqual([TIME, TIME + 5]);
    const roots = search.headers.map(({ merkleRoot }) => toHex(merkleRoot));
    expect(new Set(roots).size).toBe(roots.length);
    expect(events.filter(({ kind }) => kind === 'template')).toHaveLength(roots.length);
  });

  it('tells how fast it is', async () => {
    const search = new IdleSearch();
    const { miner, until, end } = await mining(search, { refreshMs: 1010 });
    expect(miner.hashesPerSecond).toBe(0);
    miner.start();
    const event = await until('rate');
    // A thousand in little more than a second.
    expect(event).toEqual({ kind: 'rate', hashesPerSecond: miner.hashesPerSecond });
    expect(miner.hashesPerSecond).toBeGreaterThan(100);
    expect(miner.hashesPerSecond).toBeLessThanOrEqual(1000);
    await end();
    expect(miner.hashesPerSecond).toBe(0);
  });

  it('tells of a block that is refused, and waits a little before the next', async () => {
    const nowhere = payment([{ txid: new Uint8Array(32).fill(1) as Txid, vout: 0 }], [pay(1n)]);
    const source = theseTransactions([{ tx: nowhere, fee: 0n }]);
    const { test, miner, events, until, end } = await mining(undefined, {}, source);
    miner.start();
    expect(await until('refused')).toMatchObject({
      error: { code: 'bad-txns-inputs-missingorspent' },
    });
    await end();
    expect(events.map(({ kind }) => kind)).toEqual(['template', 'refused']);
    expect(test.chain.tip.height).toBe(0);
  });

  it('ends, and says why, when it cannot go on', async () => {
    const error = new Error('no more electricity');
    const { miner, until, end } = await mining({ search: () => Promise.reject(error) });
    miner.start();
    expect(await until('failed')).toEqual({ kind: 'failed', error });
    expect(miner.isMining).toBe(false);
    await end();
  });

  it('refuses a tag that the coinbase has no room for', async () => {
    const tag = new Uint8Array(89);
    await expect(mining(undefined, { tag })).rejects.toThrow(
      'a coinbase tag of 89 bytes: allowed are up to 88',
    );
  });
});

/** A miner whose blocks meet whatever fate, every one after a single hash. No time passes by itself. */
function paced(
  params: ChainParams,
  fate: (number: number) => 'connected' | 'sidechain' | 'rejected',
) {
  const clock = new VirtualClock();
  const times: number[] = [];
  const kinds: MinerEvent['kind'][] = [];
  const block = regtest.genesis;
  const node = {} as BlockNode;
  let isMoved = false;
  const miner = new Miner(
    {
      clock,
      chain: {
        params,
        tip: { hasHash: () => !isMoved } as unknown as BlockNode,
        on: () => () => {},
        processBlock: async () => {
          const kind = fate(times.length);
          times.push(clock.monotonic());
          isMoved = kind === 'connected';
          if (kind !== 'rejected') return { kind, node };
          return { kind, error: new RuleError('bad-cb-amount', 'invalid') };
        },
      },
      generator: { assemble: async () => block },
      search: { search: async (header) => ({ kind: 'found', header, tries: 1 }) },
    },
    { scriptPubKey: ANYONE },
  );
  miner.on(({ kind }) => {
    if (kind !== 'template' && kind !== 'rate') kinds.push(kind);
  });
  miner.start();
  return { clock, miner, kinds, times };
}

describe('the pace of a miner', () => {
  it('is a block a second where the difficulty never changes', async () => {
    const { clock, miner, kinds, times } = paced(regtest, () => 'connected');
    await clock.advance(3500);
    await miner.stop();
    expect(times).toEqual([0, 1000, 2000, 3000]);
    expect(kinds).toEqual(['found', 'found', 'found', 'found']);
    expect(clock.pending).toBe(0);
  });

  it('is the difficulty’s where that follows the miners', async () => {
    const { clock, miner, times } = paced(lab, (n) => (n < 500 ? 'connected' : 'rejected'));
    await clock.advance(0);
    await miner.stop();
    expect(times).toEqual(new Array(501).fill(0));
  });

  it('slows down where one block after the other is refused, and not for ever', async () => {
    const { clock, miner, kinds, times } = paced(lab, () => 'rejected');
    await clock.advance(300_000);
    await miner.stop();
    const seconds = times.map((time) => time / 1000);
    expect(seconds).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 191, 255]);
    expect(new Set(kinds)).toEqual(new Set(['refused']));
    expect(clock.pending).toBe(0);
  });

  it('is as slow where blocks come too late and the tip stays', async () => {
    const { clock, miner, kinds, times } = paced(lab, () => 'sidechain');
    await clock.advance(4000);
    await miner.stop();
    expect(times).toEqual([0, 1000, 3000]);
    expect(kinds).toEqual(['late', 'late', 'late']);
  });
});

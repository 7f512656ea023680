import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../outside/clock/virtual-clock.ts';
import { MemoryDisk } from '../../../outside/disk/memory-disk.ts';
import { SeededEntropy } from '../../../outside/entropy/seeded-entropy.ts';
import type { Coin } from '../../../protocol/consensus/coin.ts';
import type { BlockUndo } from '../../../protocol/consensus/connect-block.ts';
import type { Block } from '../../../protocol/primitives/block.ts';
import type { Txid } from '../../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../../protocol/primitives/transaction.ts';
import { txid, wtxid } from '../../../protocol/primitives/transaction-id.ts';
import type { ChainEvent, ChainListener } from '../../chain/chain-events.ts';
import type { MempoolEntry } from '../mempool-entry.ts';
import type { MempoolEvent, MempoolListener, RemovalReason } from '../mempool-event.ts';
import { FeeEstimator, type FeeEstimatorParts } from './fee-estimator.ts';

const NOW = 1_800_000_000;
const MIN_RATE = 1_000n;
const FULL_BLOCK_VSIZE = 998_000;

const COINBASE = transaction(0);

/** A transaction that pays `fee` for about 60 virtual bytes, unless it is padded. */
function transaction(number: number, padding = 0): Transaction {
  const prevout = { txid: new Uint8Array(32).fill(7) as Txid, vout: number };
  return {
    version: 2,
    inputs: [{ prevout, scriptSig: new Uint8Array(padding), sequence: 0, witness: [] }],
    outputs: [{ value: 50_000n, scriptPubKey: Uint8Array.of(0x51) }],
    lockTime: 0,
  };
}

/** A chain and a pool that say what a test wants them to. */
class Stage {
  readonly clock = new VirtualClock(NOW * 1000);
  readonly disk = new MemoryDisk();
  readonly present: MempoolEntry[] = [];
  minimum = 0n;
  height = 100;
  tipTime = NOW;
  #poolListener: MempoolListener = () => {};
  #chainListener: ChainListener = () => {};
  #sequence = 0;

  readonly parts: FeeEstimatorParts = {
    clock: this.clock,
    entropy: new SeededEntropy('fees'),
    pool: {
      options: { minRelayFeeRate: MIN_RATE },
      entries: () => this.present,
      minFeeRate: () => this.minimum,
      on: (listener) => {
        this.#poolListener = listener;
        return () => {
          this.#poolListener = () => {};
        };
      },
    },
    chain: this.#chain(),
  };

  entry(changes: Partial<MempoolEntry> & { fee: bigint; vsize: number }): MempoolEntry {
    const tx = transaction(++this.#sequence);
    const { fee, vsize } = changes;
    return {
      tx,
      txid: txid(tx),
      wtxid: wtxid(tx),
      modifiedFee: fee,
      weight: 4 * vsize,
      sigopCost: 0,
      time: NOW,
      height: this.height,
      spendsCoinbase: false,
      sequence: this.#sequence,
      usageBytes: 0,
      parents: new Set(),
      children: new Set(),
      ancestorCount: 1,
      ancestorVsize: vsize,
      ancestorFees: fee,
      ancestorSigopCost: 0,
      descendantCount: 1,
      descendantVsize: vsize,
      descendantFees: fee,
      ...changes,
    };
  }

  add(entry: MempoolEntry): MempoolEntry {
    this.#pool({ kind: 'added', entry, sequence: 0 });
    return entry;
  }

  remove(entry: MempoolEntry, reason: RemovalReason): void {
    this.#pool({ kind: 'removed', entry, reason, sequence: 0 });
  }

  async mine(transactions: readonly Transaction[] = [], undo: BlockUndo = []): Promise<void> {
    this.height++;
    this.tipTime = Math.floor(this.clock.now() / 1000);
    await this.#block('connected', transactions, undo);
    await this.#chainListener({ kind: 'tip', node: this.parts.chain.tip });
  }

  async takeBack(transactions: readonly Transaction[]): Promise<void> {
    await this.#block('disconnected', transactions, []);
    this.height--;
  }

  async #block(
    kind: 'connected' | 'disconnected',
    transactions: readonly Transaction[],
    undo: BlockUndo,
  ): Promise<void> {
    const block = { transactions: [COINBASE, ...transactions] } as unknown as Block;
    await this.#chainListener({ kind, node: this.parts.chain.tip, block, undo } as ChainEvent);
  }

  #pool(event: MempoolEvent): void {
    this.#poolListener(event);
  }

  #chain(): FeeEstimatorParts['chain'] {
    const stage = this;
    const node = () => ({ height: stage.height, time: stage.tipTime });
    return {
      get tip() {
        return node();
      },
      get bestHeader() {
        return node();
      },
      on(listener: ChainListener) {
        stage.#chainListener = listener;
        return () => {
          stage.#chainListener = () => {};
        };
      },
    } as unknown as FeeEstimatorParts['chain'];
  }
}

let stage: Stage;
let estimator: FeeEstimator;

beforeEach(() => {
  stage = new Stage();
  estimator = new FeeEstimator(stage.parts);
  estimator.start();
});

/** A history in which everything that pays 20,000 gets in at once. */
async function history(blocks: number): Promise<void> {
  await stage.mine();
  for (let i = 0; i < blocks; i++) {
    const entries = [1, 2, 3].map(() => stage.add(stage.entry({ fee: 2_000n, vsize: 100 })));
    for (const entry of entries) stage.remove(entry, 'block');
    await stage.mine(entries.map(({ tx }) => tx));
  }
}

describe('on a young chain', () => {
  it('estimatesmartfee has no answer, in the words of Core', () => {
    expect(estimator.estimateSmartFee(6)).toEqual({
      feeRate: undefined,
      blocks: 0,
      errors: ['Insufficient data or no feerate found'],
    });
  });

  it('nor has estimaterawfee, which does not know some targets at all', () => {
    expect(estimator.estimateRawFee(6, 0.95, 'short')?.errors).toEqual([
      'Insufficient data or no feerate found which meets threshold',
    ]);
    expect(estimator.estimateRawFee(13, 0.95, 'short')).toBeUndefined();
  });

  it('there is an estimate all the same: the minimum, where there is room', () => {
    expect(estimator.estimate(6)).toEqual({ feeRate: MIN_RATE, blocks: 6, basis: 'minimum' });
    stage.minimum = 3_000n;
    expect(estimator.estimate(1)).toEqual({ feeRate: 3_000n, blocks: 1, basis: 'minimum' });
  });

  it('what the next blocks leave in the pool has to be outbid', () => {
    stage.add(stage.entry({ fee: 10n * BigInt(FULL_BLOCK_VSIZE), vsize: FULL_BLOCK_VSIZE }));
    expect(estimator.estimate(1).basis).toBe('minimum');
    const next = stage.add(stage.entry({ fee: 500n, vsize: 100 }));
    const { feeRate, basis } = estimator.estimate(1);
    expect(basis).toBe('mempool');
    expect(feeRate).toBeGreaterThanOrEqual(5_000n);
    expect(feeRate).toBeLessThan(5_300n);
    expect(estimator.estimate(2).basis).toBe('minimum');
    stage.remove(next, 'replaced');
    expect(estimator.estimate(1).basis).toBe('minimum');
  });

  it('a child counts no more than it pays together with its parents', () => {
    const vsize = FULL_BLOCK_VSIZE + 100;
    const fee = 10n * BigInt(vsize);
    stage.add(stage.entry({ fee, vsize, ancestorFees: fee / 5n, ancestorVsize: vsize }));
    expect(estimator.estimate(1).feeRate).toBeLessThan(2_200n);
  });

  it('what was in the pool before the start counts as well', () => {
    const fresh = new FeeEstimator(stage.parts);
    stage.present.push(stage.entry({ fee: 5_000_000n, vsize: FULL_BLOCK_VSIZE + 1 }));
    fresh.start();
    expect(fresh.estimate(1).basis).toBe('mempool');
  });
});

describe('the last blocks', () => {
  /** A full block of which each transaction pays so much for 1,000 virtual bytes. */
  async function mineFull(rate: number): Promise<void> {
    const transactions = Array.from({ length: 20 }, (_, i) => transaction(i, 49_000));
    const vsize = 49_000 + 65;
    const value = 50_000n + BigInt(Math.ceil((rate * vsize) / 1000));
    const coin: Coin = {
      output: { value, scriptPubKey: Uint8Array.of(0x51) },
      height: 1,
      isCoinbase: false,
    };
    await stage.mine(
      transactions,
      transactions.map(() => [coin]),
    );
  }

  it('say what is asked for, if all of them were full', async () => {
    await mineFull(8_000);
    await mineFull(6_000);
    const { feeRate, basis } = estimator.estimate(2);
    expect(basis).toBe('mempool');
    expect(Number(feeRate)).toBeGreaterThan(5_900);
    expect(Number(feeRate)).toBeLessThan(6_100);
  });

  it('say nothing once one of them had room, or where they were taken back', async () => {
    await mineFull(8_000);
    expect(estimator.estimate(1).basis).toBe('mempool');
    await stage.mine();
    expect(estimator.estimate(1).basis).toBe('minimum');
    await stage.takeBack([]);
    expect(estimator.estimate(1).basis).toBe('mempool');
  });
});

describe('with a history', () => {
  it('estimates are based on it', async () => {
    await history(60);
    expect(estimator.estimateSmartFee(2)).toEqual({ feeRate: 20_000n, blocks: 2, errors: [] });
    expect(estimator.estimate(2)).toEqual({ feeRate: 20_000n, blocks: 2, basis: 'history' });
    expect(estimator.estimateRawFee(2, 0.95, 'short')).toMatchObject({
      feeRate: 20_000n,
      errors: [],
    });
  });

  it('they are never below what the pool takes', async () => {
    await history(60);
    stage.minimum = 33_000n;
    expect(estimator.estimateSmartFee(2).feeRate).toBe(33_000n);
  });

  it('it is found again after a restart', async () => {
    await history(60);
    await stage.disk.makeFolder('/data');
    await estimator.save(stage.disk, '/data/fee_estimates.dat', { final: true });
    const again = new FeeEstimator(stage.parts);
    expect(await again.load(stage.disk, '/data/fee_estimates.dat')).toBeUndefined();
    expect(again.estimateSmartFee(2).feeRate).toBe(20_000n);
  });

  it('a file that is too old is not used, and nor is one that is not there', async () => {
    await history(60);
    await stage.disk.makeFolder('/data');
    await estimator.save(stage.disk, '/data/fee_estimates.dat');
    const late = new FeeEstimator({
      ...stage.parts,
      clock: new VirtualClock((NOW + 61 * 3600) * 1000),
    });
    expect(await late.load(stage.disk, '/data/fee_estimates.dat')).toBe(
      'the fee estimates in /data/fee_estimates.dat are not used: ' +
        'it is 61 hours old; after 60 it says nothing any more',
    );
    expect(await late.load(stage.disk, '/data/none.dat')).toBeUndefined();
    expect(late.estimateSmartFee(2).feeRate).toBeUndefined();
  });
});

describe('what tells nothing of fees', () => {
  const tracked = () => estimator.history.trackedCount;

  beforeEach(async () => {
    await stage.mine();
  });

  it('a transaction that waits for another one', () => {
    stage.add(stage.entry({ fee: 1_000n, vsize: 100, ancestorCount: 2 }));
    expect(tracked()).toBe(0);
  });

  it('one that pays less than the minimum, which only a package brings in', () => {
    stage.add(stage.entry({ fee: 99n, vsize: 100 }));
    expect(tracked()).toBe(0);
    stage.add(stage.entry({ fee: 100n, vsize: 100 }));
    expect(tracked()).toBe(1);
  });

  it('one that a block gave back, until the chain goes on', async () => {
    const entry = stage.entry({ fee: 1_000n, vsize: 100, height: stage.height });
    await stage.takeBack([entry.tx]);
    await stage.mine();
    stage.add(entry);
    expect(tracked()).toBe(0);
    await stage.mine();
    stage.add({ ...entry, height: stage.height });
    expect(tracked()).toBe(1);
  });

  it('any, while the tip is more than three hours old', () => {
    stage.tipTime = NOW - 3 * 3600 - 1;
    stage.add(stage.entry({ fee: 1_000n, vsize: 100 }));
    expect(tracked()).toBe(0);
    stage.tipTime = NOW - 3 * 3600;
    stage.add(stage.entry({ fee: 1_000n, vsize: 100 }));
    expect(tracked()).toBe(1);
  });

  it('and those that left are followed no longer', () => {
    const entry = stage.add(stage.entry({ fee: 1_000n, vsize: 100 }));
    stage.remove(entry, 'expired');
    expect(tracked()).toBe(0);
  });

  it('nothing, once it has been closed', () => {
    estimator.close();
    stage.add(stage.entry({ fee: 1_000n, vsize: 100 }));
    expect(tracked()).toBe(0);
  });
});

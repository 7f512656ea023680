import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkSums } from '../../../test/fixtures/check-pool.ts';
import { pay, payment } from '../../../test/fixtures/regtest-blocks.ts';
import { coinKey } from '../../protocol/consensus/coin.ts';
import { UNLOCKED } from '../../protocol/consensus/lock-time.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import type { OutPoint } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { PoolEntry } from './pool-entry.ts';
import { PoolGraph } from './pool-graph.ts';

/** What to do with a graph, by numbers that are taken modulo what there is to choose from. */
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('add', 'add', 'add', 'confirm', 'drop', 'take out', 'put back', 'fee'),
    picks: fc.array(fc.nat(), { maxLength: 4 }),
    fee: fc.nat({ max: 100_000 }),
    vsize: fc.integer({ min: 60, max: 2_000 }),
    time: fc.nat({ max: 50 }),
  }),
  { maxLength: 60, size: 'max' },
);
type Step = typeof steps extends fc.Arbitrary<readonly (infer S)[]> ? S : never;

/** Carries steps out, and remembers which outputs there are to spend. */
class Model {
  readonly graph = new PoolGraph(7);
  readonly entries: PoolEntry[] = [];
  readonly #outside: PoolEntry[] = [];
  #made = 0;

  do(step: Step): void {
    const { kind, picks, fee } = step;
    const chosen = this.#pick(picks[0]);
    if (kind === 'add') this.#add(step);
    else if (kind === 'put back') this.#putBack();
    else if (chosen === undefined) return;
    else if (kind === 'fee') this.graph.changeFee(chosen, BigInt(fee - 50_000));
    else if (kind === 'drop') this.#remove(this.graph.descendantsOf([chosen]));
    else if (kind === 'confirm') this.#remove([...this.graph.ancestors(chosen), chosen]);
    else {
      this.#remove([chosen]);
      this.#outside.push(chosen);
    }
  }

  #pick(number = 0): PoolEntry | undefined {
    return this.entries[number % Math.max(1, this.entries.length)];
  }

  #add({ picks, fee, vsize, time }: Step): void {
    this.#made++;
    const spent = new Map<string, OutPoint>();
    const own = { txid: new Uint8Array(32).fill(this.#made) as Txid, vout: this.#made };
    for (const outPoint of [own, ...picks.map((number) => this.#freeOutput(number))]) {
      if (outPoint !== undefined) spent.set(String(coinKey(outPoint)), outPoint);
    }
    const inputs = [...spent.values()];
    const tx = payment(
      inputs,
      [1n, 2n, 3n].map((value) => pay(value)),
    );
    const entry = new PoolEntry({
      tx,
      fee: BigInt(fee),
      feeDelta: 0n,
      weight: 4 * vsize,
      vsize,
      sigopCost: vsize % 7,
      time,
      height: 1,
      sequence: this.#made,
      usageBytes: 3 * vsize,
      spends: inputs.map(coinKey),
      locks: UNLOCKED,
      coinbaseHeight: -1,
      coinHeight: 1,
    });
    this.graph.add(entry);
    this.entries.push(entry);
  }

  #freeOutput(number: number): OutPoint | undefined {
    const maker = this.#pick(number);
    if (maker === undefined) return undefined;
    const outPoint = { txid: txid(maker.tx), vout: number % 3 };
    return this.graph.spender(coinKey(outPoint)) === undefined ? outPoint : undefined;
  }

  #remove(entries: readonly PoolEntry[]): void {
    this.graph.remove(entries);
    for (const entry of entries) this.entries.splice(this.entries.indexOf(entry), 1);
  }

  /** As after a reorganisation: those that spend from it are there already. */
  #putBack(): void {
    const old = this.#outside.pop();
    if (old === undefined || old.spends.some((key) => this.graph.spender(key))) return;
    const entry = new PoolEntry({ ...old, feeDelta: 0n });
    this.graph.add(entry, { orphans: true });
    this.entries.push(entry);
  }
}

describe('the graph of the pool', () => {
  it('keeps sums of ancestors and descendants as if they were counted anew', () => {
    fc.assert(
      fc.property(steps, (todo) => {
        const model = new Model();
        for (const step of todo) {
          model.do(step);
          checkSums(model.graph.entries());
        }
      }),
      { numRuns: 60 },
    );
  });

  it('knows the oldest, the one worth least, and the order in which miners want them', () => {
    fc.assert(
      fc.property(steps, (todo) => {
        const model = new Model();
        for (const step of todo) model.do(step);
        const { graph, entries } = model;
        expect(graph.size).toBe(entries.length);
        expect(graph.oldest?.time).toBe(least(entries.map(({ time }) => time)));
        const worth = entries.map((entry) => Math.max(ownRate(entry), rateBelow(entry)));
        expect(graph.leastWorth?.keepingScore).toBe(least(worth));
        const order = [...graph.inMiningOrder()];
        expect(new Set(order)).toEqual(new Set(entries));
        const rates = entries.map((entry) => Math.min(ownRate(entry), rateAbove(entry)));
        expect(order.map(({ miningScore }) => miningScore)).toEqual(rates.sort((a, b) => b - a));
      }),
      { numRuns: 60 },
    );
  });

  it('finds those that spend from a transaction that it does not have', () => {
    const model = new Model();
    const step = { picks: [], fee: 1, vsize: 100, time: 0 };
    model.do({ ...step, kind: 'add' });
    model.do({ ...step, kind: 'add', picks: [0] });
    const [parent, child] = model.entries;
    if (parent === undefined || child === undefined) throw new Error('nothing was added');
    model.do({ ...step, kind: 'take out', picks: [0] });
    expect([...model.graph.spendersOf(parent.txid, 3)]).toEqual([child]);
    expect(child.parents.size).toBe(0);
  });
});

function ownRate({ modifiedFee, vsize }: PoolEntry): number {
  return Number(modifiedFee) / vsize;
}

function rateAbove({ ancestorFees, ancestorVsize }: PoolEntry): number {
  return Number(ancestorFees) / ancestorVsize;
}

function rateBelow({ descendantFees, descendantVsize }: PoolEntry): number {
  return Number(descendantFees) / descendantVsize;
}

function least(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : Math.min(...numbers);
}

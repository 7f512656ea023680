import { expect, it } from 'vitest';
import { ALICE, startedNode } from '../../test/fixtures/embedded-nodes.ts';
import { drawBelow } from '../outside/entropy/draw.ts';
import { SeededEntropy } from '../outside/entropy/seeded-entropy.ts';
import type { FaucetPayment } from './faucet.ts';
import { NodeError } from './node-error.ts';
import type { SnapshotId } from './snapshots.ts';

/** What a test may do, and how often. */
const STEPS = 120;

it.each([1, 2, 3])(
  'whatever is done to a node, it has a chain that is valid (%i)',
  async (seed) => {
    const entropy = new SeededEntropy(`a long life ${seed}`);
    const node = await startedNode();
    await node.mine(101);
    const moments: { id: SnapshotId; tip: string; mempool: readonly string[] }[] = [];
    const payments: FaucetPayment[] = [];
    const upTo = (most: number): number => 1 + drawBelow(entropy, most);
    const deeds: readonly (() => Promise<unknown>)[] = [
      () => node.mine(upTo(3)),
      async () => payments.push(await node.faucet(ALICE, BigInt(1000 * upTo(1_000_000)))),
      () => node.faucet(ALICE, BigInt(1000 * upTo(1_000_000)), { confirm: false }),
      () => node.reorg({ depth: upTo(4) }),
      () => node.reorg({ depth: upTo(4), keep: true }),
      () => node.reorg({ depth: upTo(4), drop: true }),
      () => node.reorg({ depth: 1, doubleSpend: payments.slice(-1).map(({ txid }) => txid) }),
      async () => moments.push(await moment()),
      async () => {
        const at = drawBelow(entropy, moments.length + 1);
        const then = moments[at];
        if (then === undefined) return;
        moments.length = at + 1;
        await node.revert(then.id);
        expect({ ...(await moment()), id: then.id }).toEqual(then);
      },
    ];
    async function moment() {
      const id = await node.snapshot();
      return { id, tip: node.tip.hash, mempool: [...node.mempool].sort() };
    }
    for (let step = 0; step < STEPS; step++) {
      const deed = deeds[drawBelow(entropy, deeds.length)] as () => Promise<unknown>;
      // A payment that was taken back, or is deeper in the chain, cannot be spent twice in one block.
      await deed().catch((error: unknown) => {
        if (!(error instanceof NodeError) || error.code !== 'bad-transaction') throw error;
      });
    }
    expect(await node.rpc('verifychain', 4, 0)).toBe(true);
    const { amount } = await node.faucet(ALICE, '200');
    expect(amount).toBe(20_000_000_000n);
  },
);

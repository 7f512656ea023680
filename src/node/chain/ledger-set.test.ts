import { describe, expect, it } from 'vitest';
import {
  blockOn,
  blocksOn,
  genesis,
  type MadeBlock,
  quickRegtest,
} from '../../../test/fixtures/block-maker.ts';
import { memoryChain } from '../../../test/fixtures/test-chain.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import type { WriteBatch } from '../storage/write-batch.ts';
import type { ConsensusLedger, PlacedBlock } from './ledger.ts';

const KEY = Uint8Array.of(0x01);

/** Adds up the last bytes of block hashes, and will not have a sum of 7 more than a multiple of 8. */
class Sum implements ConsensusLedger {
  readonly name = 'sum';
  value = 0;

  async prepare({ node }: PlacedBlock): Promise<() => Uint8Array> {
    return () => {
      const before = this.value;
      const after = (before + (node.hash[0] ?? 0)) % 256;
      if (after % 8 === 7) throw new RuleError('bad-sum', 'invalid');
      this.value = after;
      return Uint8Array.of(before);
    };
  }

  disconnect(_: PlacedBlock, undo: Uint8Array): void {
    this.value = undo[0] as number;
  }

  stage(batch: WriteBatch): void {
    batch.put(KEY, Uint8Array.of(this.value));
  }
}

/** A block on top that the ledger will accept, or one that it will not. */
function blockFor(parent: MadeBlock, sum: number, accepted: boolean, from = 0): MadeBlock {
  for (let extra = from; ; extra++) {
    const made = blockOn(parent, { extra });
    if ((((sum + (made.hash[0] as number)) % 256) % 8 === 7) !== accepted) return made;
  }
}

describe('a ledger beside the coins', () => {
  it('refuses blocks, goes back with the chain, and is written together with the tip', async () => {
    const ledger = new Sum();
    const stores = { index: new MemoryStore(), coins: new MemoryStore() };
    const { chain } = await memoryChain(quickRegtest, undefined, { ledgers: [ledger], stores });
    const first = blockFor(genesis, ledger.value, true);
    expect((await chain.processBlock(first.raw)).kind).toBe('connected');
    const afterFirst = ledger.value;
    const bad = blockFor(first, afterFirst, false);
    expect(await chain.processBlock(bad.raw)).toMatchObject({
      kind: 'rejected',
      error: { code: 'bad-sum' },
    });
    expect(ledger.value).toBe(afterFirst);
    const good = blockFor(first, afterFirst, true);
    expect((await chain.processBlock(good.raw)).kind).toBe('connected');
    await chain.flush();
    expect(await stores.coins.get(KEY)).toEqual(Uint8Array.of(ledger.value));
    // Its undo data have left the memory by now.
    await chain.invalidateBlock(good.hash);
    expect(ledger.value).toBe(afterFirst);
    expect(chain.tip.hasHash(first.hash)).toBe(true);
    await chain.reconsiderBlock(good.hash);
    expect(chain.tip.hasHash(good.hash)).toBe(true);
    await chain.close();
  });

  it('leaves the coins as they were when it refuses', async () => {
    const refuses: ConsensusLedger = {
      name: 'no',
      prepare:
        async ({ node }) =>
        () => {
          if (node.height === 3) throw new RuleError('no', 'invalid');
          return new Uint8Array(0);
        },
      disconnect: () => {},
      stage: () => {},
    };
    const { chain } = await memoryChain(quickRegtest, undefined, {
      ledgers: [new Count(), refuses],
    });
    const blocks = blocksOn(genesis, 3);
    const kinds: string[] = [];
    for (const { raw } of blocks) kinds.push((await chain.processBlock(raw)).kind);
    expect(kinds).toEqual(['connected', 'connected', 'rejected']);
    const { checked, failure } = await chain.verify({ level: 4, blocks: 0 });
    expect([checked, failure]).toEqual([2, undefined]);
    await chain.close();
  });
});

/** Counts blocks. */
class Count extends Sum {
  override async prepare(): Promise<() => Uint8Array> {
    return () => Uint8Array.of(this.value++);
  }
}

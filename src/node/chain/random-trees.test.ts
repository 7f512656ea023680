import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  blockOn,
  genesis,
  type MadeBlock,
  quickRegtest,
  SUBSIDY,
  spend,
} from '../../../test/fixtures/block-maker.ts';
import { memoryChain } from '../../../test/fixtures/test-chain.ts';
import { SystemClock } from '../../outside/clock/system-clock.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { ByteMap } from '../../protocol/bytes/byte-map.ts';
import { toHex } from '../../protocol/bytes/hex.ts';
import type { OutPoint, Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { utxoStatistics } from '../coins/utxo-set.ts';
import { BlockFiles } from '../storage/block-files.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { InProcessVerifier } from '../verify/in-process-verifier.ts';
import type { ScriptVerifier } from '../verify/script-verifier.ts';
import type { Chain } from './chain.ts';
import type { ChainOptions } from './chain-options.ts';

const clock = new SystemClock();

/** What is wrong with a block, if anything. */
const FAULTS = ['none', 'none', 'none', 'none', 'reward', 'missing coin', 'script'] as const;

interface Wish {
  /** Which of the blocks before it a block builds on; recent ones are likelier. */
  readonly parent: number;
  /** Which of the coins of its branch it spends. */
  readonly spends: readonly number[];
  readonly fault: (typeof FAULTS)[number];
}

interface TreeBlock extends MadeBlock {
  readonly parent: TreeBlock | undefined;
  /** Whether it and all before it keep the rules. */
  readonly isValid: boolean;
  /** The coins after it. */
  readonly coins: readonly Money[];
}

interface Money {
  readonly outPoint: OutPoint;
  readonly value: bigint;
}

const wishes = fc.array(
  fc.record<Wish>({
    parent: fc.nat(3),
    spends: fc.array(fc.nat(), { maxLength: 3 }),
    fault: fc.constantFrom(...FAULTS),
  }),
  { minLength: 1, maxLength: 25 },
);

describe('a tree of blocks with conflicting spends, in random order', () => {
  it('leads to a valid branch with the most work, and to its coins', async () => {
    await fc.assert(
      fc.asyncProperty(
        wishes,
        fc.infiniteStream(fc.nat()),
        fc.record({ headersFirst: fc.boolean(), tinyCache: fc.boolean(), flushes: fc.boolean() }),
        async (tree, picks, { headersFirst, tinyCache, flushes }) => {
          const blocks = growTree(tree);
          const disk = new MemoryDisk();
          const options: Partial<ChainOptions> = {
            verifier: lateVerifier(picks),
            stores: { index: new MemoryStore(), coins: new LateStore(picks) },
            openFiles: (known) =>
              BlockFiles.open(disk, '/blocks', known, { magic: quickRegtest.magic }),
            // There is never room, and every block makes a flush.
            ...(tinyCache && { dbcacheBytes: 1 }),
          };
          const { chain } = await memoryChain(quickRegtest, undefined, options);
          if (headersFirst) await chain.processHeaders(blocks.map(({ block }) => block.header));
          await deliver(chain, shuffled(blocks, picks), flushes);
          const height = Math.max(0, ...blocks.map((b) => (b.isValid ? b.height : 0)));
          expect(chain.tip.height).toBe(height);
          const tip = blocks.find(({ hash }) => chain.tip.hasHash(hash));
          expect(tip?.isValid ?? true).toBe(true);
          await chain.close();
          const again = (await memoryChain(quickRegtest, undefined, options)).chain;
          expect([again.tip.height, toHex(again.tip.hash)]).toEqual([
            chain.tip.height,
            toHex(chain.tip.hash),
          ]);
          expect((await again.verify({ level: 4, blocks: 0 })).failure).toBeUndefined();
          expect(await utxoHash(again)).toBe(await replayed(tip));
          await again.close();
        },
      ),
      { numRuns: 500 },
    );
  });
});

function growTree(tree: readonly Wish[]): readonly TreeBlock[] {
  const root: TreeBlock = { ...genesis, parent: undefined, isValid: true, coins: [] };
  const blocks: TreeBlock[] = [root];
  for (const [i, wish] of tree.entries()) {
    blocks.push(grow(blocks[Math.max(0, i - wish.parent)] as TreeBlock, wish, i));
  }
  return blocks.slice(1);
}

function grow(parent: TreeBlock, { spends, fault }: Wish, number: number): TreeBlock {
  const left = [...parent.coins];
  const transactions: Transaction[] = [];
  for (const pick of spends) {
    const [coin] = left.splice(pick % Math.max(1, left.length), 1);
    if (coin === undefined) continue;
    const tx = spend(coin.outPoint, coin.value);
    transactions.push(tx);
    // Money that this very block has made may be spent by it, too.
    left.push({ outPoint: { txid: txid(tx), vout: 0 }, value: coin.value });
  }
  if (fault === 'missing coin') {
    transactions.push(spend({ txid: genesis.coinbase.txid, vout: 7 }, 1n));
  }
  const [first] = transactions;
  if (fault === 'script' && first !== undefined) {
    const input = first.inputs[0] as Transaction['inputs'][0];
    transactions[0] = { ...first, inputs: [{ ...input, scriptSig: Uint8Array.of(0x6a) }] };
  }
  // A transaction that was changed is another one: those that spend from it spend nothing.
  const reward = fault === 'reward' ? SUBSIDY + 1n : SUBSIDY;
  const made = blockOn(parent, { transactions, extra: number, reward });
  const isSound = fault === 'none' || (fault === 'script' && first === undefined);
  const coins = [...left, { outPoint: made.coinbase, value: SUBSIDY }];
  return { ...made, parent, isValid: parent.isValid && isSound, coins };
}

/** Offers blocks until each is taken: one whose parent is missing comes again after it. */
async function deliver(
  chain: Chain,
  blocks: readonly MadeBlock[],
  flushes: boolean,
): Promise<void> {
  const waiting = new ByteMap<MadeBlock[]>();
  const offer = async (made: MadeBlock): Promise<void> => {
    const flushing = flushes ? chain.flush() : undefined;
    const result = await chain.processBlock(made.raw);
    await flushing;
    if (result.kind === 'orphan') {
      waiting.set(result.missing, [...(waiting.get(result.missing) ?? []), made]);
      return;
    }
    const next = waiting.get(made.hash) ?? [];
    waiting.delete(made.hash);
    await Promise.all(next.map(offer));
  };
  await Promise.all(blocks.map(offer));
}

/** Reads as slowly as a disk, so that a block can fail while the next one waits for its coins. */
class LateStore extends MemoryStore {
  readonly #picks: Iterator<number>;

  constructor(picks: Iterator<number>) {
    super();
    this.#picks = picks;
  }

  override async write(...args: Parameters<MemoryStore['write']>): Promise<void> {
    await someTurns(this.#picks, 6);
    await super.write(...args);
  }

  override async getMany(keys: readonly Uint8Array[]): ReturnType<MemoryStore['getMany']> {
    await someTurns(this.#picks, 4);
    return super.getMany(keys);
  }
}

/** Lets some turns pass before it answers: many blocks are then connected on top of one that fails. */
function lateVerifier(picks: Iterator<number>): ScriptVerifier {
  const verifier = new InProcessVerifier(clock);
  return {
    threads: 1,
    async verify(scripts) {
      await someTurns(picks, 8);
      return verifier.verify(scripts);
    },
    close: async () => {},
  };
}

async function someTurns(picks: Iterator<number>, most: number): Promise<void> {
  const { value } = picks.next() as { readonly value: number };
  for (let i = value % most; i > 0; i--) await clock.nextTurn();
}

async function replayed(tip: TreeBlock | undefined): Promise<string> {
  const { chain } = await memoryChain(quickRegtest);
  const branch: TreeBlock[] = [];
  for (let at = tip; at?.parent !== undefined; at = at.parent) branch.push(at);
  for (const { raw } of branch.reverse()) {
    expect((await chain.processBlock(raw)).kind).toBe('connected');
  }
  const coins = await utxoHash(chain);
  await chain.close();
  return coins;
}

async function utxoHash(chain: Chain): Promise<string> {
  const { snapshot } = await chain.snapshotCoins();
  const { hash } = await utxoStatistics(snapshot, 'hash_serialized_3', { clock });
  await snapshot.release();
  return toHex(hash as Uint8Array);
}

function shuffled<T>(values: readonly T[], picks: Iterator<number>): readonly T[] {
  const left = [...values];
  const result: T[] = [];
  while (left.length > 0) {
    const { value: pick } = picks.next() as { readonly value: number };
    result.push(...left.splice(pick % left.length, 1));
  }
  return result;
}

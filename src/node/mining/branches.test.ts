import { describe, expect, it } from 'vitest';
import { pay, payment } from '../../../test/fixtures/regtest-blocks.ts';
import { memoryChain, type TestChain } from '../../../test/fixtures/test-chain.ts';
import { lab } from '../../protocol/params/lab.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import type { BlockNode } from '../chain/block-node.ts';
import type { Chain } from '../chain/chain.ts';
import { BlockGenerator } from './block-generator.ts';
import { MiningError } from './mining-error.ts';
import { InProcessSearch } from './nonce-search.ts';

const START = 1_700_000_000;
const COIN = 100_000_000n;
const SUBSIDY = 50n * COIN;
const ANYONE = Uint8Array.of(0x51);

function generatorOn({ chain, clock }: TestChain): BlockGenerator {
  return new BlockGenerator({ chain, clock, search: new InProcessSearch(clock) });
}

const at = (chain: Chain, height: number): BlockNode => chain.blockAt(height) as BlockNode;

async function coinbaseAt(chain: Chain, node: BlockNode): Promise<Transaction> {
  return (await chain.readBlock(node)).block.transactions[0] as Transaction;
}

/** Spends the reward of a block of the chain. */
async function spending(chain: Chain, height: number, fee: bigint): Promise<Transaction> {
  const coinbase = await coinbaseAt(chain, at(chain, height));
  return payment([{ txid: txid(coinbase), vout: 0 }], [pay(SUBSIDY - fee)]);
}

describe('a branch that is made on purpose', () => {
  it('is followed as soon as it has more work, and not before', async () => {
    const test = await memoryChain(regtest, START);
    const { chain } = test;
    const generator = generatorOn(test);
    await generator.generate(5, ANYONE);
    const old = chain.tip;
    let parent = at(chain, 3);
    const branch: BlockNode[] = [];
    for (let i = 0; i < 3; i++) {
      expect(chain.tip).toBe(old);
      parent = (await generator.extend(parent, { scriptPubKey: ANYONE })) as BlockNode;
      branch.push(parent);
    }
    expect(branch.map(({ height }) => height)).toEqual([4, 5, 6]);
    expect(chain.tip).toBe(branch[2]);
    expect(chain.forkWith(old)).toBe(at(chain, 3));
    await chain.close();
  });

  it('never has the same block twice, be everything else the same', async () => {
    const test = await memoryChain(regtest, START);
    const { chain } = test;
    const generator = generatorOn(test);
    await generator.generate(1, ANYONE);
    const made = new Set([chain.tip]);
    // Another one counts from the beginning.
    for (const each of [generator, generator, generatorOn(test)]) {
      const node = await each.extend(chain.genesis, { scriptPubKey: ANYONE });
      made.add(node as BlockNode);
    }
    expect(made.size).toBe(4);
    expect(chain.tips()).toHaveLength(4);
    await chain.close();
  });

  it('says again what it was told to say in its coinbase', async () => {
    const test = await memoryChain(regtest, START);
    const generator = generatorOn(test);
    const wishes = { scriptPubKey: ANYONE, coinbaseExtra: Uint8Array.of(3, 1, 2, 3) };
    const first = await generator.extend(test.chain.genesis, wishes);
    const coinbase = await coinbaseAt(test.chain, first as BlockNode);
    expect([...(coinbase.inputs[0]?.scriptSig ?? [])]).toEqual([0x51, 3, 1, 2, 3]);
    expect(await generator.extend(test.chain.genesis, wishes)).toBe(first);
    await test.chain.close();
  });

  it('has the transactions that it is given, and their fees if these are known', async () => {
    const test = await memoryChain(regtest, START);
    const { chain } = test;
    const generator = generatorOn(test);
    await generator.generate(103, ANYONE);
    const transactions = [await spending(chain, 1, 3n * COIN), await spending(chain, 2, 2n * COIN)];
    const fork = at(chain, 102);
    const wishes = { scriptPubKey: ANYONE, transactions };
    const without = (await generator.extend(fork, wishes)) as BlockNode;
    const withFees = (await generator.extend(without, {
      scriptPubKey: ANYONE,
      transactions: [await spending(chain, 3, COIN)],
      fees: COIN,
    })) as BlockNode;
    expect(chain.tip).toBe(withFees);
    expect((await chain.readBlock(without)).block.transactions.slice(1)).toEqual(transactions);
    expect((await coinbaseAt(chain, without)).outputs[0]?.value).toBe(SUBSIDY);
    expect((await coinbaseAt(chain, withFees)).outputs[0]?.value).toBe(SUBSIDY + COIN);
    const rich = generator.extend(withFees, {
      scriptPubKey: ANYONE,
      transactions: [await spending(chain, 4, COIN)],
      fees: COIN + 1n,
    });
    await expect(rich).rejects.toThrow(/bad-cb-amount/);
    await chain.close();
  });

  it('that nobody can follow is found out when it would be followed', async () => {
    const test = await memoryChain(regtest, START);
    const { chain } = test;
    const generator = generatorOn(test);
    await generator.generate(2, ANYONE);
    const old = chain.tip;
    const nothing = payment([{ txid: new Uint8Array(32).fill(9) as Txid, vout: 0 }], [pay(1n)]);
    const transactions = [nothing];
    const scriptPubKey = ANYONE;
    const first = await generator.extend(chain.genesis, { scriptPubKey, transactions });
    const second = await generator.extend(first as BlockNode, { scriptPubKey });
    const third = generator.extend(second as BlockNode, { scriptPubKey });
    await expect(third).rejects.toThrow(MiningError);
    await expect(third).rejects.toThrow(/bad-txns-inputs-missingorspent/);
    expect(chain.tip).toBe(old);
    await chain.close();
  });

  it('has times and difficulties of its own, by the rules', async () => {
    const retarget = { kind: 'asert', halfLifeSeconds: 120 } as const;
    const consensus = { ...regtest.consensus, spacingSeconds: 60, retarget };
    const start = regtest.genesis.header.time;
    const test = await memoryChain({ ...regtest, consensus }, start);
    const { chain, clock } = test;
    const generator = generatorOn(test);
    // Slow blocks keep the chain easy; on a branch that is quick, they become difficult.
    for (let i = 1; i <= 30; i++) {
      clock.freeze((start + 120 * i) * 1000);
      await generator.generate(1, ANYONE);
    }
    clock.freeze((start + 10) * 1000);
    const slow = at(chain, 22);
    let parent = at(chain, 10);
    const branch: BlockNode[] = [];
    for (let i = 0; i < 12; i++) {
      parent = (await generator.extend(parent, { scriptPubKey: ANYONE })) as BlockNode;
      branch.push(parent);
      expect(parent.time).toBeGreaterThan((parent.parent as BlockNode).medianTimePast);
    }
    expect(chain.tips().map(({ status }) => status)).not.toContain('invalid');
    expect(slow.bits).toBe(0x207fffff);
    expect(branch.at(-1)?.height).toBe(22);
    expect(branch.at(-1)?.chainWork).toBeGreaterThan(slow.chainWork);
    await chain.close();
  });

  it('costs no more hashes than allowed', async () => {
    const test = await memoryChain(lab, lab.genesis.header.time + 600);
    const { genesis } = test.chain;
    const generator = generatorOn(test);
    const few = { scriptPubKey: ANYONE, maxTries: 10 };
    expect(await generator.extend(genesis, few)).toBeUndefined();
    const ended = { scriptPubKey: ANYONE, signal: AbortSignal.abort() };
    expect(await generator.extend(genesis, ended)).toBeUndefined();
    await test.chain.close();
  });
});

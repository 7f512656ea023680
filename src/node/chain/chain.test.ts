import { describe, expect, it } from 'vitest';
import {
  blockOn,
  blocksOn,
  genesis,
  type MadeBlock,
  quickRegtest,
  SUBSIDY,
  spend,
} from '../../../test/fixtures/block-maker.ts';
import { memoryChain } from '../../../test/fixtures/test-chain.ts';
import { coinKey } from '../../protocol/consensus/coin.ts';
import { RuleError } from '../../protocol/consensus/rule-error.ts';
import { encodeBlock } from '../../protocol/primitives/block.ts';
import type { BlockScripts, ScriptFailure, ScriptVerifier } from '../verify/script-verifier.ts';
import type { Chain } from './chain.ts';
import type { ChainEvent } from './chain-events.ts';
import type { ProcessBlockResult } from './chain-results.ts';

async function offer(chain: Chain, blocks: readonly MadeBlock[]): Promise<readonly string[]> {
  const results: ProcessBlockResult[] = [];
  for (const { raw } of blocks) results.push(await chain.processBlock(raw));
  return results.map((result) => (result.kind === 'rejected' ? result.error.message : result.kind));
}

function isTip(chain: Chain, { hash }: MadeBlock): boolean {
  return chain.tip.hasHash(hash);
}

/** Answers when it is told to, and whatever it is told. */
class VerifierByHand implements ScriptVerifier {
  readonly threads = 1;
  readonly asked: BlockScripts[] = [];
  readonly #answers: ((failure: ScriptFailure | undefined) => void)[] = [];

  verify(scripts: BlockScripts): Promise<ScriptFailure | undefined> {
    this.asked.push(scripts);
    return new Promise((resolve) => {
      this.#answers.push(resolve);
    });
  }

  async answer(number: number, failure?: ScriptFailure): Promise<void> {
    while (this.#answers[number] === undefined) await new Promise(setImmediate);
    this.#answers[number](failure);
  }

  async close(): Promise<void> {}
}

const scriptFails: ScriptFailure = { job: 0, error: new RuleError('a script', 'invalid') };

describe('the chain', () => {
  it('follows the first of two branches with the same work, and goes over when the other has more', async () => {
    const { chain } = await memoryChain(quickRegtest);
    const a = blocksOn(genesis, 3, 1);
    const b = blocksOn(genesis, 4, 2);
    expect(await offer(chain, a)).toEqual(['connected', 'connected', 'connected']);
    expect(await offer(chain, b)).toEqual(['sidechain', 'sidechain', 'sidechain', 'connected']);
    expect(isTip(chain, b[3] as MadeBlock)).toBe(true);
    expect(chain.blockAt(1)?.hasHash((b[0] as MadeBlock).hash)).toBe(true);
    await chain.close();
  });

  it('stores blocks whose headers are known in any order, and asks for a parent that is not', async () => {
    const { chain } = await memoryChain(quickRegtest);
    const blocks = blocksOn(genesis, 5);
    const [one, two, ...rest] = blocks as [MadeBlock, MadeBlock, ...MadeBlock[]];
    const orphan = await chain.processBlock(two.raw);
    expect(orphan.kind === 'orphan' && orphan.missing).toEqual(one.hash);
    await chain.processHeaders(blocks.map(({ block }) => block.header));
    expect(await offer(chain, [...rest, two])).toEqual(Array(4).fill('sidechain'));
    expect(chain.tip.height).toBe(0);
    expect(await offer(chain, [one])).toEqual(['connected']);
    expect(chain.tip.height).toBe(5);
    expect(await offer(chain, [one])).toEqual(['duplicate']);
    await chain.close();
  });

  it('takes the right bytes of a block after wrong ones under the same hash', async () => {
    const { chain } = await memoryChain(quickRegtest);
    const one = blockOn(genesis);
    const tx = spend(one.coinbase, SUBSIDY);
    const two = blockOn(one, { transactions: [tx] });
    const [coinbase, payment] = two.block.transactions;
    if (coinbase === undefined || payment === undefined) throw new Error('two transactions');
    const repeated = { ...two.block, transactions: [coinbase, payment, payment] };
    const withWitness = {
      ...two.block,
      transactions: [
        coinbase,
        {
          ...payment,
          inputs: payment.inputs.map((input) => ({
            ...input,
            witness: [coinbase.inputs[0]?.scriptSig ?? two.raw],
          })),
        },
      ],
    };
    expect(await offer(chain, [one])).toEqual(['connected']);
    for (const [block, code] of [
      [repeated, 'bad-txnmrklroot'],
      [withWitness, 'unexpected-witness'],
    ] as const) {
      const result = await chain.processBlock(encodeBlock(block));
      expect(result.kind === 'rejected' && result.error.code).toBe(code);
    }
    expect(await offer(chain, [two])).toEqual(['connected']);
    await chain.close();
  });

  it('refuses what nobody asked for and leads to nothing better', async () => {
    const { chain } = await memoryChain(quickRegtest);
    await offer(chain, blocksOn(genesis, 3));
    const [old] = blocksOn(genesis, 1, 7) as [MadeBlock];
    expect(await chain.processBlock(old.raw, { requested: false })).toMatchObject({
      kind: 'unwanted',
    });
    expect(chain.lookup(old.hash)?.isStored).toBe(false);
    expect(await offer(chain, [old])).toEqual(['sidechain']);
    await chain.close();
  });

  it('calls blocks invalid by hand and takes it back', async () => {
    const { chain } = await memoryChain(quickRegtest);
    const a = blocksOn(genesis, 5, 1);
    const b = blocksOn(a[1] as MadeBlock, 2, 2);
    await offer(chain, [...a, ...b]);
    await chain.invalidateBlock((a[2] as MadeBlock).hash);
    expect(isTip(chain, b[1] as MadeBlock)).toBe(true);
    expect(chain.bestHeader).toBe(chain.tip);
    expect(chain.tips().map(({ status, branchLength }) => [status, branchLength])).toEqual([
      ['invalid', 3],
      ['active', 0],
    ]);
    const more = blockOn(a[4] as MadeBlock);
    expect(await offer(chain, [more])).toEqual(['bad-prevblk']);
    await chain.reconsiderBlock((a[4] as MadeBlock).hash);
    expect(isTip(chain, a[4] as MadeBlock)).toBe(true);
    expect(await offer(chain, [more])).toEqual(['connected']);
    await expect(chain.invalidateBlock(genesis.hash)).rejects.toMatchObject({ code: 'genesis' });
    await expect(chain.invalidateBlock(new Uint8Array(32))).rejects.toMatchObject({
      code: 'unknown-block',
    });
    await chain.close();
  });

  it('prefers a block to others of the same work, the last preference first', async () => {
    const { chain } = await memoryChain(quickRegtest);
    const [a, b, c] = [1, 2, 3].map((extra) => blockOn(genesis, { extra })) as [
      MadeBlock,
      MadeBlock,
      MadeBlock,
    ];
    await offer(chain, [a, b, c]);
    expect(isTip(chain, a)).toBe(true);
    for (const preferred of [b, c, b, a]) {
      await chain.preciousBlock(preferred.hash);
      expect(isTip(chain, preferred)).toBe(true);
    }
    const better = blockOn(c);
    await offer(chain, [better]);
    await chain.preciousBlock(a.hash);
    expect(isTip(chain, better)).toBe(true);
    await chain.close();
  });

  it('tells what happens, in order, and waits for whoever listens before it answers', async () => {
    const { chain } = await memoryChain(quickRegtest);
    const heard: string[] = [];
    const stop = chain.on(async (event: ChainEvent) => {
      await new Promise(setImmediate);
      heard.push(`${event.kind} ${event.node.height}`);
    });
    const a = blocksOn(genesis, 2, 1);
    const b = blocksOn(genesis, 3, 2);
    await offer(chain, [...a]);
    expect(heard).toEqual(['header 1', 'connected 1', 'tip 1', 'header 2', 'connected 2', 'tip 2']);
    heard.length = 0;
    await offer(chain, b);
    expect(heard).toEqual([
      'header 3',
      'disconnected 2',
      'disconnected 1',
      'connected 1',
      'connected 2',
      'connected 3',
      'tip 3',
    ]);
    stop();
    await offer(chain, blocksOn(b[2] as MadeBlock, 1));
    expect(heard).toHaveLength(7);
    await chain.close();
  });
});

describe('a listener', () => {
  it('finds the coins as they are after what it hears of', async () => {
    const { chain } = await memoryChain(quickRegtest);
    const [one, two] = blocksOn(genesis, 2, 1) as [MadeBlock, MadeBlock];
    const others = blocksOn(genesis, 3, 2);
    const keys = [one, two].map(({ coinbase }) => coinKey(coinbase));
    const heard: unknown[] = [];
    chain.on(async ({ kind, node }) => {
      if (kind !== 'connected' && kind !== 'disconnected') return;
      const coins = await chain.coins(keys);
      heard.push([kind, node.height, coins.map((coin) => coin !== undefined)]);
    });
    await Promise.all([one, two].map(({ raw }) => chain.processBlock(raw)));
    await offer(chain, others);
    expect(heard).toEqual([
      ['connected', 1, [true, false]],
      ['connected', 2, [true, true]],
      ['disconnected', 2, [true, false]],
      ['disconnected', 1, [false, false]],
      ['connected', 1, [false, false]],
      ['connected', 2, [false, false]],
      ['connected', 3, [false, false]],
    ]);
    await chain.close();
  });
});

describe('while scripts are verified', () => {
  /** A chain of three blocks whose last two have scripts, and a competitor of the second. */
  function story(): readonly [MadeBlock, MadeBlock, MadeBlock, MadeBlock] {
    const one = blockOn(genesis);
    const two = blockOn(one, { transactions: [spend(one.coinbase, SUBSIDY)] });
    const three = blockOn(two, { transactions: [spend(two.coinbase, SUBSIDY)] });
    return [one, two, three, blockOn(one, { extra: 9 })];
  }

  it('the next block is connected, and nobody sees it before its time', async () => {
    const verifier = new VerifierByHand();
    const { chain } = await memoryChain(quickRegtest, undefined, { verifier });
    const [one, two, three] = story();
    await offer(chain, [one]);
    const results = [two, three].map(({ raw }) => chain.processBlock(raw));
    while (verifier.asked.length < 2) await new Promise(setImmediate);
    expect(isTip(chain, one)).toBe(true);
    const keys = [one, two].map(({ coinbase }) => coinKey(coinbase));
    expect((await chain.coins(keys)).map((coin) => coin?.height)).toEqual([1, undefined]);
    await verifier.answer(1);
    await new Promise(setImmediate);
    expect(isTip(chain, one)).toBe(true);
    await verifier.answer(0);
    expect((await Promise.all(results)).map(({ kind }) => kind)).toEqual([
      'connected',
      'connected',
    ]);
    expect(isTip(chain, three)).toBe(true);
    expect((await chain.coins(keys)).map((coin) => coin?.height)).toEqual([undefined, undefined]);
    await chain.close();
  });

  it('a failure takes back all that was connected on top, and another branch is followed', async () => {
    const verifier = new VerifierByHand();
    const { chain } = await memoryChain(quickRegtest, undefined, { verifier });
    const [one, two, three, other] = story();
    const heard: string[] = [];
    chain.on((event) => {
      heard.push(`${event.kind} ${event.node.height}`);
    });
    await offer(chain, [one]);
    const results = [two, three, other].map(({ raw }) => chain.processBlock(raw));
    await verifier.answer(0, scriptFails);
    await verifier.answer(1);
    const answers = await Promise.all(results);
    expect(answers.map(({ kind }) => kind)).toEqual(['rejected', 'rejected', 'connected']);
    expect(answers.map((answer) => 'error' in answer && answer.error.code)).toEqual([
      'a script',
      'a script',
      false,
    ]);
    expect(isTip(chain, other)).toBe(true);
    expect(heard).not.toContain('connected 3');
    const keys = [one, two, other].map(({ coinbase }) => coinKey(coinbase));
    expect((await chain.coins(keys)).map((coin) => coin?.height)).toEqual([1, undefined, 2]);
    expect(await offer(chain, [two])).toEqual(['duplicate-invalid']);
    await chain.close();
  });

  it('a failure of a thread ends everything, and is told', async () => {
    const errors: unknown[] = [];
    const verifier: ScriptVerifier = {
      threads: 1,
      verify: () => Promise.reject(new RangeError('a thread has died')),
      close: async () => {},
    };
    const { chain } = await memoryChain(quickRegtest, undefined, {
      verifier,
      onFatal: (error) => errors.push(error),
    });
    const [one, two] = story();
    await offer(chain, [one]);
    await expect(chain.processBlock(two.raw)).rejects.toThrow('a thread has died');
    await expect(chain.processBlock(two.raw)).rejects.toThrow('a thread has died');
    expect(errors).toHaveLength(1);
    await chain.close();
  });
});

import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../test/conformance/vector-check.ts';
import { pay, payment } from '../../../test/fixtures/regtest-blocks.ts';
import { memoryChain, type TestChain } from '../../../test/fixtures/test-chain.ts';
import { fromHex, toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import { checkBlockSanity } from '../../protocol/consensus/check-block.ts';
import { lab } from '../../protocol/params/lab.ts';
import { regtest, regtestParams } from '../../protocol/params/regtest.ts';
import type { Block } from '../../protocol/primitives/block.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { decodeTx, type Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { scriptFromAddress } from '../../protocol/script/address.ts';
import type { BlockNode } from '../chain/block-node.ts';
import { utxoStatistics } from '../coins/utxo-set.ts';
import { nextTime } from './assemble-block.ts';
import { BlockGenerator } from './block-generator.ts';
import { MiningError } from './mining-error.ts';
import { InProcessSearch } from './nonce-search.ts';
import {
  type TransactionRequest,
  type TransactionSource,
  theseTransactions,
} from './transaction-source.ts';

const GENESIS_TIME = 1296688602;
/** Regtest's, declared here again. */
const PREFIXES = { pubKeyHash: 111, scriptHash: 196, bech32: 'bcrt' };
const ANYONE = Uint8Array.of(0x51);
/** OP_RETURN, 36 bytes: 0xaa21a9ed and a hash. */
const COMMITMENT = /^6a24aa21a9ed[0-9a-f]{64}$/;

const vectors = VectorFolder.find();
if (vectors === undefined) {
  console.warn('mining: SKIPPED in part, there are no recorded sessions in ../shared/vectors');
}

function generatorOn({ chain, clock }: TestChain, source?: TransactionSource): BlockGenerator {
  const search = new InProcessSearch(clock);
  return new BlockGenerator({ chain, clock, search, ...(source && { source }) });
}

function coinbaseOf(block: Block): Transaction {
  return block.transactions[0] as Transaction;
}

interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly result?: unknown;
  readonly error?: unknown;
}

/** What makes blocks: how many, to whom, and with which transactions. */
function blocksIn({ method, params, result }: Call): BlocksMade | undefined {
  switch (method) {
    case 'generatetoaddress':
    case 'generatetodescriptor':
      return { to: params[1] as string, transactions: [], hashes: result as readonly string[] };
    case 'generateblock': {
      const { hash } = result as { hash: string };
      const transactions = params[1] as readonly string[];
      return { to: params[0] as string, transactions, hashes: [hash] };
    }
    default:
      return undefined;
  }
}

interface BlocksMade {
  readonly to: string;
  readonly transactions: readonly string[];
  readonly hashes: readonly string[];
}

describe.skipIf(vectors === undefined)('blocks, next to those that Bitcoin Core 28.1 made', () => {
  it('have the same hashes, whatever is in them', async () => {
    const calls = (vectors as VectorFolder)
      .text('rpc/mining-util.jsonl')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line) as Call)
      .filter(({ error }) => error === undefined);
    const test = await memoryChain(regtest, 1_700_000_000);
    let made = 0;
    for (const call of calls) {
      if (call.method === 'setmocktime') test.clock.freeze(Number(call.params[0]) * 1000);
      const blocks = blocksIn(call);
      if (blocks === undefined) continue;
      const { to, transactions, hashes } = blocks;
      // The transactions of `generateblock` leave their fees to nobody.
      const candidates = transactions.map((hex) => ({ tx: decodeTx(fromHex(hex)), fee: 0n }));
      const script = to.startsWith('raw(51)') ? ANYONE : scriptFromAddress(to, PREFIXES);
      const generator = generatorOn(test, theseTransactions(candidates));
      const ours = await generator.generate(hashes.length, script);
      expect(ours.map(toReversedHex)).toEqual(hashes);
      made += ours.length;
    }
    await test.chain.close();
    expect(made).toBe(102 + 2 + 3 + 1);
  });
});

describe('the golden chain', () => {
  it('has the tip and the coins that everybody has', async () => {
    const test = await memoryChain(regtest, GENESIS_TIME + 1);
    const script = scriptFromAddress('mjTkW3DjgyZck4KbiRusZsqTgaYTxdSz6z', PREFIXES);
    await generatorOn(test).generate(100, script);
    expect(toReversedHex(test.chain.tip.hash)).toBe(
      '09abf0e7b510f61ca6cf33bab104e9ee99b3528b371d27a2d4b39abb800fba7e',
    );
    await test.chain.flush();
    const coins = test.stores.coins.snapshot();
    const { hash } = await utxoStatistics(coins, 'hash_serialized_3', { clock: test.clock });
    expect(toReversedHex(hash as Uint8Array)).toBe(
      'a0b7baa3bf5ccbd3279728f230d7ca0c44a76e9923fca8f32dbfd08d65ea496a',
    );
    await test.chain.close();
  });
});

describe('a block that is generated', () => {
  it('is valid but for its nonce, and has nothing in it but a coinbase', async () => {
    const test = await memoryChain(regtest, GENESIS_TIME + 600);
    const block = await generatorOn(test).assemble(ANYONE);
    checkBlockSanity(block, regtest.consensus, { proofOfWork: false });
    expect(block.header).toMatchObject({ version: 0x20000000, bits: 0x207fffff, nonce: 0 });
    expect(block.header.time).toBe(GENESIS_TIME + 600);
    expect(block.transactions).toHaveLength(1);
    const [input] = coinbaseOf(block).inputs;
    expect(toHex(input?.scriptSig ?? ANYONE)).toBe('5100');
    expect(input?.witness).toEqual([new Uint8Array(32)]);
    const [reward, commitment] = coinbaseOf(block).outputs;
    expect(reward).toEqual({ value: 50n * 100_000_000n, scriptPubKey: ANYONE });
    expect(commitment?.value).toBe(0n);
    expect(toHex(commitment?.scriptPubKey ?? ANYONE)).toMatch(COMMITMENT);
    await test.chain.close();
  });

  it('pays its maker what its transactions leave', async () => {
    const test = await memoryChain(regtest, GENESIS_TIME + 600);
    await generatorOn(test).generate(101, ANYONE);
    const { block } = await test.chain.readBlock(test.chain.blockAt(1) as BlockNode);
    const prevout = { txid: txid(coinbaseOf(block)), vout: 0 };
    const tx = payment([prevout], [pay(49n * 100_000_000n)]);
    const source = theseTransactions([{ tx, fee: 100_000_000n }]);
    await generatorOn(test, source).generate(1, ANYONE);
    const made = (await test.chain.readBlock(test.chain.tip)).block;
    expect(made.transactions[1]).toEqual(tx);
    expect(coinbaseOf(made).outputs[0]?.value).toBe(51n * 100_000_000n);
    await test.chain.close();
  });

  it('that nobody accepts is an error that says why', async () => {
    const test = await memoryChain(regtest, GENESIS_TIME + 600);
    const tx = payment([{ txid: new Uint8Array(32).fill(9) as Txid, vout: 0 }], [pay(1n)]);
    const refused = generatorOn(test, theseTransactions([{ tx, fee: 0n }])).generate(1, ANYONE);
    await expect(refused).rejects.toThrow(MiningError);
    await expect(refused).rejects.toThrow(/bad-txns-inputs-missingorspent/);
    await test.chain.close();
  });

  it('signals for soft forks that have started (BIP9)', async () => {
    const test = await memoryChain(regtest, GENESIS_TIME + 600);
    await generatorOn(test).generate(144, ANYONE);
    const versions = [143, 144].map((height) => test.chain.blockAt(height)?.version);
    expect(versions).toEqual([0x20000000, 0x20000000 + 2 ** 28]);
    await test.chain.close();
  });

  it('has no witness before SegWit, and is accepted', async () => {
    const test = await memoryChain(regtestParams({ segwit: 3 }), GENESIS_TIME + 600);
    await generatorOn(test).generate(4, ANYONE);
    const witnesses: number[] = [];
    for (const height of [1, 2, 3, 4]) {
      const { block } = await test.chain.readBlock(test.chain.blockAt(height) as BlockNode);
      witnesses.push(coinbaseOf(block).inputs[0]?.witness.length ?? -1);
    }
    expect(witnesses).toEqual([0, 0, 1, 1]);
    await test.chain.close();
  });

  it('asks its source for no more than fits, and for this block', async () => {
    const test = await memoryChain(regtest, GENESIS_TIME + 600);
    const requests: TransactionRequest[] = [];
    const source: TransactionSource = {
      async transactionsFor(request) {
        requests.push(request);
        return [];
      },
    };
    await generatorOn(test, source).generate(2, ANYONE);
    const { medianTimePast: lockTimeCutoff } = test.chain.blockAt(1) as BlockNode;
    expect(requests).toEqual([
      { height: 1, lockTimeCutoff: GENESIS_TIME, maxWeight: 3_992_000 },
      { height: 2, lockTimeCutoff, maxWeight: 3_992_000 },
    ]);
    await test.chain.close();
  });

  it('costs no more hashes than allowed', async () => {
    const test = await memoryChain(lab, lab.genesis.header.time + 600);
    const found = await generatorOn(test).generate(1, ANYONE, { maxTries: 10 });
    expect(found).toEqual([]);
    const ended = await generatorOn(test).generate(1, ANYONE, { signal: AbortSignal.abort() });
    expect(ended).toEqual([]);
    await test.chain.close();
  });
});

describe('the time of a new block', () => {
  const rules = regtest.consensus;
  const tip = (height: number, time: number, medianTimePast: number): BlockNode =>
    ({ height, time, medianTimePast }) as BlockNode;

  it("is the clock's, but later than the median of those before", () => {
    expect(nextTime(tip(5, 1000, 900), 2000, rules)).toBe(2000);
    expect(nextTime(tip(5, 1000, 900), 901, rules)).toBe(901);
    expect(nextTime(tip(5, 1000, 900), 900, rules)).toBe(901);
  });

  it('is not much before the last one where a period begins (BIP94)', () => {
    // Regtest has periods of 144 blocks.
    expect(nextTime(tip(142, 5000, 900), 901, rules)).toBe(901);
    expect(nextTime(tip(143, 5000, 900), 901, rules)).toBe(5000 - 600);
    expect(nextTime(tip(143, 5000, 900), 4500, rules)).toBe(4500);
  });
});

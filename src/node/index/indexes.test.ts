import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../test/conformance/vector-check.ts';
import { memoryChain, type TestChain } from '../../../test/fixtures/test-chain.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { fromHex, fromReversedHex, toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import { blockFilter, filterHeader } from '../../protocol/primitives/block-filter.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import { decodeTx, type Transaction } from '../../protocol/primitives/transaction.ts';
import { txid } from '../../protocol/primitives/transaction-id.ts';
import { blockStatisticsToJson } from '../../protocol/report/block-statistics-to-json.ts';
import { jsonText } from '../../protocol/report/json-text.ts';
import { scriptFromAddress } from '../../protocol/script/address.ts';
import type { BlockNode } from '../chain/block-node.ts';
import { BlockGenerator } from '../mining/block-generator.ts';
import { InProcessSearch } from '../mining/nonce-search.ts';
import { theseTransactions } from '../mining/transaction-source.ts';
import { MemoryStores } from '../storage/memory-stores.ts';
import { StorageError } from '../storage/storage-error.ts';
import { scriptHash } from './addresses/address-rows.ts';
import { Indexes, type IndexName } from './indexes.ts';

const ALL: readonly IndexName[] = ['transactions', 'addresses', 'filters', 'statistics'];
const ANYONE = Uint8Array.of(0x51);
const SOMEBODY = Uint8Array.of(0x52);
const NOW = 1_700_000_000;

async function openIndexes(
  { chain, clock }: TestChain,
  stores: MemoryStores,
  names = ALL,
): Promise<Indexes> {
  return Indexes.open({
    params: regtest.consensus,
    names,
    folder: '/data/indexes',
    openStore: stores.open,
    chain,
    clock,
    entropy: new SeededEntropy('indexes'),
    onFailure: (error) => {
      throw error;
    },
  });
}

async function mine(
  { chain, clock }: TestChain,
  blocks: number,
  scriptPubKey: Uint8Array = ANYONE,
  transactions: readonly { readonly tx: Transaction; readonly fee: bigint }[] = [],
): Promise<void> {
  const search = new InProcessSearch(clock);
  const source = theseTransactions(transactions);
  await new BlockGenerator({ chain, clock, search, source }).generate(blocks, scriptPubKey);
}

async function bytesAt(
  { chain }: TestChain,
  place: { readonly node: BlockNode; readonly offset: number; readonly length: number },
): Promise<Uint8Array> {
  const { raw } = await chain.readBlock(place.node);
  return raw.subarray(place.offset, place.offset + place.length);
}

const vectors = VectorFolder.find();
if (vectors === undefined) {
  console.warn('index: SKIPPED in part, there are no recorded answers in ../shared/vectors');
}

describe.skipIf(vectors === undefined)('a chain that Bitcoin Core 28.1 mined too', () => {
  interface Call {
    readonly method: string;
    readonly params: readonly unknown[];
    readonly result?: unknown;
  }
  const lines = vectors?.text('rpc/blockchain.jsonl').trim().split('\n').slice(1) ?? [];
  const calls = lines.map((line) => ({ line, ...(JSON.parse(line) as Call) }));
  const TIP = '630fdb0a7524ffe4cefa916033a8e957b74e953d467ffc9e72a403af72d8760c';
  const MINER = 'bcrt1ql2r22yru5mejqhg6qhdy5qcyauu7lzwkr8ltuh';

  function answer(method: string, ...params: readonly unknown[]): (typeof calls)[number] {
    const found = calls.find(
      (call) => call.method === method && JSON.stringify(call.params) === JSON.stringify(params),
    );
    if (found?.result === undefined) throw new Error(`no ${method} was answered`);
    return found;
  }

  it('has the filters, the statistics and the transactions that Core says', async () => {
    const test = await memoryChain(regtest, NOW);
    const indexes = await openIndexes(test, new MemoryStores());
    const script = scriptFromAddress(MINER, regtest.addressPrefixes);
    const sent = calls.find(({ method }) => method === 'sendrawtransaction');
    const tx = decodeTx(fromHex(sent?.params[0] as string));
    await mine(test, 110, script);
    await mine(test, 1, script, [{ tx, fee: 10_000n }]);
    const { tip } = test.chain;
    expect(toReversedHex(tip.hash)).toBe(TIP);
    await indexes.settled();

    const filter = await indexes.filters?.filter(tip);
    const hashes = await indexes.filters?.hashes(tip);
    expect({
      filter: toHex(filter as Uint8Array),
      header: toReversedHex(hashes?.header as Uint8Array),
    }).toEqual(answer('getblockfilter', TIP).result);

    for (const which of [5, TIP]) {
      const node = which === TIP ? tip : (test.chain.blockAt(Number(which)) as BlockNode);
      const statistics = await indexes.statistics?.at(node);
      if (statistics === undefined) throw new Error('no statistics');
      const ours = jsonText(blockStatisticsToJson(statistics));
      expect(answer('getblockstats', which).line).toContain(`"result":${ours}}`);
    }

    const id = fromReversedHex(sent?.result as string) as Txid;
    const found = await indexes.transactions?.find(id);
    expect(found?.node).toBe(tip);
    expect(toHex(await bytesAt(test, found as NonNullable<typeof found>))).toBe(
      sent?.params[0] as string,
    );

    // 111 coinbases, one of which was spent.
    const totals = await indexes.addresses?.totals(scriptHash(script));
    expect(totals?.transactions).toBe(112);
    const balance = await indexes.addresses?.balance(scriptHash(script));
    expect(balance?.unspent).toBe(110);
    expect(balance?.balance).toBe(110n * 5_000_000_000n + 10_000n);
    await indexes.close();
    await test.chain.close();
  });
});

describe('the indexes of a chain', () => {
  it('find a transaction in its block, on whatever branch that is', async () => {
    const test = await memoryChain(regtest, NOW);
    const stores = new MemoryStores();
    let indexes = await openIndexes(test, stores);
    await mine(test, 3);
    await indexes.settled();
    const { chain } = test;
    const places = await Promise.all(
      [1, 2, 3].map(async (height) => {
        const node = chain.blockAt(height) as BlockNode;
        const [coinbase] = (await chain.readBlock(node)).block.transactions;
        return { node, id: txid(coinbase as Transaction) };
      }),
    );
    await chain.invalidateBlock((places[1] as { node: BlockNode }).node.hash);
    // To somebody else: its coinbases would be the same transactions otherwise.
    await mine(test, 1, SOMEBODY);
    // Stopped in between, they go on where they were.
    await indexes.close();
    await mine(test, 5, SOMEBODY);
    indexes = await openIndexes(test, stores);
    await indexes.settled();
    for (const { node, id } of places) {
      const found = await indexes.transactions?.find(id);
      expect(found?.node).toBe(node);
      const bytes = await bytesAt(test, found as NonNullable<typeof found>);
      expect(txid(decodeTx(bytes))).toEqual(id);
    }
    // Bitcoin's first coinbase is not found, as in Core.
    const genesis = regtest.genesis.transactions[0] as Transaction;
    expect(await indexes.transactions?.find(txid(genesis))).toBeUndefined();
    expect(await indexes.addresses?.balance(scriptHash(ANYONE))).toMatchObject({
      unspent: 1,
      balance: 5_000_000_000n,
    });
    await indexes.close();
    await chain.close();
  });

  it('have the filters and statistics of a branch, and of blocks that were taken back', async () => {
    const test = await memoryChain(regtest, NOW);
    const indexes = await openIndexes(test, new MemoryStores(), ['filters', 'statistics']);
    const { chain } = test;
    await mine(test, 6);
    await indexes.settled();
    const stale = chain.tip;
    await chain.invalidateBlock((chain.blockAt(4) as BlockNode).hash);
    await mine(test, 4, SOMEBODY);
    await indexes.settled();
    for (const tip of [stale, chain.tip]) {
      let header: Uint8Array<ArrayBufferLike> = new Uint8Array(32);
      const filters = await indexes.filters?.filters(0, tip);
      const hashes = await indexes.filters?.hashesFrom(0, tip);
      for (let height = 0; height <= tip.height; height++) {
        const node = tip.ancestor(height) as BlockNode;
        const filter = blockFilter((await chain.readBlock(node)).block, []);
        header = filterHeader(filter, header);
        expect(filters?.[height]).toEqual(filter);
        expect(hashes?.[height]?.header).toEqual(header);
        expect(await indexes.filters?.filter(node)).toEqual(filter);
      }
      const statistics = (await indexes.statistics?.from(2, tip)) ?? [];
      expect(statistics.map((each) => each?.height)).toEqual(
        [2, 3, 4, 5, 6, 7].slice(0, tip.height - 1),
      );
      expect(statistics.at(-1)?.hash).toEqual(tip.hash);
    }
    await indexes.close();
    await chain.close();
  });

  it('know nothing yet of a block that they have not come to', async () => {
    const test = await memoryChain(regtest, NOW);
    const indexes = await openIndexes(test, new MemoryStores(), ['filters', 'statistics']);
    await indexes.settled();
    const stranger = await memoryChain(regtest, NOW);
    await mine(stranger, 1);
    const { tip } = stranger.chain;
    expect(await indexes.filters?.filter(tip)).toBeUndefined();
    expect(await indexes.filters?.hashes(tip)).toBeUndefined();
    expect(await indexes.filters?.filters(1, tip)).toEqual([undefined]);
    expect(await indexes.statistics?.at(tip)).toBeUndefined();
    await indexes.close();
    await stranger.chain.close();
    await test.chain.close();
  });

  it('are those that were asked for', async () => {
    const test = await memoryChain(regtest, NOW);
    const indexes = await openIndexes(test, new MemoryStores(), ['addresses']);
    expect(indexes.statuses.map(({ name }) => name)).toEqual(['addresses']);
    expect(indexes.transactions).toBeUndefined();
    expect(indexes.addresses).toBeDefined();
    await indexes.follower('addresses')?.settled(test.chain.tip);
    await indexes.close();
    await test.chain.close();
  });

  it('leave nothing open when one of them cannot be opened', async () => {
    const test = await memoryChain(regtest, NOW);
    const stores = new MemoryStores();
    const taken = await stores.open('/data/indexes/filters');
    await expect(openIndexes(test, stores)).rejects.toThrow(StorageError);
    await taken.close();
    const indexes = await openIndexes(test, stores);
    await indexes.settled();
    await indexes.close();
    await test.chain.close();
  });
});

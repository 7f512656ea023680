import { describe, expect, it } from 'vitest';
import { VectorFolder } from '../../../test/conformance/vector-check.ts';
import { mineBlock } from '../../../test/fixtures/regtest-blocks.ts';
import { VirtualClock } from '../../outside/clock/virtual-clock.ts';
import { MemoryDisk } from '../../outside/disk/memory-disk.ts';
import { readFile } from '../../outside/disk/whole-file.ts';
import { SeededEntropy } from '../../outside/entropy/seeded-entropy.ts';
import { concatBytes } from '../../protocol/bytes/concat.ts';
import { fromHex, toHex, toReversedHex } from '../../protocol/bytes/hex.ts';
import {
  type BlockUndo,
  coinsToLoad,
  connectBlock,
} from '../../protocol/consensus/connect-block.ts';
import { disconnectBlock } from '../../protocol/consensus/disconnect-block.ts';
import { medianTimePast } from '../../protocol/consensus/median-time-past.ts';
import { blockSubsidy } from '../../protocol/consensus/subsidy.ts';
import {
  makeWitnessCommitment,
  WITNESS_RESERVED_VALUE,
} from '../../protocol/consensus/witness-commitment.ts';
import { sha256 } from '../../protocol/crypto/hash.ts';
import { regtest } from '../../protocol/params/regtest.ts';
import { type Block, decodeBlock } from '../../protocol/primitives/block.ts';
import { blockHash } from '../../protocol/primitives/block-hash.ts';
import type { Txid } from '../../protocol/primitives/hashes.ts';
import type { Transaction } from '../../protocol/primitives/transaction.ts';
import { scriptFromAddress } from '../../protocol/script/address.ts';
import { pushNumber } from '../../protocol/script/build-script.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { CoinCache } from './coin-cache.ts';
import { dumpTxOutSet } from './dump-txoutset.ts';
import { loadTxOutSet, readTxOutSetHeader } from './load-txoutset.ts';
import { type UtxoHashType, type UtxoStatistics, utxoStatistics } from './utxo-set.ts';

const OP_0 = 0;

/** What `generatetoaddress` of Bitcoin Core mines on an empty regtest chain while its clock stands still. */
function generate(count: number, address: string, now: number): readonly Block[] {
  const chain = [regtest.genesis];
  while (chain.length <= count) {
    const times = chain.map(({ header }) => header.time);
    const median = medianTimePast(chain.length - 1, (height) => times[height] as number);
    const previousBlockHash = blockHash(chain.at(-1) as Block);
    const time = Math.max(median + 1, now);
    chain.push(mineBlock([coinbase(chain.length, address)], { previousBlockHash, time }));
  }
  return chain;
}

function coinbase(height: number, address: string): Transaction {
  const scriptPubKey = scriptFromAddress(address, regtest.addressPrefixes);
  const reward = { value: blockSubsidy(height, regtest.consensus), scriptPubKey };
  const tx: Transaction = {
    version: 2,
    inputs: [
      {
        prevout: { txid: new Uint8Array(32) as Txid, vout: 0xffffffff },
        scriptSig: concatBytes(pushNumber(height), Uint8Array.of(OP_0)),
        sequence: 0xffffffff,
        witness: [WITNESS_RESERVED_VALUE],
      },
    ],
    outputs: [reward],
    lockTime: 0,
  };
  // The commitment does not cover the coinbase, so that it can be made before it is in its place.
  const commitment = makeWitnessCommitment({ header: regtest.genesis.header, transactions: [tx] });
  return { ...tx, outputs: [reward, { value: 0n, scriptPubKey: commitment }] };
}

/** The coins of a chain, as far as its blocks have been connected. */
class Coins {
  readonly clock = new VirtualClock();
  readonly store = new MemoryStore();
  readonly cache = new CoinCache({
    store: this.store,
    clock: this.clock,
    entropy: new SeededEntropy('golden chain'),
  });
  readonly #chain: readonly Block[];
  readonly #undo: BlockUndo[] = [];
  #height = -1;

  constructor(chain: readonly Block[]) {
    this.#chain = chain;
  }

  async moveTo(height: number): Promise<void> {
    while (this.#height < height) await this.#connect(++this.#height);
    while (this.#height > height) this.#disconnect(this.#height--);
  }

  async statistics(hashType: UtxoHashType): Promise<UtxoStatistics> {
    const { clock, store } = this;
    await clock.settle(this.cache.flush(blockHash(this.#chain[this.#height] as Block)));
    return clock.settle(utxoStatistics(store.snapshot(), hashType, { clock }));
  }

  async #connect(height: number): Promise<void> {
    const block = this.#chain[height] as Block;
    const position = {
      height,
      medianTimePastAt: () => 0,
      blockHashAt: (below: number) => blockHash(this.#chain[below] as Block),
    };
    const coins = await this.cache.load(coinsToLoad(block, position, regtest.consensus));
    const connected = connectBlock(block, { ...position, coins }, regtest.consensus);
    this.#undo[height] = connected.undo;
    this.cache.apply(connected);
  }

  #disconnect(height: number): void {
    const undo = this.#undo[height] as BlockUndo;
    this.cache.apply(disconnectBlock(this.#chain[height] as Block, undo));
  }
}

const shown = (hash: Uint8Array | undefined): string => toReversedHex(hash ?? new Uint8Array(0));

describe('100 blocks that Bitcoin Core has mined, too', () => {
  const TIP = '09abf0e7b510f61ca6cf33bab104e9ee99b3528b371d27a2d4b39abb800fba7e';
  const UTXO_HASH = 'a0b7baa3bf5ccbd3279728f230d7ca0c44a76e9923fca8f32dbfd08d65ea496a';
  /** Of the file that Core's `dumptxoutset` writes. */
  const FILE_SHA256 = '31fcdd0cf542a4b1dfc13c3c05106620ce48951ef62907dd8e5e8c15a0aa993b';
  const chain = generate(
    100,
    'mjTkW3DjgyZck4KbiRusZsqTgaYTxdSz6z',
    regtest.genesis.header.time + 1,
  );

  it('are the same blocks', () => {
    expect(shown(blockHash(chain[100] as Block))).toBe(TIP);
  });

  it('leave coins with the same hash, on the way there and after a way back', async () => {
    const coins = new Coins(chain);
    await coins.moveTo(100);
    const first = await coins.statistics('hash_serialized_3');
    expect(shown(first.bestBlock)).toBe(TIP);
    expect(shown(first.hash)).toBe(UTXO_HASH);
    expect(first).toMatchObject({ txouts: 100, transactions: 100, bogosize: 100 * (50 + 25) });
    expect(first.totalAmount).toBe(500_000_000_000n);

    await coins.moveTo(60);
    expect((await coins.statistics('none')).txouts).toBe(60);
    await coins.moveTo(100);
    expect(await coins.statistics('hash_serialized_3')).toEqual(first);
  });

  it('are dumped to the same file, which can be loaded', async () => {
    const coins = new Coins(chain);
    await coins.moveTo(100);
    const statistics = await coins.statistics('hash_serialized_3');
    const { clock } = coins;
    const disk = new MemoryDisk();
    await disk.makeFolder('/data');
    const file = { disk, path: '/data/utxo.dat', networkMagic: regtest.magic, clock };
    const dumped = await clock.settle(dumpTxOutSet({ ...file, snapshot: coins.store.snapshot() }));
    expect(dumped).toEqual(statistics);
    expect(toHex(sha256(await readFile(disk, file.path)))).toBe(FILE_SHA256);

    const header = await readTxOutSetHeader(disk, file.path, regtest.magic);
    expect(shown(header.baseBlock)).toBe(TIP);
    const store = new MemoryStore();
    const expectedHash = fromHex(UTXO_HASH).reverse();
    const loading = loadTxOutSet({ ...file, store, baseHeight: 100, expectedHash });
    expect(await clock.settle(loading)).toEqual(statistics);
  });
});

interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
  readonly result: unknown;
}

interface TxOutSetInfo {
  readonly height: number;
  readonly bestblock: string;
  readonly txouts: number;
  readonly bogosize: number;
  readonly hash_serialized_3?: string;
  readonly muhash?: string;
  readonly total_amount: number;
}

const vectors = VectorFolder.find();
if (vectors === undefined) {
  console.log('coins: skipped what Bitcoin Core says of its coins, for want of ../shared/vectors');
}

describe.skipIf(vectors === undefined)('gettxoutsetinfo of Bitcoin Core', () => {
  const calls = (vectors?.text('rpc/blockchain.jsonl') ?? '')
    .split('\n')
    .filter((line) => line.startsWith('{"method"'))
    .map((line) => JSON.parse(line) as Call);
  const infos = calls
    .filter(({ method, result }) => method === 'gettxoutsetinfo' && result !== undefined)
    .map(({ result }) => result as TxOutSetInfo)
    .sort((a, b) => a.height - b.height);

  /** 110 blocks, and one that Core has mined of a payment to four kinds of scripts. */
  function recordedChain(): readonly Block[] {
    const [count, address] = (calls[0] as Call).params as [number, string];
    const last = calls.find(
      ({ method, params }) =>
        method === 'getblock' && params[0] === infos.at(-1)?.bestblock && params[1] === 0,
    );
    const chain = generate(count, address, 1_700_000_000);
    return [...chain, decodeBlock(fromHex(last?.result as string))];
  }

  it('says the same of the same coins, by either hash', async () => {
    const coins = new Coins(recordedChain());
    expect(infos.map(({ height }) => height)).toEqual([50, 111, 111, 111]);
    for (const info of infos) {
      await coins.moveTo(info.height);
      const muhash = info.muhash !== undefined;
      const hashType =
        info.hash_serialized_3 !== undefined ? 'hash_serialized_3' : muhash ? 'muhash' : 'none';
      const found = await coins.statistics(hashType);
      expect(shown(found.bestBlock)).toBe(info.bestblock);
      expect(found.txouts).toBe(info.txouts);
      expect(found.bogosize).toBe(info.bogosize);
      expect(found.totalAmount).toBe(BigInt(info.total_amount) * 100_000_000n);
      expect(shown(found.hash)).toBe(info.hash_serialized_3 ?? info.muhash ?? '');
    }
  });
});

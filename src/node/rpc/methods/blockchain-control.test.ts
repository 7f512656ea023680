import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANYONE } from '../../../../test/fixtures/anyone-spends.ts';
import { type PlayedNode, playedNode } from '../../../../test/fixtures/played-node.ts';
import { mineHeader } from '../../../../test/fixtures/regtest-blocks.ts';
import { RpcClient } from '../../../../test/fixtures/rpc-client.ts';
import { readFile, writeFile } from '../../../outside/disk/whole-file.ts';
import { toReversedHex } from '../../../protocol/bytes/hex.ts';
import { blockHash } from '../../../protocol/primitives/block-hash.ts';
import type { BlockHash } from '../../../protocol/primitives/hashes.ts';
import { NODE_NETWORK, NODE_WITNESS } from '../../../protocol/wire/services.ts';
import type { Node } from '../../node.ts';

const NOWHERE = '11'.repeat(32);

let played: PlayedNode;
let rpc: RpcClient;

/** Without indexes. */
beforeAll(async () => {
  played = await playedNode(['-mocktime=1700000000']);
  rpc = new RpcClient(played.context);
  await played.node.generate(150, ANYONE);
});

afterAll(() => played.close());

describe('a branch', () => {
  it('is left when a block is called invalid, and taken again when it is reconsidered', async () => {
    const tip = await rpc.call<string>('getbestblockhash');
    expect(await rpc.call('invalidateblock', await rpc.call('getblockhash', 149))).toBeNull();
    expect(await rpc.call('getblockcount')).toBe(148);
    expect(await rpc.call('getchaintips')).toMatchObject([
      { height: 150, status: 'invalid', branchlen: 2 },
      { height: 148, status: 'active', branchlen: 0 },
    ]);
    expect(await rpc.call('getblock', tip)).toMatchObject({ confirmations: -1 });
    expect(await rpc.refusal('getchaintxstats', 1, tip)).toBe('-8 Block is not in main chain');
    expect(await rpc.call('reconsiderblock', tip)).toBeNull();
    expect(await rpc.call('getbestblockhash')).toBe(tip);
  });

  it('is preferred to another one of the same work', async () => {
    const first = await rpc.call<string>('getbestblockhash');
    await rpc.call('invalidateblock', first);
    await played.node.generate(1, Uint8Array.of(0x52));
    const second = await rpc.call<string>('getbestblockhash');
    expect(second).not.toBe(first);
    await rpc.call('reconsiderblock', first);
    expect(await rpc.call('preciousblock', second)).toBeNull();
    expect(await rpc.call('getbestblockhash')).toBe(second);
    expect(await rpc.call('preciousblock', first)).toBeNull();
    expect(await rpc.call('getbestblockhash')).toBe(first);
  });

  it('cannot be changed below the first block, nor where there is no block', async () => {
    const tip = await rpc.call('getbestblockhash');
    expect(await rpc.call('invalidateblock', await rpc.call('getblockhash', 0))).toBeNull();
    expect(await rpc.call('getbestblockhash')).toBe(tip);
    for (const method of ['invalidateblock', 'reconsiderblock', 'preciousblock']) {
      expect(await rpc.refusal(method, NOWHERE)).toBe('-5 Block not found');
      expect(await rpc.refusal(method)).toMatch(new RegExp(`^-1 ${method} "blockhash"`));
    }
  });
});

describe('verifychain', () => {
  it('finds nothing wrong, at any level, with any number of blocks', async () => {
    for (const args of [[], [4, 0], [9, 3], [-1, -1], [0]]) {
      expect(await rpc.call('verifychain', ...args)).toBe(true);
    }
    expect(await rpc.refusal('verifychain', 'x')).toMatch(/^-3 Wrong type passed/);
  });
});

describe('a soft fork that is under way', () => {
  it('is told with its signals', async () => {
    const { deployments } = await rpc.call<{ deployments: Record<string, unknown> }>(
      'getdeploymentinfo',
    );
    expect(deployments['testdummy']).toEqual({
      type: 'bip9',
      active: false,
      bip9: {
        bit: 28,
        start_time: 0,
        timeout: 2 ** 63,
        min_activation_height: 0,
        status: 'started',
        since: 144,
        status_next: 'started',
        statistics: { period: 144, elapsed: 7, count: 7, threshold: 108, possible: true },
        signalling: '#######',
      },
    });
  });
});

describe('what needs an index, or pruning', () => {
  it('is refused by a node that has neither', async () => {
    const tip = await rpc.call('getbestblockhash');
    expect(await rpc.refusal('getblockfilter', tip)).toBe(
      '-1 Index is not enabled for filtertype basic',
    );
    expect(await rpc.refusal('scanblocks', 'start', ['raw(51)'])).toBe(
      '-1 Index is not enabled for filtertype basic',
    );
    expect(await rpc.refusal('gettxoutsetinfo', 'muhash', 5)).toBe(
      '-8 Querying specific block heights requires coinstatsindex',
    );
    expect(await rpc.refusal('pruneblockchain', 5)).toBe(
      '-1 Cannot prune blocks because node is not in prune mode.',
    );
    expect(await rpc.call('getindexinfo')).toEqual({});
  });

  it('finds a transaction for a proof by a coin that it made', async () => {
    const { tx } = await rpc.call<{ tx: string[] }>(
      'getblock',
      await rpc.call('getblockhash', 149),
    );
    const proof = await rpc.call('gettxoutproof', tx);
    expect(await rpc.call('verifytxoutproof', proof)).toEqual(tx);
  });
});

describe('a node that may prune', () => {
  it('tells how far it has, and does not while the chain is short', async () => {
    const pruned = await playedNode(['-mocktime=1700000000', '-prune=550']);
    const own = new RpcClient(pruned.context);
    await pruned.node.generate(3, ANYONE);
    expect(await own.call('getblockchaininfo')).toMatchObject({
      pruned: true,
      pruneheight: 0,
      automatic_pruning: true,
      prune_target_size: 550 * 2 ** 20,
    });
    expect(await own.refusal('pruneblockchain', 1)).toBe('-1 Blockchain is too short for pruning.');
    expect(await own.refusal('pruneblockchain', -1)).toBe('-8 Negative block height.');
    expect(await own.refusal('pruneblockchain', 2_000_000_000)).toBe(
      '-8 Could not find block with at least the specified timestamp.',
    );
    await pruned.close();
  });
});

describe('getblockfrompeer', () => {
  it('asks nobody for what is here, or unknown', async () => {
    const tip = await rpc.call('getbestblockhash');
    expect(await rpc.refusal('getblockfrompeer', tip, 0)).toBe('-1 Block already downloaded');
    expect(await rpc.refusal('getblockfrompeer', NOWHERE, 0)).toBe('-1 Block header missing');
  });

  it('asks the peer that is named, once, for a block of which the header is here', async () => {
    const { node } = played;
    const header = mineHeader({
      ...node.chain.tip.header,
      previousBlockHash: node.chain.tip.hash.slice() as BlockHash,
      time: node.chain.tip.time + 1,
      nonce: 0,
    });
    await node.chain.processHeaders([header]);
    const hash = toReversedHex(blockHash(header));
    const [highest] = await rpc.call<unknown[]>('getchaintips');
    expect(highest).toEqual({ height: 151, hash, branchlen: 1, status: 'headers-only' });
    expect(await rpc.refusal('getblock', hash)).toBe('-1 Block not found on disk');
    expect(await rpc.refusal('getblockfrompeer', hash, 7)).toBe('-1 Peer does not exist');
    const peer = { id: 7, version: { services: NODE_NETWORK } };
    const asked: unknown[] = [];
    const sync = {
      askedOf: () => asked,
      requestFull: (whom: unknown) => asked.push(whom),
    };
    const peers = { get: (id: number) => (id === 7 ? peer : undefined) };
    const talking = new RpcClient({
      ...played.context,
      node: { chain: node.chain, peers, network: { sync } } as unknown as Node,
    });
    expect(await talking.refusal('getblockfrompeer', hash, 7)).toBe('-1 Pre-SegWit peer');
    peer.version.services |= NODE_WITNESS;
    expect(await talking.call('getblockfrompeer', hash, 7)).toEqual({});
    expect(asked).toEqual([peer]);
    expect(await talking.refusal('getblockfrompeer', hash, 7)).toBe(
      '-1 Already requested from this peer',
    );
  });
});

describe('a UTXO snapshot', () => {
  it('is written of the tip, with the hash of the coins', async () => {
    const dumped = await rpc.call<{ path: string; txoutset_hash: string }>(
      'dumptxoutset',
      'utxo.dat',
      'latest',
    );
    const { hash_serialized_3: hash, txouts } = await rpc.call<{
      hash_serialized_3: string;
      txouts: number;
    }>('gettxoutsetinfo');
    expect(dumped).toEqual({
      coins_written: txouts,
      base_hash: await rpc.call('getbestblockhash'),
      base_height: 150,
      path: `${played.context.folder}/utxo.dat`,
      txoutset_hash: hash,
      nchaintx: 151,
    });
    expect((await readFile(played.context.disk, dumped.path)).length).toBeGreaterThan(txouts * 40);
    expect(await rpc.refusal('dumptxoutset', 'utxo.dat', 'latest')).toBe(
      `-8 ${dumped.path} already exists. If you are sure this is what you want, move it out of the way first`,
    );
  });

  it('is written of an earlier block, and the chain is as before', async () => {
    const tip = await rpc.call('getbestblockhash');
    const options = { rollback: 120 };
    expect(await rpc.call('dumptxoutset', '/old.dat', 'rollback', options)).toMatchObject({
      base_height: 120,
      coins_written: 120,
    });
    expect(await rpc.call('getbestblockhash')).toBe(tip);
  });

  it('is refused where it is not clear of what', async () => {
    expect(await rpc.refusal('dumptxoutset', '/x.dat', 'first')).toBe(
      '-8 Invalid snapshot type "first" specified. Please specify "rollback" or "latest"',
    );
    expect(await rpc.refusal('dumptxoutset', '/x.dat', 'latest', { rollback: 1 })).toBe(
      '-8 Invalid snapshot type "latest" specified with rollback option',
    );
  });

  it('is not loaded, because no block is known to have one', async () => {
    await rpc.call('dumptxoutset', '/load.dat', 'latest');
    const tip = await rpc.call('getbestblockhash');
    expect(await rpc.refusal('loadtxoutset', '/load.dat')).toBe(
      `-32603 Unable to load UTXO snapshot: assumeutxo block hash in snapshot metadata not recognized (hash: ${tip}). The following snapshot heights are available: 110, 200, 299.. (/load.dat)`,
    );
    expect(await rpc.refusal('loadtxoutset', '/none.dat')).toBe(
      "-8 Couldn't open file /none.dat for reading.",
    );
    await writeFile(played.context.disk, '/bad.dat', new Uint8Array(100));
    expect(await rpc.refusal('loadtxoutset', '/bad.dat')).toMatch(
      /^-22 Unable to parse metadata: Invalid UTXO set snapshot magic bytes/,
    );
  });
});
